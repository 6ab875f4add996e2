import { RemedyError } from "../../errors";
import { type ImpossibleClaim, impossibleClaims, withoutImpossible } from "../../ledger/claims";
import { ledgerOf } from "../../ledger/ledger-store";
import { type Context, requireCloud } from "../context";
import { inParallel } from "../in-parallel";
import { newestRun } from "../observation/newest-run";

/** One ledger that was looked at. */
export interface RepairedLedger {
  environment: string;
  /** What it said that cannot be, and no longer says; in a dry run still. */
  claims: ImpossibleClaim[];
}

/**
 * Takes out of the ledgers what no sync can have written: runs that GitHub does not have, and times to come. No value is
 * read or written; the next run compares the values themselves with GitHub's.
 *
 * @throws RemedyError when GitHub does not tell the newest run of every carrier, or a ledger cannot be opened or written.
 */
export async function repairLedgers(context: Context, dryRun: boolean): Promise<RepairedLedger[]> {
  const { catalog, project } = context;
  const cloud = requireCloud(context);
  return inParallel(catalog.environments, async (deployment) => {
    const store = ledgerOf(cloud, project.settings, deployment);
    let claims: ImpossibleClaim[] = [];
    await store.replace(async (ledger) => {
      // Asked after the ledger was read: what GitHub has by now is all that it may name.
      const facts = { newestRun: await requireNewestRun(context), now: context.now() };
      claims = impossibleClaims(ledger, facts);
      return dryRun || claims.length === 0 ? undefined : withoutImpossible(ledger, facts);
    });
    return { environment: deployment, claims };
  });
}

async function requireNewestRun(context: Context): Promise<number> {
  const newest = await newestRun(context);
  if (newest?.isWhole) return newest.id;
  const { githubOrganization, carriers } = context.project.settings;
  throw new RemedyError({
    code: "runs-unseen",
    subject: carriers.map((carrier) => `${githubOrganization}/${carrier}`).join(", "),
    cause: "GitHub does not show which run of the workflow is the newest",
    remedy: "export a GITHUB_TOKEN that may read Actions of every carrier repository, then run this again",
  });
}
