import { collectEvidence } from "../../operations/evidence/collect-evidence";
import { COMMAND } from "../../text";
import { type CommandContext, EXIT, type ExitCode } from "../command";
import { renderEvidence, writeBundle } from "../evidence-bundle";
import type { OldCommandSpec as CommandSpec, Typed } from "../old-command";
import { tableLines } from "../table";
import { parseSince } from "../time-options";

const SINCE = "90d";

/** What a review of SOC 2, PCI DSS, HIPAA or GDPR asks for, in one folder. */
export const evidenceCommand: CommandSpec = {
  name: "evidence",
  topic: "access",
  description: "Write a folder for SOC 2, PCI DSS, HIPAA and GDPR reviews",
  details: [
    "A page in Markdown and a CSV per section: controls, access matrix, differences from it, rotation, changes, openings, policies, measures. Each says where its facts come from and what is not known. It holds names and times, and no value. Nothing is changed; an existing folder is not overwritten.",
  ],
  options: [
    ["--out <folder>", "where to write it (default: evidence-YYYY-MM-DD)"],
    ["--since <time>", `how far back the history goes: 30d, 12w or a day (default: ${SINCE})`],
    ["--replace", "replace an older bundle there; anything else is never replaced"],
  ],
  examples: [`${COMMAND} evidence`, `${COMMAND} evidence --out reviews/2026-q3 --since 2026-07-01`],
  run,
};

async function run(context: CommandContext, typed: Typed): Promise<ExitCode> {
  const { project, terminal } = context;
  const asOf = context.now();
  const since = parseSince(typed.text("since") ?? SINCE, asOf);
  const folder = typed.text("out") ?? `evidence-${asOf.toISOString().slice(0, 10)}`;
  const sections = await collectEvidence(context, since);
  const subject = { organization: project.settings.githubOrganization, stack: project.stack, asOf, since };
  writeBundle(folder, renderEvidence(sections, subject), typed.has("replace"));
  const rows = sections.map(({ name, rows: all, unknown }) => [
    `${name}.csv`,
    `${all.length} rows`,
    unknown.length === 0 ? "" : `${unknown.length} not known`,
  ]);
  for (const line of tableLines(rows)) terminal.print(line);
  terminal.print("");
  terminal.print(`Written to ${folder}: begin with its README.md`);
  return EXIT.done;
}
