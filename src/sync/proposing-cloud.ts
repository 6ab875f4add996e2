import type { PulumiCall } from "../clients/pulumi-call";
import type { PulumiCloud } from "../clients/pulumi-cloud";
import { type Proposer, withProposals } from "../clients/pulumi-proposals";
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

/** What syncs propose is one thing, whichever run did. @param run `run 123`, or `by hand`. */
export function syncProposer(run: string): Proposer {
  return { origin: `sync, ${run}`, isOwn: (description) => description.startsWith("sync, ") };
}
