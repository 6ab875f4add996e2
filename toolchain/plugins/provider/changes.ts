import { isDeepStrictEqual } from "node:util";
import type { ResourceDefinition } from "./definition";
import { isUnknown, type Properties, unknown } from "./wire";

/** What happened to one input. */
export type Change = "added" | "updated" | "removed";

export interface Comparison {
  olds: Properties;
  /** Inputs of the last run: an input is removed only if it was once given. */
  oldInputs: Properties;
  news: Properties;
  ignoreChanges: readonly string[];
  /** Terraform's view: a value left out and a zero value are the same. */
  zeroMeansAbsent: boolean;
}

/** Which inputs changed, by name. A value that is not known yet counts as changed. */
export function changesOf(
  resource: Pick<ResourceDefinition<never>, "optionalComputed" | "sets">,
  comparison: Comparison,
): Map<string, Change> {
  const { olds, oldInputs, news, ignoreChanges, zeroMeansAbsent } = comparison;
  const plain = (value: unknown) => (zeroMeansAbsent ? withoutZeros(value) : value);
  const absent = (value: unknown) =>
    value === undefined || value === null || (zeroMeansAbsent && isZero(value));
  const changes = new Map<string, Change>();
  for (const name of new Set([...Object.keys(news), ...Object.keys(oldInputs)])) {
    if (name.startsWith("__") || ignoreChanges.includes(name) || ignoreChanges.includes("*")) continue;
    const next = news[name];
    const last = olds[name];
    if (absent(next) && absent(last)) continue;
    if (next === undefined || next === null) {
      if (resource.optionalComputed?.includes(name) !== true) changes.set(name, "removed");
    } else if (isUnknown(next) || !same(plain(last), plain(next), resource.sets?.includes(name) === true)) {
      changes.set(name, absent(last) ? "added" : "updated");
    }
  }
  return changes;
}

/** The changed inputs that replace the resource. */
export function replacementsOf(
  resource: Pick<ResourceDefinition<never>, "replaceOn" | "replaceAlso" | "update">,
  changed: readonly string[],
  state: Properties,
  news: Properties,
): string[] {
  if (resource.update === undefined) return [...changed];
  const more = resource.replaceAlso?.(changed, state, news) ?? [];
  return changed.filter((name) => resource.replaceOn.includes(name) || more.includes(name));
}

/**
 * What a preview says the outputs will be.
 *
 * @param state what an update keeps; undefined where what the vendor decides is unknown until it is asked.
 */
export function plannedOutputs(
  resource: Pick<ResourceDefinition<never>, "computed">,
  inputs: Properties,
  state: Properties | undefined,
): Properties {
  const computed = Object.fromEntries(resource.computed.map((name) => [name, unknown()]));
  return { ...(state ?? computed), ...inputs };
}

function same(last: unknown, next: unknown, unordered: boolean): boolean {
  if (unordered && Array.isArray(last) && Array.isArray(next)) {
    return isDeepStrictEqual([...last].sort(), [...next].sort());
  }
  return isDeepStrictEqual(last, next);
}

/** A block's members that were left out, and those that are empty, are the same to Terraform as well. */
function withoutZeros(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutZeros);
  if (typeof value !== "object" || value === null) return value;
  const given = Object.entries(value).filter(([, member]) => !isZero(member));
  return Object.fromEntries(given.map(([name, member]) => [name, withoutZeros(member)]));
}

function isZero(value: unknown): boolean {
  return (Array.isArray(value) && value.length === 0) || value === "" || value === false || value === 0;
}
