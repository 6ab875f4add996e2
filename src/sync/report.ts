import type { PlanLine, Verb } from "./plan";
import type { EnvironmentReport } from "./sync-environment";

/** Counts and outcome of a run over one environment. */
export interface Outcome {
  counts: Record<Verb, number>;
  /** Everything that keeps the run from being a success, a line each. Names and reasons, never values. */
  failures: string[];
}

/** Sums a report up. */
export function outcomeOf(report: EnvironmentReport): Outcome {
  const lines = report.groups.flatMap((group) => group.lines);
  const counts: Record<Verb, number> = { create: 0, update: 0, unchanged: 0, waiting: 0, refused: 0 };
  for (const line of lines) counts[line.verb] += 1;
  const refused = byReason(lines.filter((line) => line.verb === "refused"));
  const failed = report.groups.flatMap((group) => (group.failure === undefined ? [] : [group.failure]));
  const ledger = report.ledgerFailure === undefined ? [] : [report.ledgerFailure];
  return { counts, failures: [...refused, ...failed, ...ledger] };
}

/** Refusals, those of one reason together: GitHub shows ten annotations a step, and forty waiting secrets are one thing to do. */
function byReason(lines: readonly PlanLine[]): string[] {
  const names = new Map<string, string[]>();
  for (const { name, reason = "" } of lines) names.set(reason, [...(names.get(reason) ?? []), name]);
  return [...names].map(([reason, all]) => `${all.join(", ")}: ${reason}`);
}

/** One line for a log: `production: 3 created, 1 updated, 37 unchanged`. */
export function headline(report: EnvironmentReport, dryRun: boolean): string {
  const { counts } = outcomeOf(report);
  const words: [Verb, string][] = [
    ["create", "created"],
    ["update", "updated"],
    ["unchanged", "unchanged"],
    ["waiting", "waiting for a first value"],
    ["refused", "refused"],
  ];
  const parts = words.filter(([verb]) => counts[verb] > 0).map(([verb, word]) => `${counts[verb]} ${word}`);
  const prefix = dryRun ? "dry run, nothing written: " : "";
  return `${report.environment}: ${prefix}${parts.join(", ") || "nothing to do"}`;
}

/** The plan as text lines: everything but what is unchanged. */
export function logLines(report: EnvironmentReport): string[] {
  return report.groups.flatMap((group) => {
    const shown = group.lines.filter((line) => line.verb !== "unchanged" || line.reason !== undefined);
    const lines = shown.map((line) => `  ${line.verb.padEnd(9)} ${line.name}${because(line)}`);
    const failure = group.failure === undefined ? [] : [`  failed    ${group.failure}`];
    return lines.length + failure.length === 0 ? [] : [`${group.environment}`, ...lines, ...failure];
  });
}

function because(line: PlanLine): string {
  if (line.reason !== undefined) return ` (${line.reason})`;
  return line.source === undefined || line.source === line.name ? "" : ` (from ${line.source})`;
}

/** The run's page in GitHub: a table of names and verbs. */
export function renderSummary(report: EnvironmentReport, dryRun: boolean): string {
  const rows = report.groups.flatMap((group) =>
    group.lines.map((line) => `| ${line.name} | ${group.group} | ${line.verb} | ${line.reason ?? ""} |`),
  );
  const { failures } = outcomeOf(report);
  const trouble =
    failures.length === 0 ? [] : ["", "**To mend**", "", ...failures.map((each) => `- ${each}`)];
  return [
    `### Secrets of ${headline(report, dryRun)}`,
    "",
    "| secret | group | verb | why |",
    "|---|---|---|---|",
    ...rows,
    ...trouble,
    "",
  ].join("\n");
}
