import { randomBytes } from "node:crypto";
import { dayOf } from "../catalog/dates";
import type { EnvironmentText, PulumiCloud } from "../clients/pulumi-cloud";
import { pauseBeforeRound, roundsAfter } from "../clients/write-rounds";
import { isFingerprintKey, newFingerprintKey } from "../ledger/fingerprint";
import { type Ledger, parseLedger, renderLedger } from "../ledger/ledger";
import { ledgerTextOf, ownPart, withPart } from "../ledger/ledger-store";
import { type Pause, pauseAt } from "../ledger/pause";
import { requireClock } from "../ledger/service-clock";
import { type Alert, advanceLedger, dueForAlert, withoutAlert } from "./advance-ledger";
import { Beginning } from "./beginning";
import { catalogOn } from "./catalog-day";
import type { Input, RunOptions } from "./given-values";
import { intentOf, openIntents } from "./intents";
import type { JobCatalog, JobTarget } from "./job-catalog";
import { knowingRuns, type RunIdentity } from "./job-identity";
import type { PlanLine } from "./plan";
import { describeError } from "./runner";
import { type GroupReport, syncGroups } from "./sync-groups";
import { isUntagged, isWhole, tagOf, tagState } from "./tag-run";
import { tooLargeTogether } from "./tight-sizes";

/** What a sync did to one environment. */
export interface EnvironmentReport {
  environment: string;
  groups: GroupReport[];
  /** When each value last changed, by name; RFC 3339, UTC. */
  changed: Readonly<Record<string, string>>;
  /** Why the ledger could not be written, if so. The values stand; the next run fixes the ledger. */
  ledgerFailure?: string;
  /** Why nobody could be told of refusals, if so. The next run tries again. */
  alertFailure?: string;
  /** Tag of what the run left, where it left something new. */
  tag?: string;
  /** Why the tag is missing, if so. The values stand; the next run gives them its own. */
  tagFailures?: readonly string[];
  /** Somebody has paused the environment: nothing was written, or nothing more. */
  paused?: Pause;
  /** Where values are so large together that a process cannot be given them, or soon will not. */
  sizes?: readonly string[];
}

/** What a command that plans first and writes later has seen before: nothing that came since may be replaced. */
export interface SyncStart {
  beginning?: Beginning;
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
  /** Whether the values are asked even where the ledger knows the revision. */
  compares?: boolean;
  /** When GitHub queued this run; undefined where nobody tells. Asked only where it matters. */
  queued?: () => Promise<string | undefined>;
  /** Where the syncs of one command keep what stood when the first of them looked; each begins again when left out. */
  start?: SyncStart;
  /** Waits between rounds; a random time when left out. */
  wait?: (round: number) => Promise<void>;
}

/**
 * Syncs one environment. Nothing that stands is replaced by something older, because of four rules:
 *
 * 1. Ledger and values are read again for every plan, and each write carries the ETag of what the plan was made from.
 * 2. Before the first value is written, the ledger is told what will be (`writing`). That write fails where anybody wrote
 *    the ledger since, so each plan knows the intents of all who wrote a value that it saw.
 * 3. What a later run wrote, proposed or began to write is refused (Beginning.laterWriters).
 * 4. What changed since this sync began, or was queued, and no older sync said it would write, is refused
 *    (Beginning.changedSince, setSinceQueued).
 *
 * A group that fails does not keep the others from being right; the report says which failed and why. While somebody has
 * paused it, nothing is written, and only a dry run plans.
 *
 * @throws RemedyError when the ledger cannot be read, or not be told what is about to be written: nothing is written then.
 */
export async function syncEnvironment(job: EnvironmentJob, cloud: PulumiCloud): Promise<EnvironmentReport> {
  const place = job.target.ledger;
  const isShared = job.catalog.shard !== undefined;
  const run = startOf(job, cloud);
  for (let round = 1; ; round += 1) {
    run.sent = false;
    try {
      const stored = await cloud.decrypt(place);
      requireClock(job.identity.now, stored.at, place);
      const ledger = await syncOnce(job, cloud, run, stored);
      const { report } = run;
      const isLast = (report?.groups ?? []).every(
        ({ error }) => error === undefined || round >= roundsAfter(error.error, true, isShared),
      );
      if (report !== undefined && isLast) {
        const final = await ledger();
        if (final === undefined) return run.report ?? report;
        run.sent = true;
        await cloud.write(place, final.text, final.etag);
        return run.report ?? report;
      }
    } catch (error) {
      // In a later round values are written already: the report must not be lost with the ledger.
      if (round >= roundsAfter(error, run.sent, isShared)) {
        if (run.report === undefined) throw error;
        return { ...run.report, ledgerFailure: describeError(error) };
      }
    }
    await (job.wait ?? pauseBeforeRound)(round);
  }
}

/** What a sync keeps from round to round. */
interface RunState {
  writer: string;
  beginning?: Beginning;
  report?: EnvironmentReport;
  /** Whether a write of the ledger was sent in this round. */
  sent?: boolean;
  alerted: ReturnType<typeof once>;
  tagged: ReturnType<typeof taggedOnce>;
}

function startOf(job: EnvironmentJob, cloud: PulumiCloud): RunState {
  const writer = job.start?.beginning?.writer ?? randomBytes(6).toString("hex");
  return { writer, alerted: once(job), tagged: taggedOnce(job, cloud) };
}

/** One round but the ledger's last write: @returns what makes that; it has nothing to write where it gives undefined. */
async function syncOnce(
  job: EnvironmentJob,
  cloud: PulumiCloud,
  run: RunState,
  stored: EnvironmentText,
): Promise<() => Promise<{ text: string; etag: string } | undefined>> {
  const { dryRun } = job.options;
  const { environment, ledger: place } = job.target;
  const { shard } = job.catalog;
  const whole = usableLedger(ledgerTextOf(stored, place));
  const paused = pausedAt(whole, stored);
  if (paused.paused !== undefined && !dryRun) {
    run.report = { environment, groups: [], changed: timesOf(whole), ...run.report, ...paused };
    return async () => undefined;
  }
  const ledger = ownPart(whole, shard);
  const key = ledger.key ?? newFingerprintKey();
  const known = knowingRuns(job.identity, whole);
  run.beginning ??=
    job.start?.beginning?.again(known) ?? new Beginning(ledger, known, run.writer, job.queued);
  if (job.start !== undefined) job.start.beginning ??= run.beginning;
  const { beginning } = run;
  const { identity } = beginning;
  const catalog = catalogOn(job.catalog, dayOf(new Date(stored.at)));
  let etag: string | undefined = stored.etag;
  let base = whole;
  const announce = async (lines: readonly PlanLine[]) => {
    base = { ...whole, key, writing: { ...whole.writing, [run.writer]: intentOf(lines, identity) } };
    run.sent = true;
    etag = (await cloud.replace(place, renderLedger(base), stored.etag)).etag;
  };
  const earlier = (run.report?.groups ?? []).map((each) =>
    each.error === undefined ? each : { ...each, lines: each.error.lines },
  );
  const compares = job.compares === true;
  const groups = await syncGroups(
    { ...job, catalog, beginning, ledger, key, compares, announce },
    cloud,
    earlier,
  );
  const advanced = advanceLedger({ ...ledger, key }, groups, identity);
  const sizes = [tooLargeTogether(advanced)].filter((each) => each !== undefined);
  run.report = { environment, groups, changed: timesOf(dryRun ? ledger : advanced), ...paused, sizes };
  if (dryRun) return async () => undefined;
  return async () => {
    const { ledger: told, failure } = await run.alerted(ledger, advanced);
    const { untagged, ...tag } = await run.tagged(whole, advanced, groups);
    run.report = {
      ...(run.report as EnvironmentReport),
      ...tag,
      ...(failure === undefined ? {} : { alertFailure: failure }),
    };
    const ended = withPart(
      whole,
      { ...told, ...untagged, ...openIntents(whole, run.writer, stored.at), ...casesOf(whole) },
      shard,
    );
    const text = renderLedger(ended);
    if (text === renderLedger(base)) return undefined;
    return { text, etag: etag ?? (await cloud.read(place)).etag };
  };
}

/** A sync has no say in them. */
function casesOf({ cases }: Ledger): Pick<Ledger, "cases"> {
  return cases === undefined ? {} : { cases };
}

function pausedAt(ledger: Ledger, { at }: EnvironmentText): Pick<EnvironmentReport, "paused"> {
  const paused = pauseAt(ledger.paused, at);
  return paused === undefined ? {} : { paused };
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
function usableLedger(text: string): Ledger {
  const ledger = parseLedger(text);
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
