import type { PulumiCloud } from "../../clients/pulumi-cloud";
import { RemedyError } from "../../errors";
import { isChange } from "../../sync/plan";
import { inParallel } from "../in-parallel";
import type { OpenRollback } from "./open-rollback";
import { type GroupOutcome, type GroupRollback, viewRollback } from "./roll-back-group";

/**
 * Looks once more whether what a rollback says of each group is what stands: whoever was not kept away by its pause, a
 * person or another rollback, may have written since.
 *
 * @returns the outcomes; a group that stands otherwise, or cannot be looked at, has failed.
 */
export function checkOutcomes(
  { cloud, seen }: OpenRollback,
  outcomes: readonly GroupOutcome[],
): Promise<GroupOutcome[]> {
  return inParallel(outcomes, async (outcome) => {
    const found = seen.find(({ group }) => group.group === outcome.group);
    if (found === undefined || outcome.failure !== undefined || outcome.awaiting !== undefined)
      return outcome;
    const failure = await differenceFrom(found.group, cloud);
    if (failure === undefined) return outcome;
    const { revision: _, ...rest } = outcome;
    return { ...rest, failure };
  });
}

async function differenceFrom(group: GroupRollback, cloud: PulumiCloud): Promise<string | undefined> {
  const { environment, revision } = group;
  try {
    const { lines } = await viewRollback(group, cloud);
    const others = lines.filter(isChange).map(({ name }) => name);
    if (others.length === 0) return undefined;
    const reason = `somebody else wrote ${others.join(", ")} meanwhile: it does not stand as at revision ${revision.number}`;
    const remedy = "npx sophia-secrets history shows who; then run this again";
    return new RemedyError(environment, reason, remedy).message;
  } catch (error) {
    if (!(error instanceof RemedyError)) throw error;
    const reason = `it was written, and whether it stands is not known (${error.reason})`;
    return new RemedyError(environment, reason, "run this again").message;
  }
}
