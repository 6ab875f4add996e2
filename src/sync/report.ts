import { describePause, type Pause } from "../ledger/pause";
import { COMMAND } from "../text";
import type { PlanLine, Verb } from "./plan";
import type { EnvironmentReport } from "./sync-environment";
import { describeBrake, type GroupReport } from "./sync-groups";

/** Counts and outcome of a run over one environment. */
export interface Outcome {
  counts: Record<Verb, number>;
  /** Everything that keeps the run from being a success, a line each. Names and reasons, never values. */
  failures: string[];
  /** Changes that somebody must approve, a line each. */
  awaiting: string[];
  /** What is not as it should be though the values are, and what people decided. */
  warnings: string[];
  notices: string[];
}

/** Sums a report up. */
export function outcomeOf(report: EnvironmentReport): Outcome {
  const lines = report.groups.flatMap((group) => group.lines);
  const counts = {
    create: 0,
    update: 0,
    unchanged: 0,
    waiting: 0,
    refused: 0,
    held: 0,
    pending: 0,
    skipped: 0,
    tombstone: 0,
    delete: 0,
  };
  for (const line of lines) counts[line.verb] += 1;
  const refused = byReason(lines.filter(({ verb }) => verb === "refused"));
  // One reason for all of them, whose names stand in the plan.
  const held = new Set(
    report.groups.flatMap(({ held: brake }) => (brake === undefined ? [] : [describeBrake(brake)])),
  );
  const failed = report.groups.flatMap((group) => (group.failure === undefined ? [] : [group.failure]));
  const after = [report.ledgerFailure, report.alertFailure].filter((failure) => failure !== undefined);
  const { tagFailures = [], sizes = [] } = report;
  const odd = lines.flatMap(({ warning }) => warning ?? []);
  const untagged = `not tagged, which the next run makes good: ${tagFailures.join("; ")}`;
  return {
    counts,
    failures: [
      ...refused,
      ...[...held].map((reason) => `${report.environment}: ${reason}`),
      ...failed,
      ...after,
    ],
    awaiting: report.groups.flatMap((group) => group.awaiting ?? []),
    warnings: [...odd, ...sizes, ...(tagFailures.length === 0 ? [] : [untagged])],
    notices: report.paused === undefined ? [] : [pauseLine(report.environment, report.paused)],
  };
}

function pauseLine(deployment: string, paused: Pause): string {
  return `${deployment}: ${describePause(paused)} (${COMMAND} resume ${deployment} lifts it)`;
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
  if (isStopped(report)) return `${report.environment}: paused, nothing written`;
  const words: [Verb, string][] = [
    ["create", "created"],
    ["update", "updated"],
    ["unchanged", "unchanged"],
    ["delete", "deleted"],
    ["tombstone", "about to go"],
    ["waiting", "waiting for a first value"],
    ["refused", "refused"],
    ["held", "held back"],
    ["pending", "waiting for approval"],
    ["skipped", "not asked for"],
  ];
  const parts = words.filter(([verb]) => counts[verb] > 0).map(([verb, word]) => `${counts[verb]} ${word}`);
  const prefix = dryRun ? "dry run, nothing written: " : "";
  return `${report.environment}: ${prefix}${parts.join(", ") || "nothing to do"}`;
}

/** Whether the environment was paused before anything was looked at. */
export function isStopped({ paused, groups }: EnvironmentReport): boolean {
  return paused !== undefined && groups.length === 0;
}

/** The plan as text lines: everything but what is unchanged. */
export function logLines(report: EnvironmentReport): string[] {
  const tag = report.tag === undefined ? [] : [`tagged ${report.tag}`];
  return [...report.groups.flatMap(groupLines), ...tag];
}

function groupLines(group: GroupReport): string[] {
  const shown = group.lines.filter((line) => !isQuiet(line));
  const lines = shown.map((line) => `  ${line.verb.padEnd(9)} ${line.name}${because(line)}`);
  const failure = group.failure === undefined ? [] : [`  failed    ${group.failure}`];
  return lines.length + failure.length === 0 ? [] : [`${group.environment}`, ...lines, ...failure];
}

function isQuiet({ verb, reason }: PlanLine): boolean {
  return verb === "skipped" || (verb === "unchanged" && reason === undefined);
}

function because(line: PlanLine): string {
  const why = whyOf(line);
  if (why !== "") return ` (${why})`;
  return line.source === undefined || line.source === line.name ? "" : ` (from ${line.source})`;
}

/** `update`, `delete: its tombstone is due`, or the reason alone where the line is carried out. */
export function whyOf({ planned, reason }: PlanLine): string {
  return [planned, reason].filter((each) => each !== undefined).join(": ");
}
