import { dayOf } from "../../../secrets/tombstone";
import type { CommandSpec, Doors, ExitCode, Typed } from "../command";
import { organizationSecrets } from "../declared";
import { type Finding, findDrift } from "../find-drift";
import { observeAll } from "../observe-github";
import { tableLines } from "../table";

/** Tells what the provider cannot see. */
export const driftCommand: CommandSpec = {
  name: "drift",
  description: "Compare GitHub with the catalog: who may read, what is missing, undeclared or shadowed",
  details: [
    "What pulumi preview cannot see: gh secret set resets who may read a secret, people delete and add in the",
    "browser, a repository's own secret hides the organization's. Reads only. Exit code 1 when there is drift.",
  ],
  options: [["--json", "print the findings as JSON"]],
  examples: ["npx sophia-secrets drift", "npx sophia-secrets drift --json | jq -r '.drift[].name'"],
  run,
};

async function run(doors: Doors, typed: Typed): Promise<ExitCode> {
  const { catalog, project, terminal } = doors;
  const today = dayOf(doors.now());
  const observed = await observeAll(doors.github(), catalog, project.settings);
  const findings = findDrift(catalog, project.settings, observed, today);
  const drift = findings.filter((finding) => finding.kind !== "overridden");
  const notes = findings.filter((finding) => finding.kind === "overridden");
  if (typed.has("json")) terminal.print(JSON.stringify({ drift, notes }));
  else report(terminal.print, organizationSecrets(catalog, today).length, drift, notes);
  return drift.length === 0 ? 0 : 1;
}

function report(
  print: (line: string) => void,
  declared: number,
  drift: readonly Finding[],
  notes: readonly Finding[],
): void {
  const rows = (findings: readonly Finding[]) =>
    tableLines(findings.map(({ name, kind, what, remedy }) => [kind, name, what, remedy]));
  for (const line of rows(drift)) print(line);
  if (drift.length > 0) print("");
  const count = drift.length === 1 ? "1 difference" : `${drift.length} differences`;
  print(`${declared} organization secrets declared, ${drift.length === 0 ? "no difference" : count}`);
  if (notes.length === 0) return;
  print("Environments with values of their own, which is no drift:");
  for (const { name, what } of notes) print(`  ${name}: ${what}`);
}
