import { type Ledger, parseLedger, renderLedger } from "../../secrets/ledger";
import type { EnvironmentText, PulumiCloud } from "../clients/pulumi-cloud";
import { advanceLedger, type RunIdentity } from "./advance-ledger";
import type { Alert } from "./alert";
import type { Input } from "./choose-value";
import { describeError } from "./describe-error";
import { isFingerprintKey, newFingerprintKey } from "./fingerprint";
import type { JobCatalog, JobTarget } from "./job-catalog";
import { dueForAlert, withoutAlert } from "./refusals";
import { pauseBeforeRound, roundsAfter } from "./rounds";
import type { RunOptions } from "./run-options";
import { ownPart, withPart } from "./shared-ledger";
import { type GroupReport, syncGroups } from "./sync-groups";

/** What a sync did to one environment. */
export interface EnvironmentReport {
  environment: string;
  groups: GroupReport[];
  /** When each value last changed, by name; RFC 3339, UTC. */
  changed: Readonly<Record<string, string>>;
  /** Why the ledger could not be written, if so. The values stand; the next run mends the ledger. */
  ledgerFailure?: string;
  /** Why nobody could be told of refusals, if so. The next run tries again. */
  alertFailure?: string;
}

/** What one environment's sync works with. */
export interface EnvironmentJob {
  target: JobTarget;
  catalog: JobCatalog;
  input: Input;
  identity: RunIdentity;
  options: RunOptions;
  /** Undefined: nobody is told of refusals. */
  alert?: Alert;
}

/**
 * Syncs one environment: each values environment by itself, then the ledger. A group that fails does not keep the
 * others from being right; the report says which failed and why.
 *
 * @throws RemedyError when the ledger cannot be read: without it nothing is known, so nothing is written.
 */
export async function syncEnvironment(job: EnvironmentJob, cloud: PulumiCloud): Promise<EnvironmentReport> {
  const { environment, ledger: place } = job.target;
  const { dryRun } = job.options;
  const alerted = once(job);
  let report: EnvironmentReport | undefined;
  for (let round = 1; ; round += 1) {
    let sent = false;
    try {
      const stored = await cloud.decrypt(place);
      const whole = usableLedger(stored);
      const ledger = ownPart(whole, job.catalog.shard);
      const key = ledger.key ?? newFingerprintKey();
      const groups = await syncGroups({ ...job, ledger, key }, cloud, report?.groups ?? []);
      const advanced = advanceLedger({ ...ledger, key }, groups, job.identity);
      report = { environment, groups, changed: timesOf(dryRun ? ledger : advanced) };
      if (dryRun) return report;
      const told = await alerted(ledger, advanced);
      if (told.failure !== undefined) report.alertFailure = told.failure;
      const text = renderLedger(withPart(whole, told.ledger, job.catalog.shard));
      if (text === renderLedger(whole)) return report;
      sent = true;
      await cloud.write(place, text, stored.etag);
      return report;
    } catch (error) {
      // In a later round the values are written already: the report must not be lost with the ledger.
      if (report === undefined) throw error;
      if (round >= roundsAfter(error, sent, job.catalog.shard !== undefined))
        return { ...report, ledgerFailure: describeError(error) };
      await pauseBeforeRound(round);
    }
  }
}

/** Without a usable key the fingerprints say nothing, and neither do the revisions they were taken at. */
function usableLedger(stored: EnvironmentText): Ledger {
  const ledger = parseLedger(stored.text);
  if (ledger.key !== undefined && isFingerprintKey(ledger.key)) return ledger;
  return { ...ledger, key: undefined, revisions: {} };
}

function timesOf(ledger: Ledger): Record<string, string> {
  return Object.fromEntries(Object.entries(ledger.secrets).map(([name, entry]) => [name, entry.changed]));
}

/** Tells of third refusals before the ledger says that it was told; in later rounds of a run nobody is told again. */
function once({ alert, catalog, target }: EnvironmentJob) {
  const required = new Set(catalog.secrets.filter((secret) => secret.required).map((secret) => secret.name));
  let done: string | undefined;
  return async (before: Ledger, after: Ledger): Promise<{ ledger: Ledger; failure?: string }> => {
    const names = dueForAlert(before.refused, after.refused).filter((name) => required.has(name));
    if (alert === undefined || names.length === 0 || done === names.join()) return { ledger: after };
    try {
      await alert(target.environment, names);
      done = names.join();
      return { ledger: after };
    } catch (error) {
      const refused = withoutAlert(after.refused, names);
      return { ledger: { ...after, refused }, failure: describeError(error) };
    }
  };
}
