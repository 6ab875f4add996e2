import { setTimeout as sleep } from "node:timers/promises";
import type { Ledger } from "../../secrets/ledger";
import { NoAnswerError } from "../clients/http";
import { ConflictError, type EnvironmentText, type PulumiCloud } from "../clients/pulumi-cloud";
import { chooseValue, type Input } from "./choose-value";
import { fingerprint } from "./fingerprint";
import type { JobSecret } from "./job-catalog";
import { isChange, type PlanLine, plan, type Standing } from "./plan";
import { ValuesText } from "./values-text";

/** Rounds of read, plan, write before giving up on an environment that others keep writing. */
const ROUNDS = 5;
const LONGEST_PAUSE_MS = 400;

/** One values environment and what belongs there. */
export interface GroupJob {
  group: string;
  /** `project/name`. */
  environment: string;
  appRoot: string;
  secrets: readonly JobSecret[];
  input: Input;
  ledger: Ledger;
  /** Key of the fingerprints: the ledger's, or a new one. */
  key: string;
  dryRun: boolean;
}

export interface GroupResult {
  lines: PlanLine[];
  /** Revision that holds what the lines say. */
  revision: number;
  wrote: boolean;
}

/**
 * Brings one values environment in line: one read, one plan, at most one write with the read's ETag. When somebody
 * wrote in between, or the write's answer was lost, it reads and plans again.
 *
 * @throws RemedyError when the service refuses, and after five rounds.
 */
export async function syncGroup(job: GroupJob, cloud: PulumiCloud): Promise<GroupResult> {
  let sent: PlanLine[] | undefined;
  for (let round = 1; ; round += 1) {
    const current = await cloud.read(job.environment);
    const text = new ValuesText(current.text, job.appRoot, job.environment);
    const lines = plan(job.secrets, job.input, await standing(job, current, text, cloud), job.key);
    if (job.dryRun || !lines.some(isChange)) {
      return { lines: withSent(lines, sent), revision: current.revision, wrote: sent !== undefined };
    }
    for (const line of lines.filter(isChange)) write(job, line, text);
    try {
      const revision = await cloud.write(job.environment, text.toString(), current.etag);
      return { lines, revision, wrote: true };
    } catch (error) {
      const unsure = error instanceof NoAnswerError;
      if (round === ROUNDS || !(unsure || error instanceof ConflictError)) throw error;
      if (unsure) sent = lines;
      await sleep(Math.random() * LONGEST_PAUSE_MS * round);
    }
  }
}

/**
 * What stands in ESC. The ledger's fingerprints hold as long as the revision is the one the sync left; else a person
 * wrote in between, or a run died before its ledger, and the values themselves are asked.
 */
async function standing(
  job: GroupJob,
  current: EnvironmentText,
  text: ValuesText,
  cloud: PulumiCloud,
): Promise<Standing> {
  const present = new Set(job.secrets.filter((secret) => text.has(secret)).map((secret) => secret.name));
  const mapped = new Set(job.secrets.filter((secret) => text.isMapped(secret)).map((secret) => secret.name));
  const known = job.ledger.revisions[job.group] === current.revision && job.ledger.key !== undefined;
  if (known || present.size === 0) {
    const entries = Object.entries(job.ledger.secrets).map(([name, entry]) => [name, entry.fingerprint]);
    return { present, mapped, fingerprints: Object.fromEntries(entries) };
  }
  const clear = await cloud.decrypt(job.environment);
  if (clear.revision !== current.revision) {
    throw new ConflictError(
      job.environment,
      "it changed while it was read",
      "run again: it reads and plans anew",
    );
  }
  const values = new ValuesText(clear.text, job.appRoot, job.environment);
  const pairs = job.secrets.map((secret) => {
    const value = values.read(secret);
    return [secret.name, value === undefined ? undefined : fingerprint(job.key, secret.name, value)];
  });
  return { present, mapped, fingerprints: Object.fromEntries(pairs) };
}

function write(job: GroupJob, line: PlanLine, text: ValuesText): void {
  const secret = job.secrets.find((each) => each.name === line.name);
  const choice = secret === undefined ? undefined : chooseValue(secret, job.input);
  if (secret === undefined || choice?.kind !== "value")
    throw new Error(`plan names ${line.name}, which has no value`);
  if (line.reason === undefined) text.set(secret, choice.value);
  text.map(secret);
}

/** After a lost answer the write may turn out to have been carried out: then it is this run's doing, not "unchanged". */
function withSent(lines: PlanLine[], sent: PlanLine[] | undefined): PlanLine[] {
  return lines.map((line) => {
    const before = sent?.find((each) => each.name === line.name);
    return line.verb === "unchanged" && before !== undefined && isChange(before) ? before : line;
  });
}
