import type { Revision } from "../../clients/esc-revisions";
import type { PulumiCloud } from "../../clients/pulumi-cloud";
import { RemedyError } from "../../errors";
import { inParallel } from "../in-parallel";

/** A group's values environment and the revision to go back to. */
export interface RollbackTarget {
  group: string;
  /** `project/name`. */
  environment: string;
  revision: Revision;
}

/**
 * The revision of each group that a number or a tag names.
 *
 * @param places values environment of each group, by group.
 * @throws RemedyError for a number and several groups: theirs have nothing to do with each other.
 * @throws RemedyError naming the groups that have no such revision, or a retracted one.
 */
export async function findTargets(
  cloud: PulumiCloud,
  places: Readonly<Record<string, string>>,
  to: string,
): Promise<RollbackTarget[]> {
  const isNumber = /^\d+$/.test(to);
  const groups = Object.entries(places);
  if (isNumber && groups.length > 1) {
    const remedy = "name one with --group, or a tag of all: history lists them";
    throw new RemedyError("--to", "a revision is one group's alone", remedy);
  }
  const found = await inParallel(groups, async ([group, environment]) => {
    const revisions = await cloud.revisions.list(environment);
    const named = ({ number, tags }: Revision) => (isNumber ? number === Number(to) : tags.includes(to));
    return { group, environment, revision: revisions.find(named) };
  });
  const targets = found.flatMap(({ revision, ...rest }) =>
    revision === undefined || revision.retracted ? [] : [{ ...rest, revision }],
  );
  const without = groups
    .map(([group]) => group)
    .filter((name) => !targets.some(({ group }) => group === name));
  if (without.length === 0) return targets;
  throw new RemedyError(
    without.join(", "),
    `no revision there is ${isNumber ? `number ${to}` : `tagged ${to}`}, or it was retracted; nothing was written`,
    `npx sophia-secrets history lists what there is; --group takes one group alone${untaggedRuns(to)}`,
  );
}

/** The sync tags what is new, and only where it saw every group. */
function untaggedRuns(to: string): string {
  if (!/^(run|hand)-/.test(to)) return "";
  return ". A run that changed nothing, took only some names or failed in part has no tag: name the revision's number instead";
}
