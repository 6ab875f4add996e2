import { ledgerEnvironment, pathOf, valuesEnvironment } from "../../../secrets/layout";
import { parseLedger } from "../../../secrets/ledger";
import type { Pause } from "../../../secrets/pause";
import { dayOf } from "../../../secrets/tombstone";
import type { PulumiCloud } from "../../clients/pulumi-cloud";
import { messageOf, RemedyError } from "../../errors";
import { brakeOf } from "../../sync/brake";
import { catalogOn } from "../../sync/catalog-on";
import { buildJobCatalog } from "../../sync/job-catalog";
import { isChange, notCarriedOut } from "../../sync/plan";
import type { EnvironmentReport } from "../../sync/sync-environment";
import { ValuesText } from "../../sync/values-text";
import type { Doors } from "../command";
import { inParallel } from "../in-parallel";
import { findTargets } from "./find-target-revision";
import { pauseSync, setPause } from "./pause-sync";
import { restoreLedger } from "./restore-ledger";
import { type GroupOutcome, type GroupRollback, rollBackGroup, viewRollback } from "./roll-back-group";

/** What a person asked for. */
export interface RollbackRequest {
  environment: string;
  groups: readonly string[];
  /** A revision's number or a tag. */
  to: string;
  dryRun: boolean;
  allowMany: boolean;
  /** Login of the person; asked only when something is written. */
  by: () => Promise<string>;
}

export interface Rollback {
  report: EnvironmentReport;
  /** Whether the sync is paused now by this rollback. */
  paused: boolean;
  /** What else the person should know. */
  warnings: string[];
}

/**
 * Brings the values of an environment back to an earlier state, as new revisions. Ciphertext is written as it was: no
 * value leaves the service, and none is opened. All groups are looked at before anything is written, and the sync is
 * paused before the first, or its next run would undo it.
 *
 * @throws RemedyError when a group cannot be looked at, or the pause cannot be set: nothing is written then.
 */
export async function rollBack(
  doors: Doors,
  cloud: PulumiCloud,
  request: RollbackRequest,
): Promise<Rollback> {
  const { environment } = request;
  const groups = await lookUp(doors, cloud, request);
  const seen = await inParallel(groups, async (group) => ({
    group,
    view: await viewRollback(group, cloud),
  }));
  const intents = seen.map(({ view }) => ({ lines: view.lines }));
  const limits = { dryRun: request.dryRun, names: undefined, allOrNothing: false };
  const brake = brakeOf(intents, { ...limits, allowMany: request.allowMany }, doors.catalog.changeLimit);
  const quiet = seen.map(({ group, view }) => ({
    group: group.group,
    environment: group.environment,
    ...(brake === undefined
      ? { lines: view.lines }
      : { lines: notCarriedOut(view.lines, "refused"), held: brake }),
  }));
  const planned = { environment, groups: quiet, changed: {} };
  const writes = quiet.some(({ lines }) => lines.some(isChange));
  const isDone = !writes && brake === undefined && !request.dryRun;
  const isHalfDone = isDone && (await isPausedFor(doors, cloud, request));
  if (request.dryRun || !(writes || isHalfDone)) return { report: planned, paused: false, warnings: [] };

  const before = await pause(doors, cloud, request);
  const outcomes = await inParallel(seen, ({ group, view }) => rollBackGroup(group, view, cloud));
  const report = { environment, groups: outcomes, changed: {} };
  if (isHalfDone || outcomes.some(({ touched }) => touched)) {
    const warnings = await bringLedgerBack(doors, cloud, environment, groups, outcomes);
    return { report, paused: true, warnings: [...replaced(before, reasonOf(request)), ...warnings] };
  }
  return { report, ...(await liftAgain(doors, cloud, environment, before)) };
}

/** Everything of the groups that does not change any more: which revision, and its text. */
async function lookUp(
  { catalog, project: { settings }, now }: Doors,
  cloud: PulumiCloud,
  { environment, groups, to }: RollbackRequest,
): Promise<GroupRollback[]> {
  const job = catalogOn(buildJobCatalog(catalog, settings), dayOf(now()));
  const here = job.secrets.filter((secret) => secret.environments.includes(environment));
  const places = groups.map((group) => [group, pathOf(valuesEnvironment(settings, environment, group))]);
  const targets = await findTargets(cloud, Object.fromEntries(places), to);
  return inParallel(targets, async (target) => {
    const text = await cloud.revisions.text(target.environment, target.revision.number);
    const secrets = here.filter(({ group }) => group === target.group);
    const earlier = new ValuesText(text, job.appRoot, `${target.environment}@${target.revision.number}`);
    return { ...target, appRoot: job.appRoot, secrets, earlier };
  });
}

/** Whether an earlier run of the same request paused, wrote, and was broken off before it was done. */
async function isPausedFor(
  { project: { settings } }: Doors,
  cloud: PulumiCloud,
  request: RollbackRequest,
): Promise<boolean> {
  const { text } = await cloud.read(pathOf(ledgerEnvironment(settings, request.environment)));
  return parseLedger(text).paused?.reason === reasonOf(request);
}

function reasonOf({ groups, to }: RollbackRequest): string {
  return groups.length === 1 ? `rolled ${groups[0]} back to ${to}` : `rolled back to ${to}`;
}

/** Pauses without an end: one that ends would let the next sync undo the rollback. @returns the pause that stood. */
async function pause(
  { project, now }: Doors,
  cloud: PulumiCloud,
  request: RollbackRequest,
): Promise<Pause | undefined> {
  const { environment, by } = request;
  const asked = { reason: reasonOf(request), by: await by(), now: now() };
  const [outcome] = await pauseSync(cloud, project.settings, [environment], asked);
  if (outcome?.failure === undefined) return outcome?.before;
  const reason = `its sync cannot be paused, and would undo the rollback; nothing was written: ${outcome.failure}`;
  throw new RemedyError(environment, reason, "mend that first");
}

function replaced(before: Pause | undefined, reason: string): string[] {
  if (before === undefined || before.reason === reason) return [];
  return [`the sync was paused before (${before.reason}); that pause is replaced by this one`];
}

/** The pause as it was before, for nothing was written. */
async function liftAgain(
  { project }: Doors,
  cloud: PulumiCloud,
  environment: string,
  before: Pause | undefined,
): Promise<Pick<Rollback, "paused" | "warnings">> {
  const [lifted] = await setPause(cloud, project.settings, [environment], before);
  if (lifted?.failure === undefined) return { paused: false, warnings: [] };
  const remedy = `npx sophia-secrets resume ${environment}`;
  return {
    paused: true,
    warnings: [`nothing was written, but its sync stays paused: ${lifted.failure}. ${remedy}`],
  };
}

async function bringLedgerBack(
  { project: { settings } }: Doors,
  cloud: PulumiCloud,
  environment: string,
  groups: readonly GroupRollback[],
  outcomes: readonly GroupOutcome[],
): Promise<string[]> {
  const path = pathOf(ledgerEnvironment(settings, environment));
  try {
    const unknown = await restoreLedger(cloud, path, settings.carriers.length > 1, groups, outcomes);
    if (unknown.length === 0) return [];
    return [
      `no ledger knows the values of ${unknown.join(", ")} at that revision: their ages stay those of the newer ones`,
    ];
  } catch (error) {
    if (!(error instanceof RemedyError)) throw error;
    return [`the values' ages in the ledger stay those of the newer ones: ${messageOf(error)}`];
  }
}
