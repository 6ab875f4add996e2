import { WORKFLOW_FILE } from "../../catalog/layout";
import { createGitHubAudit, type WorkflowRun } from "../../clients/github-audit";
import { RemedyError } from "../../errors";
import type { Ledger } from "../../ledger/ledger";
import { ledgerOf } from "../../ledger/ledger-store";
import { type Context, requireCloud } from "../context";
import { inParallel } from "../in-parallel";
import { type HistoryLine, readHistory } from "../versions/history";
import type { SyncRun } from "./report-data";

/** Revisions of each deployment environment that are compared, at most: two texts each. */
const COMPARED = 30;

/** A sync's last write may be told a little after its run is said to have ended. */
const SLACK_MS = 5000;

/** The history of one deployment environment, as far as it was looked at. */
interface Looked {
  lines: readonly HistoryLine[];
  /** From when on every revision is among the lines, RFC 3339. */
  from: string;
}

/** What runs left, by deployment environment. */
export interface Left {
  looked: readonly (Looked | undefined)[];
  ledgers: readonly (Ledger | undefined)[];
  /** The carrier that syncs a secret. */
  carrierOf(name: string): string | undefined;
}

/**
 * Runs of the sync since a day, newest first, with the names that each changed and refused. What each changed comes from
 * the revisions that carry its tag; what it refused from the ledgers, which keep the last run alone.
 *
 * @throws RemedyError when GitHub's runs cannot be read.
 */
export async function readSyncs(
  context: Context,
  since: Date,
  carrierOf: Left["carrierOf"],
): Promise<SyncRun[]> {
  const { catalog, project } = context;
  const call = context.githubCall();
  const audit = createGitHubAudit(call);
  const runs = await inParallel(project.settings.carriers, (carrier) =>
    audit.runs(carrier, WORKFLOW_FILE, since),
  );
  const looked = await inParallel(catalog.environments, (deployment) => lookAt(context, deployment));
  const ledgers = await inParallel(catalog.environments, (deployment) => ledgerIn(context, deployment));
  return findSyncs(runs.flat(), { looked, ledgers, carrierOf }, serverOf(call.url, call.organization));
}

/**
 * Joins runs with what they left: a pure function. Undefined stands for what could not be read.
 *
 * @param server where runs have their pages, with the organization; undefined where it is not https.
 */
export function findSyncs(runs: readonly WorkflowRun[], left: Left, server: string | undefined): SyncRun[] {
  const last = new Map<string, WorkflowRun>();
  for (const run of runs.filter(({ outcome }) => outcome === "success" || outcome === "failure"))
    if ((last.get(run.repository)?.started ?? "") < run.started) last.set(run.repository, run);
  return runs
    .map((run) => {
      const { id, repository: carrier, actor, event, outcome, started, ended } = run;
      const seconds = Math.max(0, Math.round((Date.parse(ended) - Date.parse(started)) / 1000));
      const page = server === undefined ? {} : { url: `${server}/${carrier}/actions/runs/${id}` };
      const found = {
        changed: changedBy(run, left.looked),
        refused: refusedBy(run, last.get(carrier) === run, left),
      };
      return { carrier, id, ...page, started, seconds, event, actor, outcome, ...found };
    })
    .sort((a, b) => (a.started < b.started ? 1 : a.started > b.started ? -1 : a.id < b.id ? 1 : -1));
}

/** A revision also carries the tags of later runs that left it as it was: the run that wrote it was under way then. */
function changedBy(
  { id, started, ended }: WorkflowRun,
  looked: readonly (Looked | undefined)[],
): string[] | undefined {
  if (looked.some((each) => each === undefined || Date.parse(each.from) > Date.parse(started)))
    return undefined;
  const isDuring = (at: number) => Date.parse(started) - SLACK_MS <= at && at <= Date.parse(ended) + SLACK_MS;
  const lines = looked
    .flatMap((each) => each?.lines ?? [])
    .filter(({ tags, created }) => tags.includes(`run-${id}`) && isDuring(Date.parse(created)));
  const names = lines.flatMap(({ added = [], changed = [], removed = [] }) => [
    ...added,
    ...changed,
    ...removed,
  ]);
  return [...new Set(names)].sort();
}

/** The ledgers keep what the last run refused: of that run all of it, of earlier ones what has not been refused since. */
function refusedBy(run: WorkflowRun, isLast: boolean, { ledgers, carrierOf }: Left): string[] | undefined {
  if (isLast && ledgers.includes(undefined)) return undefined;
  const refused = ledgers
    .flatMap((ledger) => Object.entries(ledger?.refused ?? {}))
    .filter(([name, refusal]) => refusal.run === run.id || (isLast && carrierOf(name) === run.repository))
    .map(([name]) => name);
  return refused.length === 0 && !isLast ? undefined : [...new Set(refused)].sort();
}

/** What may not be read says nothing, and the runs are told all the same. */
async function lookAt(context: Context, environment: string): Promise<Looked | undefined> {
  try {
    const { lines, hasOlder } = await readHistory(context, {
      environment,
      group: undefined,
      limit: COMPARED,
    });
    return { lines, from: hasOlder ? (lines.at(-1)?.created ?? "") : new Date(0).toISOString() };
  } catch (error) {
    if (error instanceof RemedyError) return undefined;
    throw error;
  }
}

async function ledgerIn(context: Context, deployment: string): Promise<Ledger | undefined> {
  try {
    return await ledgerOf(requireCloud(context), context.project.settings, deployment).read();
  } catch (error) {
    if (error instanceof RemedyError) return undefined;
    throw error;
  }
}

/** github.com and ghe.com have their pages beside the API's host, a server of one's own at the same address. */
function serverOf(api: string, organization: string): string | undefined {
  const { protocol, hostname, origin } = new URL(api);
  if (protocol !== "https:") return undefined;
  const own = hostname === "api.github.com" || (hostname.startsWith("api.") && hostname.endsWith(".ghe.com"));
  return `${own ? `https://${hostname.slice("api.".length)}` : origin}/${organization}`;
}
