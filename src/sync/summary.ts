import { counted } from "../text";
import type { PlanLine, Verb } from "./plan";
import { headline, isStopped, outcomeOf, whyOf } from "./report";
import type { EnvironmentReport } from "./sync-environment";

/** What the page words depend on besides the report. */
export interface Telling {
  dryRun: boolean;
  now: Date;
}

/** Rows of the page, from what needs a person to what moved. What is refused stands above them, by reason. */
const SHOWN: readonly Verb[] = ["held", "pending", "delete", "tombstone", "update", "create", "waiting"];

interface Row extends PlanLine {
  group: string;
}

/**
 * The run's page in GitHub: what to fix first, then what changed, then all that is as it was, folded. Names, verbs and
 * ages, never a value.
 */
export function renderSummary(report: EnvironmentReport, { dryRun, now }: Telling): string {
  const { failures, awaiting, warnings, notices } = outcomeOf(report);
  const open = [...failures, ...awaiting, ...warnings];
  const rows = report.groups.flatMap(({ group, lines }): Row[] => lines.map((line) => ({ ...line, group })));
  const shown = SHOWN.flatMap((verb) => rows.filter((row) => row.verb === verb));
  const same = rows.filter(({ verb }) => verb === "unchanged");
  const tableOf = (some: readonly Row[]) => table(some, report, now);
  return [
    `### Secrets of ${headline(report, dryRun)}`,
    "",
    ...notices.flatMap((notice) => [literal(notice), ""]),
    ...(open.length === 0 ? [] : ["**To fix**", "", ...open.map((each) => `- ${each}`), ""]),
    ...(isStopped(report) || shown.length === 0 ? [] : [...tableOf(shown), ""]),
    ...(report.tag === undefined ? [] : [`Tagged \`${report.tag}\``, ""]),
    ...(same.length === 0 ? [] : folded(`${counted(same.length, "secret")} unchanged`, tableOf(same))),
  ].join("\n");
}

function table(rows: readonly Row[], { environment, changed }: EnvironmentReport, now: Date): string[] {
  return [
    "| secret | verb | environment | group | value changed | why |",
    "|---|---|---|---|---|---|",
    ...rows.map((row) => {
      const cells = [row.name, row.verb, environment, row.group, ageOf(changed[row.name], now), whyOf(row)];
      return `| ${cells.join(" | ")} |`;
    }),
  ];
}

/** GitHub shows Markdown inside an element of HTML where blank lines are around it. */
function folded(title: string, lines: readonly string[]): string[] {
  return [`<details><summary>${title}</summary>`, "", ...lines, "", "</details>", ""];
}

/** Text that people typed, as Markdown that shows it and does nothing else: any ASCII punctuation may be escaped. */
function literal(text: string): string {
  return text.replace(/[!-/:-@[-`{-~]/g, "\\$&");
}

const DAY_MS = 86_400_000;

/** How long ago, in days; empty where it is not known. @param changed RFC 3339. */
function ageOf(changed: string | undefined, now: Date): string {
  const days = Math.floor((now.getTime() - Date.parse(changed ?? "")) / DAY_MS);
  if (Number.isNaN(days)) return "";
  if (days < 1) return "today";
  return `${counted(days, "day")} ago`;
}
