import type { Ledger, Refusal } from "../../secrets/ledger";
import type { PlanLine } from "./plan";

/** Refusals in a row after which somebody is told; from then on they are not counted, so that the ledger comes to rest. */
const TOLD_AFTER = 3;

/**
 * Counts refusals in a row, by name: one a run, however often the run looks.
 *
 * @param lines of all values environments that could be looked at; what is not among them keeps its count.
 */
export function countRefusals(
  before: Ledger["refused"],
  lines: readonly PlanLine[],
  run: string,
): Ledger["refused"] {
  const next: Ledger["refused"] = { ...before };
  const refused = new Set(lines.filter((line) => line.verb === "refused").map((line) => line.name));
  for (const { name, verb } of lines) if (verb !== "skipped" && !refused.has(name)) delete next[name];
  for (const name of refused) next[name] = counted(before[name], run);
  return next;
}

function counted(before: Refusal | undefined, run: string): Refusal {
  if (before === undefined) return { times: 1, run };
  if (before.run === run || before.times >= TOLD_AFTER) return before;
  return { times: before.times + 1, run };
}

/** Names that have come to the third refusal in this run. */
export function dueForAlert(before: Ledger["refused"], after: Ledger["refused"]): string[] {
  const due = ([name, { times }]: [string, Refusal]) =>
    times >= TOLD_AFTER && (before[name]?.times ?? 0) < TOLD_AFTER;
  return Object.entries(after)
    .filter(due)
    .map(([name]) => name)
    .sort();
}

/** The count when nobody could be told: the third refusal is still to come, and with it another try. */
export function withoutAlert(after: Ledger["refused"], names: readonly string[]): Ledger["refused"] {
  const again = names.map((name) => [name, { times: TOLD_AFTER - 1, run: after[name]?.run ?? "" }] as const);
  return { ...after, ...Object.fromEntries(again) };
}
