import { dayOf } from "../../catalog/dates";
import type { ResolvedEntry } from "../../catalog/entry";
import { organizationSlots } from "../../catalog/slots";
import { type Finding, findDrift, inOrder, isDrift } from "../../operations/drift/find-drift";
import { findFormerReaders, observeAll } from "../../operations/drift/observe-github";
import { spreadOf } from "../../operations/values/named-entries";
import { COMMAND, counted } from "../../text";
import { type CommandContext, type CommandSpec, EXIT, type ExitCode, type Typed } from "../command";
import { tableLines } from "../table";

/** Tells what the provider cannot see. */
export const driftCommand: CommandSpec = {
  name: "drift",
  topic: "look",
  description: "What people changed in GitHub that the catalog has otherwise",
  details: [
    "What pulumi preview cannot see: gh secret set resets who may read a secret, people delete and add in the browser, a repository's own secret hides the organization's, other people's secrets crowd a carrier. Says who still reads the name that a renamed secret had. Reads only. Exit code 1 when there is drift.",
  ],
  options: [["--json", "print the findings as JSON"]],
  examples: [`${COMMAND} drift`, `${COMMAND} drift --json | jq -r '.drift[].name'`],
  run,
};

async function run(context: CommandContext, typed: Typed): Promise<ExitCode> {
  const { catalog, project, terminal } = context;
  const { settings } = project;
  const today = dayOf(context.now());
  const github = context.github();
  const [seen, spread] = await Promise.all([observeAll(context, github), spreadOf(context, github, true)]);
  const findings = inOrder([
    ...findDrift({ catalog, settings, spread, today }, seen),
    ...findFormerReaders(seen.former, seen.formerReaders, settings.carriers),
  ]);
  const drift = findings.filter(isDrift);
  const notes = findings.filter((finding) => !isDrift(finding));
  if (typed.has("json")) terminal.print(JSON.stringify({ drift, notes }));
  else for (const line of lines(catalog.entries, today, drift, notes)) terminal.print(line);
  return drift.length === 0 ? EXIT.done : EXIT.found;
}

function lines(
  secrets: readonly ResolvedEntry[],
  today: string,
  drift: readonly Finding[],
  notes: readonly Finding[],
): string[] {
  const rows = tableLines(drift.map(({ name, kind, what, remedy }) => [kind, name, what, remedy]));
  const declared = organizationSlots(secrets, today).length;
  const count = counted(drift.length, "difference");
  const told = (kind: Finding["kind"], heading: string, after: readonly string[] = []) => {
    const some = notes.filter((note) => note.kind === kind);
    if (some.length === 0) return [];
    return [heading, ...some.map(({ name, what }) => `  ${name}: ${what}`), ...after];
  };
  return [
    ...rows,
    ...(drift.length > 0 ? [""] : []),
    `${declared} organization secrets declared, ${drift.length === 0 ? "no difference" : count}`,
    ...told("overridden", "Environments with values of their own, which is no drift:"),
    ...told("still-read", "Former names that live on, and who still reads them:", [
      "  Not seen from here: other branches, workflows that inherit secrets, applications that ask ESC for the old key",
    ]),
  ];
}
