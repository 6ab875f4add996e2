import type { EnvironmentText, PulumiCloud } from "../clients/pulumi-cloud";
import { RemedyError } from "../errors";
import { fingerprint } from "../ledger/fingerprint";
import type { Ledger } from "../ledger/ledger";
import type { Beginning } from "./beginning";
import { chooseValue, type Input, type RunOptions } from "./given-values";
import type { JobSecret } from "./job-catalog";
import { type CurrentValue, isChange, type PlanLine, plan, refuseOlder } from "./plan";
import { namedRefusal } from "./refused-text";
import { setSinceQueued } from "./since-queued";
import { ValuesText } from "./values-text";

/** One values environment and what belongs there. */
export interface GroupJob {
  group: string;
  /** `project/name`. */
  environment: string;
  appRoot: string;
  /** The team whose token the job has. */
  team: string;
  secrets: readonly JobSecret[];
  /** Secrets of the other groups: a copy of one that stands here would hide its new value from applications. */
  elsewhere: readonly JobSecret[];
  input: Input;
  ledger: Ledger;
  /** Key of the fingerprints: the ledger's, or a new one. */
  key: string;
  beginning: Beginning;
  options: RunOptions;
  /** Whether the values are asked even where the ledger knows the revision. */
  compares: boolean;
}

/** A values environment as it stands, and the plan for it. */
export interface GroupView {
  current: EnvironmentText;
  text: ValuesText;
  lines: PlanLine[];
  /** Of the values that stand, as far as they are known. */
  fingerprints: CurrentValue["fingerprints"];
}

/** Reads one values environment and plans. @throws RemedyError when the service refuses. */
export async function viewGroup(job: GroupJob, cloud: PulumiCloud): Promise<GroupView> {
  return keepNewer(job, await lookAt(job, cloud), cloud);
}

/** The plan without what would replace a value that somebody set after this run was queued. */
async function keepNewer(job: GroupJob, view: GroupView, cloud: PulumiCloud): Promise<GroupView> {
  const { environment, appRoot, secrets, beginning, ledger, group } = job;
  const mayLose = view.lines.some(({ writes }) => writes === "value" || writes === "removal");
  if (!mayLose || ledger.revisions[group] === view.current.revision) return view;
  const newer = await beginning.sinceQueued(environment, (queued) => {
    const found = { environment, appRoot, secrets, ledger, left: ledger.revisions[group], ...view };
    return setSinceQueued(found, queued, cloud);
  });
  const lines = view.lines.map((line) => {
    const who = newer[line.name];
    const isOurs = beginning.isKnownToBeOlder(line.name, view.fingerprints[line.name] ?? "", ledger);
    return who === undefined || isOurs ? line : refuseOlder(line, who, view.fingerprints[line.name]);
  });
  return { ...view, lines };
}

async function lookAt(job: GroupJob, cloud: PulumiCloud): Promise<GroupView> {
  if (job.compares) return compareGroup(job, cloud);
  const current = await cloud.read(job.environment);
  const text = new ValuesText(current.text, job.appRoot, job.environment);
  return viewOf(job, current, text, await fingerprintsOf(job, current, text, cloud));
}

/**
 * The same from the values themselves, whatever the ledger says of them: one request where nothing must be written. What
 * is written is edited in the text with its secrets as ciphertext.
 */
async function compareGroup(job: GroupJob, cloud: PulumiCloud): Promise<GroupView> {
  const clear = await cloud.decrypt(job.environment);
  const values = new ValuesText(clear.text, job.appRoot, job.environment);
  const view = viewOf(job, clear, values, fingerprintsIn(job, values));
  if (!view.lines.some(isChange)) return view;
  const current = await cloud.read(job.environment);
  // Somebody wrote in between: what was compared does not stand any more. The ledger's revisions are not believed here either.
  if (current.revision !== clear.revision) {
    const ledger = { ...job.ledger, revisions: {} };
    return lookAt({ ...job, ledger, compares: false }, cloud);
  }
  return { ...view, current, text: new ValuesText(current.text, job.appRoot, job.environment) };
}

function viewOf(
  job: GroupJob,
  current: EnvironmentText,
  text: ValuesText,
  fingerprints: CurrentValue["fingerprints"],
): GroupView {
  const lines = plan(
    job.secrets,
    job.input,
    standing(job, current, text, fingerprints),
    job.key,
    job.options.names,
  );
  return { current, text, lines: [...lines, ...misplaced(job, text)], fingerprints };
}

/**
 * Writes the plan of one values environment, with the ETag of its read: nothing is written where somebody wrote since.
 *
 * @throws RemedyError when the service refuses, or says that it wrote and did not.
 */
export async function writeGroup(
  job: GroupJob,
  { current, text, lines }: GroupView,
  cloud: PulumiCloud,
): Promise<number> {
  for (const line of lines.filter(isChange)) write(job, line, text);
  const next = text.toString();
  const revision = await cloud.write(job.environment, next, current.etag).catch((error: unknown) => {
    throw namedRefusal(error, job.environment, next, job.team);
  });
  if (revision > current.revision) return revision;
  throw new RemedyError({
    code: "write-not-carried-out",
    subject: job.environment,
    cause: `the service says that it wrote, and revision ${revision} is not newer than ${current.revision}`,
    remedy: "run again: it reads what is there, and writes what is missing",
  });
}

/** Nothing moves by itself, so a secret that changed its group stands in two, and applications would read either. */
function misplaced(job: GroupJob, text: ValuesText): PlanLine[] {
  const { names } = job.options;
  const here = job.elsewhere.filter(({ name }) => names?.has(name) !== false && text.hasVariable(name));
  return here.map(({ name, group }) => {
    const reason = `its group is ${group}, but an old value is still in ${job.environment}; remove it and its variable there (pulumi env edit)`;
    return { name, verb: "refused", code: "blocked", reason };
  });
}

function standing(
  job: GroupJob,
  { revision }: EnvironmentText,
  text: ValuesText,
  fingerprints: CurrentValue["fingerprints"],
): CurrentValue {
  const those = (test: (secret: JobSecret) => boolean) =>
    new Set(job.secrets.filter(test).map((secret) => secret.name));
  const entries = Object.entries(job.ledger.secrets);
  const { beginning, environment, ledger } = job;
  return {
    present: those((secret) => text.has(secret)),
    bound: those((secret) => text.isBound(secret)),
    remaining: those((secret) => text.remains(secret)),
    outlived: those((secret) => text.hasOutlived(secret)),
    mapped: those((secret) => text.isMapped(secret)),
    obstacles: Object.fromEntries(job.secrets.map((secret) => [secret.name, text.obstacle(secret)])),
    fingerprints,
    defaulted: new Set(entries.filter(([, entry]) => entry.source === "default").map(([name]) => name)),
    newer: {
      ...beginning.changedSince(environment, { revision, fingerprints }, ledger),
      ...beginning.laterWriters(ledger),
    },
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
  text: ValuesText,
  cloud: PulumiCloud,
): Promise<CurrentValue["fingerprints"]> {
  if (!job.secrets.some((secret) => text.has(secret))) return {};
  if (job.ledger.key !== undefined && job.ledger.revisions[job.group] === current.revision) {
    const bound = new Set(job.secrets.filter((secret) => text.isBound(secret)).map(({ name }) => name));
    const entries = Object.entries(job.ledger.secrets).filter(([name]) => bound.has(name));
    return Object.fromEntries(entries.map(([name, entry]) => [name, entry.fingerprint]));
  }
  // Should it change between the two answers: the write carries the tag of the first, and its revision is never met again.
  const clear = await cloud.decrypt(job.environment);
  return fingerprintsIn(job, new ValuesText(clear.text, job.appRoot, job.environment));
}

function fingerprintsIn({ secrets, key }: GroupJob, values: ValuesText): CurrentValue["fingerprints"] {
  const pairs = secrets.map((secret) => {
    const value = values.read(secret);
    return [secret.name, value === undefined ? undefined : fingerprint(key, secret.name, value)];
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
