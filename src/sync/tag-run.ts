import type { PulumiCloud } from "../clients/pulumi-cloud";
import type { Ledger } from "../ledger/ledger";
import type { JobTarget } from "./job-catalog";
import type { RunIdentity } from "./job-identity";
import { isChange } from "./plan";
import { describeError } from "./runner";
import type { GroupReport } from "./sync-groups";

/**
 * The tag of what a run leaves: `run-123`, `run-123-2` of its second try, `hand-20260801T100000123Z` by hand. Tags begin
 * with a letter, or the service takes them for revisions; letters, digits and hyphens are in the vendor's own examples.
 */
export function tagOf({ run, attempt = "1", now }: RunIdentity): string {
  if (!/^\d+$/.test(run)) return `hand-${now.replaceAll(/[-:.]/g, "")}`;
  return attempt === "1" ? `run-${run}` : `run-${run}-${attempt}`;
}

/** Whether the values stand at a state that no run has tagged yet: one of this run, or one that an interrupted run left. */
export function isUntagged(before: Ledger, after: Ledger, groups: readonly GroupReport[]): boolean {
  if (before.untagged === true) return true;
  if (groups.some(({ lines, revision }) => revision !== undefined && lines.some(isChange))) return true;
  return Object.entries(after.revisions).some(([group, revision]) => !isKnown(before, group, revision));
}

/** Whether the ledger holds the revision, of any carrier. */
function isKnown({ revisions }: Ledger, group: string, revision: number): boolean {
  const own = ([key]: [string, number]) => key === group || key.startsWith(`${group}@`);
  return Object.entries(revisions).some((each) => own(each) && each[1] === revision);
}

/** Whether it is known how every values environment stands: none failed, was held back or was not asked for. */
export function isWhole(target: JobTarget, groups: readonly GroupReport[]): boolean {
  const known = groups.filter(({ revision }) => revision !== undefined).map(({ group }) => group);
  return Object.keys(target.groups).every((group) => known.includes(group));
}

/**
 * Gives all values environments of an environment one tag, so that together they can be named, and gone back to.
 *
 * @param done revisions that this run has tagged already, by values environment; kept up to date.
 * @returns why it could not, a line each; empty when all have it.
 */
export async function tagState(
  tag: string,
  groups: readonly GroupReport[],
  cloud: PulumiCloud,
  done: Map<string, number>,
): Promise<string[]> {
  const outcomes = await Promise.all(
    groups.map(async ({ environment, revision }) => {
      if (revision === undefined || done.get(environment) === revision) return undefined;
      try {
        await cloud.revisions.tag(environment, tag, revision);
        done.set(environment, revision);
        return undefined;
      } catch (error) {
        return describeError(error);
      }
    }),
  );
  return outcomes.filter((outcome) => outcome !== undefined);
}
