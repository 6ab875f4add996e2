import { type Ledger, parseLedger, renderLedger } from "../../secrets/ledger";
import type { EnvironmentText, PulumiCloud } from "../clients/pulumi-cloud";
import { advanceLedger, type RunIdentity } from "./advance-ledger";
import type { Input } from "./choose-value";
import { describeError } from "./describe-error";
import { isFingerprintKey, newFingerprintKey } from "./fingerprint";
import type { JobCatalog, JobTarget } from "./job-catalog";
import { type PlanLine, withEarlier } from "./plan";
import { pauseBeforeRound, roundsAfter } from "./rounds";
import { syncGroup } from "./sync-group";

/** What a sync did to one values environment. */
export interface GroupReport {
  group: string;
  /** `project/name`. */
  environment: string;
  lines: PlanLine[];
  /** Absent when it failed. */
  revision?: number;
  failure?: string;
}

/** What a sync did to one environment. */
export interface EnvironmentReport {
  environment: string;
  groups: GroupReport[];
  /** Why the ledger could not be written, if so. The values stand; the next run mends the ledger. */
  ledgerFailure?: string;
}

/** What one environment's sync works with. */
export interface EnvironmentJob {
  target: JobTarget;
  catalog: JobCatalog;
  input: Input;
  identity: RunIdentity;
  dryRun: boolean;
}

/**
 * Syncs one environment: each values environment by itself, then the ledger. A group that fails does not keep the
 * others from being right; the report says which failed and why.
 *
 * @throws RemedyError when the ledger cannot be read: without it nothing is known, so nothing is written.
 */
export async function syncEnvironment(job: EnvironmentJob, cloud: PulumiCloud): Promise<EnvironmentReport> {
  const { environment, ledger: place } = job.target;
  let report: EnvironmentReport | undefined;
  for (let round = 1; ; round += 1) {
    let sent = false;
    try {
      const stored = await cloud.decrypt(place);
      const ledger = usableLedger(stored);
      const key = ledger.key ?? newFingerprintKey();
      report = { environment, groups: await syncGroups(job, ledger, key, cloud, report?.groups ?? []) };
      const text = renderLedger(advanceLedger({ ...ledger, key }, report.groups, job.identity));
      if (job.dryRun || text === renderLedger(ledger)) return report;
      sent = true;
      await cloud.write(place, text, stored.etag);
      return report;
    } catch (error) {
      // In a later round the values are written already: the report must not be lost with the ledger.
      if (report === undefined) throw error;
      if (round >= roundsAfter(error, sent)) return { ...report, ledgerFailure: describeError(error) };
      await pauseBeforeRound(round);
    }
  }
}

function usableLedger(stored: EnvironmentText): Ledger {
  const ledger = parseLedger(stored.text);
  return ledger.key === undefined || isFingerprintKey(ledger.key) ? ledger : { ...ledger, key: undefined };
}

/** All groups side by side. @param earlier what an earlier round of the same run did. */
function syncGroups(
  { target, catalog, input, dryRun }: EnvironmentJob,
  ledger: Ledger,
  key: string,
  cloud: PulumiCloud,
  earlier: readonly GroupReport[],
): Promise<GroupReport[]> {
  const here = catalog.secrets.filter((secret) => secret.environments.includes(target.environment));
  return Promise.all(
    Object.entries(target.groups).map(async ([group, environment]) => {
      const before = earlier.find((each) => each.group === group)?.lines ?? [];
      const secrets = here.filter((secret) => secret.group === group);
      const elsewhere = here.filter((secret) => secret.group !== group);
      const common = { group, environment, appRoot: catalog.appRoot, input, ledger, key, dryRun };
      try {
        const { lines, revision } = await syncGroup({ ...common, secrets, elsewhere }, cloud);
        return { group, environment, lines: withEarlier(lines, before), revision };
      } catch (error) {
        return { group, environment, lines: before, failure: describeError(error) };
      }
    }),
  );
}
