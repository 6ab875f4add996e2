import type { PulumiCloud } from "../clients/pulumi-cloud";
import { isFingerprintKey, newFingerprintKey } from "../ledger/fingerprint";
import type { Ledger } from "../ledger/ledger";
import { type LedgerStore, ledgerAt, ownPart, withPart } from "../ledger/ledger-store";
import { type Pause, pauseAt } from "../ledger/pause";
import { type Alert, advanceLedger, dueForAlert, withoutAlert } from "./advance-ledger";
import type { Input, RunOptions } from "./given-values";
import type { JobCatalog, JobTarget } from "./job-catalog";
import { knowingRuns, type RunIdentity } from "./job-identity";
import { describeError } from "./runner";
import { type GroupReport, syncGroups } from "./sync-groups";
import { isUntagged, isWhole, tagOf, tagState } from "./tag-run";

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
  /** Tag of what the run left, where it left something new. */
  tag?: string;
  /** Why the tag is missing, if so. The values stand; the next run gives them its own. */
  tagFailures?: readonly string[];
  /** Somebody has paused the environment: nothing was written, or nothing more. */
  paused?: Pause;
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
 * Syncs one environment: each values environment by itself, then their tag, then the ledger. A group that fails does
 * not keep the others from being right; the report says which failed and why. While somebody has paused it, nothing is
 * written, and only a dry run plans.
 *
 * @throws RemedyError when the ledger cannot be read: without it nothing is known, so nothing is written.
 */
export async function syncEnvironment(job: EnvironmentJob, cloud: PulumiCloud): Promise<EnvironmentReport> {
  const store = ledgerAt(cloud, job.target.ledger, job.catalog.shard !== undefined);
  const context = { alerted: once(job), tagged: taggedOnce(job, cloud), store };
  let report = undefined as EnvironmentReport | undefined;
  try {
    await store.replace(async (stored) => {
      const done = await syncOnce(job, cloud, context, stored, report);
      report = done.report;
      return done.ledger;
    });
  } catch (error) {
    if (report === undefined) throw error;
    // The values are written already: the report must not be lost with the ledger.
    report = { ...report, ledgerFailure: describeError(error) };
  }
  return report as EnvironmentReport;
}

/** What a sync of one environment keeps through its rounds. */
interface SyncContext {
  alerted: ReturnType<typeof once>;
  tagged: ReturnType<typeof taggedOnce>;
  store: LedgerStore;
}

/** Everything of a round but the ledger's write: @returns it where it may be written. */
async function syncOnce(
  job: EnvironmentJob,
  cloud: PulumiCloud,
  { alerted, tagged, store }: SyncContext,
  stored: Ledger,
  earlier: EnvironmentReport | undefined,
): Promise<{ report: EnvironmentReport; ledger?: Ledger }> {
  const { dryRun } = job.options;
  const { environment } = job.target;
  const whole = usableLedger(stored);
  const paused = pausedAt(whole, job);
  if (paused.paused !== undefined && !dryRun)
    return { report: { environment, groups: [], changed: timesOf(whole), ...earlier, ...paused } };
  const ledger = ownPart(whole, job.catalog.shard);
  const key = ledger.key ?? newFingerprintKey();
  const stopped = () => pausedMeanwhile(job, store);
  const identity = knowingRuns(job.identity, whole);
  const groups = await syncGroups({ ...job, identity, ledger, key, stopped }, cloud, earlier?.groups ?? []);
  const advanced = advanceLedger({ ...ledger, key }, groups, identity);
  const report = { environment, groups, changed: timesOf(dryRun ? ledger : advanced), ...paused };
  if (dryRun) return { report };
  const { ledger: told, failure } = await alerted(ledger, advanced);
  const { untagged, ...tag } = await tagged(whole, advanced, groups);
  return {
    report: { ...report, ...tag, ...(failure === undefined ? {} : { alertFailure: failure }) },
    ledger: withPart(whole, { ...told, ...untagged }, job.catalog.shard),
  };
}

function pausedAt(ledger: Ledger, { identity }: EnvironmentJob): Pick<EnvironmentReport, "paused"> {
  const paused = pauseAt(ledger.paused, identity.now);
  return paused === undefined ? {} : { paused };
}

/**
 * Whether somebody paused since the ledger was read. Asked after the values are read and before they are written, so
 * that no write can follow one that was made during a pause: its ETag, or this answer, holds it back.
 */
async function pausedMeanwhile(job: EnvironmentJob, store: LedgerStore): Promise<string | undefined> {
  if (pausedAt(await store.read(), job).paused === undefined) return undefined;
  return "not written: somebody paused the sync of this environment while it ran";
}

type Tagged = Pick<EnvironmentReport, "tag" | "tagFailures"> & { untagged?: Pick<Ledger, "untagged"> };

/**
 * Tags before the ledger is written, which says when a tag is missing; in later rounds only what is new. A tag that some
 * values environments lack would name no state: a run that did not see all of them leaves it to the next.
 */
function taggedOnce({ identity, target }: EnvironmentJob, cloud: PulumiCloud) {
  const done = new Map<string, number>();
  return async (before: Ledger, after: Ledger, groups: readonly GroupReport[]): Promise<Tagged> => {
    if (!isUntagged(before, after, groups)) return {};
    if (!isWhole(target, groups)) return { untagged: { untagged: true } };
    const tag = tagOf(identity);
    const tagFailures = await tagState(tag, groups, cloud, done);
    return tagFailures.length === 0 ? { tag } : { tagFailures, untagged: { untagged: true } };
  };
}

/** Without a usable key the fingerprints say nothing, and neither do the revisions they were taken at. */
function usableLedger(ledger: Ledger): Ledger {
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
