import type { PulumiCall } from "../clients/pulumi-call";
import type { PulumiCloud } from "../clients/pulumi-cloud";
import { type Proposer, withProposals } from "../clients/pulumi-proposals";
import { ledgerAt } from "../ledger/ledger-store";
import type { JobTarget } from "./job-catalog";

/**
 * A client that writes all of an environment, or where a rule wants its values approved, proposes those. The ledger
 * has no such rule.
 */
export function proposingCloud(
  { approvals, groups }: JobTarget,
  cloud: PulumiCloud,
  call: () => PulumiCall,
  proposer: Proposer,
): PulumiCloud {
  return approvals === true ? withProposals(cloud, call(), new Set(Object.values(groups)), proposer) : cloud;
}

/**
 * What syncs propose is one thing, whichever run did. It is known by the ledger, where they note it: a run's token is
 * another each time, and what a request says of itself anybody may write who may write there. One to which somebody added
 * a text since is no longer theirs.
 *
 * @param run `run 123`, or `by hand`.
 */
export function syncProposer(run: string, { ledger }: JobTarget, cloud: PulumiCloud): Proposer {
  return {
    origin: `sync, ${run}`,
    isOwn: async ({ id, revision }) => {
      const { proposed = {} } = await ledgerAt(cloud, ledger).read();
      return Object.values(proposed).some((each) => each.request === id && each.revision === revision);
    },
  };
}
