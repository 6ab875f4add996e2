import type { ResolvedCatalog } from "../../catalog/entry";
import { environmentOfJob, pathOf, RUN_NAMES, valuesEnvironment, WORKFLOW_PATH } from "../../catalog/layout";
import type { Settings } from "../../catalog/settings";
import type { Step } from "../../catalog/step-size";
import { createGitHubCarrier } from "../../clients/github-workflows";
import { isOutage } from "../../clients/pulumi-call";
import type { PulumiCloud } from "../../clients/pulumi-cloud";
import { createRunErrors, type JobError } from "../../clients/run-errors";
import { type Problem, RemedyError, TokenError } from "../../errors";
import { EMPTY_LEDGER, type Ledger, newestRunIn, revisionsOf } from "../../ledger/ledger";
import { ledgerOf } from "../../ledger/ledger-store";
import { fetchProblemIn } from "../../sync/fetch-script";
import type { Context } from "../context";
import { inParallel } from "../in-parallel";
import { spreadOf } from "../values/named-entries";
import { type FailedRun, newestRun } from "./newest-run";
import { unstartedJobs } from "./step-sizes";

/** What was seen of one environment; secrets as ciphertext. */
export interface Seen {
  environment: string;
  /** Undefined: the ledger cannot be read. */
  ledger: Ledger | undefined;
  /** The values environment of each group; one that cannot be read is left out. */
  groups: Readonly<Record<string, SeenGroup>>;
}

/** A values environment as it stands. */
export interface SeenGroup {
  revision: number;
  text: string;
  /** What the sync left; absent where that is what stands. */
  left?: Left;
}

/** What the sync left of a values environment. */
export interface Left {
  /** Absent: the ledger records none. */
  revision?: number;
  /** Absent: it was retracted, or cannot be read. */
  text?: string;
}

/**
 * Reads what tells how the secrets of an environment stand: its ledger and its texts, without opening them. The text that
 * the sync left is asked for only where another one stands.
 */
export async function seeEnvironment(
  { catalog, project: { settings } }: Context,
  cloud: PulumiCloud,
  deployment: string,
): Promise<Seen> {
  const values = Object.keys(catalog.groups).map((group) => ({
    group,
    path: pathOf(valuesEnvironment(settings, deployment, group)),
  }));
  const [ledger, texts] = await Promise.all([
    ledgerOf(cloud, settings, deployment).read().catch(ignoreUnseen),
    inParallel(values, ({ path }) => cloud.read(path).catch(ignoreUnseen)),
  ]);
  const groups = await inParallel([...values.entries()], async ([index, { group, path }]) => {
    const read = texts[index];
    if (read === undefined) return [];
    const { revision, text } = read;
    const left =
      ledger === undefined ? undefined : await leftOf(cloud, path, revision, newestOf(ledger, group));
    return [[group, { revision, text, ...(left === undefined ? {} : { left }) }] as const];
  });
  return { environment: deployment, ledger, groups: Object.fromEntries(groups.flat()) };
}

/**
 * Carriers write disjoint secrets into one environment, so an older carrier's revision would show what the others wrote
 * since as a person's. What a person changed before the newest is not seen in it; that carrier's own next run sees it.
 */
function newestOf(ledger: Ledger, group: string): number | undefined {
  return revisionsOf(ledger, group).sort((a, b) => b - a)[0];
}

async function leftOf(
  cloud: PulumiCloud,
  path: string,
  stands: number,
  revision: number | undefined,
): Promise<Left | undefined> {
  if (revision === stands) return undefined;
  if (revision === undefined) return {};
  const text = await cloud.revisions.text(path, revision).catch(ignoreRefusal);
  return text === undefined ? { revision } : { revision, text };
}

/** @throws what says nothing of this one: a token that nobody knows, and no answer. */
export function ignoreUnseen(error: unknown): undefined {
  if (error instanceof TokenError || isOutage(error)) throw error;
  return ignoreRefusal(error);
}

/** What may not be read, or is not there, is told as unknown; the rest is worth telling. */
export function ignoreRefusal(error: unknown): undefined {
  if (!(error instanceof RemedyError)) throw error;
  return undefined;
}

/** What GitHub tells of when values were set, and when they were all synced last. */
export interface SeenInGitHub {
  /** `updated_at` of the organization's secrets, by name. It moves also when only the readers change. */
  updated: ReadonlyMap<string, string>;
  /** When the last sync of everything began, in every carrier; undefined where nobody can tell. */
  settled: string | undefined;
  /** Id of the newest run of the workflow in any carrier, 0 where there is none; undefined where one does not tell. */
  newestRun: number | undefined;
  /** Jobs of the newest runs that could not start: what they are given is too large, or their first step failed. */
  unstarted: readonly UnstartedJob[];
}

/** A job that did not come to its script. */
export interface UnstartedJob extends Pick<Step, "carrier" | "environment"> {
  /** Names of the entries that it syncs. */
  names: ReadonlySet<string>;
  /** The page of its run. */
  page: string;
  /** What its first step said; undefined: what it is given is too large. */
  problem?: Problem;
}

/** Reads times and ids alone. @throws RemedyError when the organization's list cannot be read. */
export async function seeGitHub(context: Context): Promise<SeenInGitHub> {
  const [listed, settled, newest] = await Promise.all([
    context.github().listSecrets(),
    lastSync(context),
    newestRun(context),
  ]);
  const updated = new Map(listed.map(({ name, updatedAt }) => [name, updatedAt]));
  const unstarted = await inParallel(newest?.failed ?? [], (run) => unstartedIn(context, run));
  return {
    updated,
    settled,
    newestRun: newest?.isWhole ? newest.id : undefined,
    unstarted: unstarted.flat(),
  };
}

/** What the token may not see of a run is not known. */
async function unstartedIn(context: Context, { carrier, id, page }: FailedRun): Promise<UnstartedJob[]> {
  try {
    const said = await createRunErrors(context.githubCall())(carrier, id);
    const steps = await unstartedJobs(context, carrier, said);
    const tooLarge = steps.map(({ environment, variables }) => ({
      ...{ carrier, environment, page },
      names: new Set(variables.map(({ name }) => name)),
    }));
    const unfetched = await unfetchedIn(context, carrier, said);
    return [...tooLarge, ...unfetched.map((job) => ({ ...job, carrier, page }))];
  } catch (error) {
    return ignoreRefusal(error) ?? [];
  }
}

/** Those of a carrier's jobs whose first step failed. Nothing more is asked where none says that. */
async function unfetchedIn(
  context: Context,
  carrier: string,
  said: readonly JobError[],
): Promise<Pick<UnstartedJob, "environment" | "names" | "problem">[]> {
  const problems = said.flatMap(({ job, message }) => {
    const problem = fetchProblemIn(message);
    return problem === undefined ? [] : [{ environment: environmentOfJob(job), problem }];
  });
  if (problems.length === 0) return [];
  const { shards } = await spreadOf(context, context.github());
  const names: ReadonlySet<string> = shards[carrier] ?? new Set<string>();
  return problems.map((each) => ({ ...each, names }));
}

/** The same, where a ledger names a later run than GitHub had when it was asked: one may have begun since. */
export async function askAgainWhereLater(
  context: Context,
  ledgers: readonly (Ledger | undefined)[],
  seen: SeenInGitHub,
): Promise<SeenInGitHub> {
  const { newestRun: known } = seen;
  const isLater = (ledger: Ledger | undefined) =>
    ledger !== undefined && (newestRunIn(ledger) ?? 0) > (known ?? 0);
  if (known === undefined || !ledgers.some(isLater)) return seen;
  const again = await newestRun(context.readingAgain());
  return { ...seen, newestRun: again?.isWhole ? again.id : undefined };
}

/** What the token may not see of a carrier is not known. */
async function lastSync(context: Context): Promise<string | undefined> {
  const { carriers, branch } = context.project.settings;
  const github = createGitHubCarrier(context.githubCall());
  try {
    const times = await inParallel(carriers, (each) =>
      github.lastWholeSync(each, WORKFLOW_PATH, branch, RUN_NAMES.whole),
    );
    return times.includes(undefined) ? undefined : times.sort()[0];
  } catch (error) {
    if (error instanceof RemedyError) return undefined;
    throw error;
  }
}

/** When a value of a secret was last synced, by environment; environments whose ledger cannot be read are left out. */
export type Synced = (name: string) => readonly { environment: string; at: string }[];

/**
 * Reads the ledgers. They tell that a value was synced, never that there is none: one that was set after the last
 * sync, or adopted before the first, stands in GitHub alone.
 *
 * @param cloud undefined: nothing is known.
 */
export async function readLedgers(
  cloud: PulumiCloud | undefined,
  catalog: ResolvedCatalog,
  settings: Settings,
): Promise<Synced> {
  if (cloud === undefined) return () => [];
  const ledgers = await inParallel(catalog.environments, async (deployment) => {
    // What it tells is a help for the person who is asked; it decides nothing, so it may be missing.
    const read = ledgerOf(cloud, settings, deployment).read();
    return { environment: deployment, ledger: await read.catch(() => EMPTY_LEDGER) };
  });
  return (name) =>
    ledgers.flatMap(({ environment, ledger }) => {
      // A renamed secret is known under its new name; its source says which of the two a value came from.
      const known =
        ledger.secrets[name] ?? Object.values(ledger.secrets).find(({ source }) => source === name);
      const at = known?.synced;
      return at === undefined ? [] : [{ environment, at }];
    });
}

/** What is known of an existing secret's value, in words. */
export function knowledgeOf(name: string, synced: Synced): string {
  const known = synced(name);
  if (known.length === 0)
    return "no ledger says that it was ever synced, but GitHub may still hold a real value";
  return `it was synced: ${known.map(({ environment, at }) => `${environment} ${at}`).join(", ")}`;
}
