import { ConflictError } from "../clients/pulumi-call";
import type { EnvironmentText, PulumiCloud } from "../clients/pulumi-cloud";
import { inRounds } from "../clients/write-rounds";
import { RemedyError } from "../errors";
import { fingerprint } from "../ledger/fingerprint";
import type { Ledger } from "../ledger/ledger";
import { chooseValue, type Input, type RunOptions } from "./given-values";
import type { JobSecret } from "./job-catalog";
import type { RunIdentity } from "./job-identity";
import { laterWriters } from "./later-run";
import { type CurrentValue, isChange, type PlanLine, plan, withEarlier } from "./plan";
import { ValuesText } from "./values-text";

/** One values environment and what belongs there. */
export interface GroupJob {
  group: string;
  /** `project/name`. */
  environment: string;
  appRoot: string;
  secrets: readonly JobSecret[];
  /** Secrets of the other groups: a copy of one that stands here would hide its new value from applications. */
  elsewhere: readonly JobSecret[];
  input: Input;
  ledger: Ledger;
  /** Key of the fingerprints: the ledger's, or a new one. */
  key: string;
  identity: RunIdentity;
  options: RunOptions;
  /** Whether other carriers write there too. */
  isShared: boolean;
  /** Why nothing may be written any more, if so. */
  stopped: () => Promise<string | undefined>;
}

export interface GroupResult {
  lines: PlanLine[];
  /** Revision that holds what the lines say. */
  revision: number;
}

/** A values environment as it stands, and the plan for it. */
export interface GroupView {
  current: EnvironmentText;
  text: ValuesText;
  lines: PlanLine[];
}

/** Reads one values environment and plans. @throws RemedyError when the service refuses. */
export async function viewGroup(job: GroupJob, cloud: PulumiCloud): Promise<GroupView> {
  const current = await cloud.read(job.environment);
  const text = new ValuesText(current.text, job.appRoot, job.environment);
  const stands = await standing(job, current, text, cloud);
  const lines = plan(job.secrets, job.input, stands, job.key, job.options.names);
  return { current, text, lines: [...lines, ...misplaced(job, text)] };
}

/**
 * Brings one values environment in line: at most one write, with the ETag of the read. When somebody wrote in between,
 * or it is unknown whether the write was carried out, it reads and plans again.
 *
 * @throws RemedyError when the service refuses, and after five rounds.
 */
export async function syncGroup(job: GroupJob, first: GroupView, cloud: PulumiCloud): Promise<GroupResult> {
  let unsure: PlanLine[] = [];
  return inRounds(job, async ({ number, sends }) => {
    const { current, text, lines } = number === 1 ? first : await viewGroup(job, cloud);
    const all = withEarlier(lines, unsure);
    if (job.options.dryRun || !lines.some(isChange)) return { lines: all, revision: current.revision };
    requireAll(job, lines);
    if (number > 1) await requireRunning(job);
    for (const line of lines.filter(isChange)) write(job, line, text);
    sends();
    const revision = await cloud.write(job.environment, text.toString(), current.etag).catch((error) => {
      if (!(error instanceof ConflictError)) unsure = all;
      throw error;
    });
    return { lines: all, revision };
  });
}

/** The brake has judged the first view; what somebody else wrote since may be in the way of all or nothing. */
function requireAll({ environment, options }: GroupJob, lines: readonly PlanLine[]): void {
  const refused = lines.filter((line) => line.verb === "refused").map((line) => line.name);
  if (!options.allOrNothing || refused.length === 0) return;
  const reason = `somebody wrote it in between, and now ${refused.join(", ")} cannot be written`;
  throw new RemedyError({
    code: "all-or-nothing-refused",
    subject: environment,
    cause: reason,
    remedy: "run again: a dry run says why",
  });
}

/** Whoever wrote in between may have paused the sync first, as a rollback does: its values must stand. */
async function requireRunning({ environment, stopped }: GroupJob): Promise<void> {
  const reason = await stopped();
  if (reason !== undefined)
    throw new RemedyError({
      code: "sync-paused",
      subject: environment,
      cause: reason,
      remedy: "resume it, then run again",
    });
}

/** Nothing moves by itself, so a secret that changed its group stands in two, and applications would read either. */
function misplaced(job: GroupJob, text: ValuesText): PlanLine[] {
  const { names } = job.options;
  const here = job.elsewhere.filter(({ name }) => names?.has(name) !== false && text.hasVariable(name));
  return here.map(({ name, group }) => {
    const reason = `its group is ${group}, but an old value still stands in ${job.environment}; remove it and its variable there (pulumi env edit)`;
    return { name, verb: "refused", reason };
  });
}

async function standing(
  job: GroupJob,
  current: EnvironmentText,
  text: ValuesText,
  cloud: PulumiCloud,
): Promise<CurrentValue> {
  const those = (test: (secret: JobSecret) => boolean) =>
    new Set(job.secrets.filter(test).map((secret) => secret.name));
  const bound = those((secret) => text.isBound(secret));
  const present = those((secret) => text.has(secret));
  const entries = Object.entries(job.ledger.secrets);
  return {
    present,
    bound,
    remaining: those((secret) => text.remains(secret)),
    outlived: those((secret) => text.hasOutlived(secret)),
    mapped: those((secret) => text.isMapped(secret)),
    obstacles: Object.fromEntries(job.secrets.map((secret) => [secret.name, text.obstacle(secret)])),
    fingerprints: present.size === 0 ? {} : await fingerprintsOf(job, current, bound, cloud),
    defaulted: new Set(entries.filter(([, entry]) => entry.source === "default").map(([name]) => name)),
    newer: laterWriters(job.ledger, job.identity),
  };
}

/**
 * Fingerprints of the values that stand. The ledger's hold as long as the revision is the one the sync left and the
 * value stands where the sync put it; else a person wrote in between, or a run died before its ledger, and the values
 * themselves are asked.
 */
async function fingerprintsOf(
  job: GroupJob,
  current: EnvironmentText,
  bound: ReadonlySet<string>,
  cloud: PulumiCloud,
): Promise<CurrentValue["fingerprints"]> {
  if (job.ledger.key !== undefined && job.ledger.revisions[job.group] === current.revision) {
    const entries = Object.entries(job.ledger.secrets).filter(([name]) => bound.has(name));
    return Object.fromEntries(entries.map(([name, entry]) => [name, entry.fingerprint]));
  }
  // Should it change between the two answers: the write carries the tag of the first, and its revision is never met again.
  const clear = await cloud.decrypt(job.environment);
  const values = new ValuesText(clear.text, job.appRoot, job.environment);
  const pairs = job.secrets.map((secret) => {
    const value = values.read(secret);
    return [secret.name, value === undefined ? undefined : fingerprint(job.key, secret.name, value)];
  });
  return Object.fromEntries(pairs);
}

function write(job: GroupJob, line: PlanLine, text: ValuesText): void {
  const secret = job.secrets.find((each) => each.name === line.name);
  if (secret === undefined) throw new Error(`plan names ${line.name}, which is not of this group`);
  if (line.writes === "removal") {
    text.remove(secret);
    return;
  }
  if (line.writes === "value") {
    const choice = chooseValue(secret, job.input);
    if (choice.kind !== "value") throw new Error(`plan names ${line.name}, which has no value`);
    text.set(secret, choice.value);
  }
  text.map(secret);
}
