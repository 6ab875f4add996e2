import type { PlanLine } from "./plan";
import type { RunOptions } from "./run-options";

/** So few replaced values are never unusual, however small the environment. */
const NEVER_UNUSUAL = 5;

/** What is about to happen to one values environment; without lines it could not be looked at. */
export interface Intent {
  lines?: readonly PlanLine[];
}

/**
 * Why nothing of an environment may be written, judged before the first write.
 *
 * Values that are replaced or deleted count, values that come for the first time do not: the first fill of an environment replaces
 * nothing. A whole group may be rotated at once, so the limit is half of what stands; wrong input (another
 * organization's secrets, one value for all) replaces nearly everything.
 *
 * @param limit the catalog's; default: half of the values that stand, and at least 5.
 */
export function brakeOf(
  intents: readonly Intent[],
  options: RunOptions,
  limit: number | undefined,
): string | undefined {
  const lines = intents.flatMap((intent) => intent.lines ?? []);
  const refused = lines.filter((line) => line.verb === "refused").length;
  if (options.allOrNothing && (refused > 0 || intents.some((intent) => intent.lines === undefined)))
    return "not written: all or nothing was asked for, and not all can be";
  if (options.allowMany) return undefined;
  const replaced = lines.filter(isLoss).length;
  const standing = lines.filter((line) => line.holds !== undefined && line.verb !== "create").length;
  const most = limit ?? Math.max(NEVER_UNUSUAL, Math.ceil(standing / 2));
  if (replaced <= most) return undefined;
  return `not written: the run would replace or delete ${replaced} values at once, and ${most} is the limit; if all of that is meant, run again and say so: allow-many-changes`;
}

/** Whether a value that stands is lost. */
function isLoss({ verb, writes }: PlanLine): boolean {
  return writes === "removal" || (verb === "update" && writes === "value");
}
