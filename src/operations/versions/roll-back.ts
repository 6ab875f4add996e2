import type { PulumiCloud } from "../../clients/pulumi-cloud";
import { messageOf, RemedyError } from "../../errors";
import { ledgerOf } from "../../ledger/ledger-store";
import type { Pause } from "../../ledger/pause";
import { isChange, notCarriedOut } from "../../sync/plan";
import type { EnvironmentReport } from "../../sync/sync-environment";
import { brakeOf } from "../../sync/sync-groups";
import { COMMAND } from "../../text";
import type { Context } from "../context";
import { inParallel } from "../in-parallel";
import { type OpenRollback, openRollback, type RollbackRequest } from "./open-rollback";
import { restoreLedger } from "./restore-ledger";
import { type GroupOutcome, type GroupRollback, rollBackGroup, viewRollback } from "./roll-back-group";
import {
  isPausedFor,
  LostPauseError,
  liftAgain,
  pauseForRollback,
  refuseWithout,
  replacedPause,
  requireOwnPause,
} from "./rollback-pause";

export interface Rollback {
  report: EnvironmentReport;
  /** Whether the sync is paused now by this rollback. */
  paused: boolean;
  /** What else the person should know. */
  warnings: string[];
  /** Why it is not what was asked for, besides what failed in a group. */
  failure?: string;
}

/**
 * Brings the values of an environment back to an earlier state, as new revisions. Ciphertext is written as it was: no
 * value leaves the service, and none is opened. All groups are looked at before anything is written, and the sync is
 * paused before the first, or its next run would undo it; that pause keeps other rollbacks away too. What stands at the
 * end is compared with what was asked for.
 *
 * Where a rule wants the values approved, it proposes them; the ledger is brought back by the run that finds them
 * standing, for until then it would tell of values that no application has.
 *
 * @throws RemedyError when a group cannot be looked at, something else waits for approval there, the pause cannot be set
 *   or another rollback's stands: nothing is written then.
 */
export async function rollBack(
  context: Context,
  direct: PulumiCloud,
  request: RollbackRequest,
): Promise<Rollback> {
  const { environment, dryRun } = request;
  const open = await openRollback(context, direct, request);
  const { cloud, seen } = open;
  const planned = plannedReport(context, request, open);
  const writes = planned.groups.some(({ lines }) => lines.some(isChange));
  const isDone = !writes && planned.groups.every(({ held }) => held === undefined) && !dryRun;
  const isHalfDone = isDone && (await isPausedFor(context, cloud, request));
  if (dryRun || !(writes || isHalfDone)) {
    const warnings = writes && open.needsApproval ? [wouldPropose(request)] : [];
    return { report: planned, paused: false, warnings };
  }
  const pause = await pauseForRollback(context, cloud, request);
  const mayWrite = () => requireOwnPause(context, cloud, request);
  const sent = await inParallel(seen, ({ group, view }) => rollBackGroup(group, view, cloud, mayWrite));
  const isTouched = sent.some(({ touched }) => touched);
  const outcomes = isTouched ? await checkOutcomes(open, sent) : sent;
  const report = { environment, groups: outcomes, changed: {} };
  const warnings = replacedPause(pause, request);
  if (outcomes.some(({ awaiting }) => awaiting !== undefined)) return { report, paused: true, warnings };
  if (!isHalfDone && !isTouched) return { report, ...(await liftAgain(context, cloud, request, pause)) };
  const ended = await bringLedgerBack(context, request, open, outcomes);
  return { report, ...ended, warnings: [...warnings, ...ended.warnings] };
}

/** The plan, or why the brake holds it. */
function plannedReport(
  { catalog }: Context,
  { environment, dryRun, allowMany }: RollbackRequest,
  { seen }: OpenRollback,
): EnvironmentReport {
  const intents = seen.map(({ view }) => ({ lines: view.lines }));
  const options = { dryRun, names: undefined, allOrNothing: false, allowMany };
  const brake = brakeOf(intents, options, catalog.changeLimit);
  const groups = seen.map(({ group, view }) => ({
    group: group.group,
    environment: group.environment,
    ...(brake === undefined
      ? { lines: view.lines }
      : { lines: notCarriedOut(view.lines, "held"), held: brake }),
  }));
  return { environment, groups, changed: {} };
}

function wouldPropose({ environment }: RollbackRequest): string {
  return `changes of ${environment} need an approval: this would be proposed, and would change nothing by itself`;
}

async function bringLedgerBack(
  context: Context,
  request: RollbackRequest,
  { cloud, seen }: OpenRollback,
  outcomes: readonly GroupOutcome[],
): Promise<Omit<Rollback, "report">> {
  const { settings } = context.project;
  const store = ledgerOf(cloud, settings, request.environment);
  const groups = seen.map(({ group }) => group);
  const mayWrite = (pause: Pause | undefined) => refuseWithout(request, pause);
  try {
    await requireOwnPause(context, cloud, request);
    const unknown = await restoreLedger(cloud, store, groups, outcomes, mayWrite);
    const told = `no ledger knows the values of ${unknown.join(", ")} at that revision: their ages stay those of the newer ones`;
    return { paused: true, warnings: unknown.length === 0 ? [] : [told] };
  } catch (error) {
    if (error instanceof LostPauseError) return { paused: false, warnings: [], failure: error.message };
    if (!(error instanceof RemedyError)) throw error;
    const told = `the values' ages in the ledger stay those of the newer ones: ${messageOf(error)}`;
    return { paused: true, warnings: [told] };
  }
}

/**
 * Looks once more whether what a rollback says of each group is what stands: whoever was not kept away by its pause, a
 * person or another rollback, may have written since.
 *
 * @returns the outcomes; a group that stands otherwise, or cannot be looked at, has failed.
 */
export function checkOutcomes(
  { cloud, seen }: OpenRollback,
  outcomes: readonly GroupOutcome[],
): Promise<GroupOutcome[]> {
  return inParallel(outcomes, async (outcome) => {
    const found = seen.find(({ group }) => group.group === outcome.group);
    if (found === undefined || outcome.failure !== undefined || outcome.awaiting !== undefined)
      return outcome;
    const failure = await differenceFrom(found.group, cloud);
    if (failure === undefined) return outcome;
    const { revision: _, ...rest } = outcome;
    return { ...rest, failure };
  });
}

async function differenceFrom(group: GroupRollback, cloud: PulumiCloud): Promise<string | undefined> {
  const { environment, revision } = group;
  try {
    const { lines } = await viewRollback(group, cloud);
    const others = lines.filter(isChange).map(({ name }) => name);
    if (others.length === 0) return undefined;
    const reason = `somebody else wrote ${others.join(", ")} meanwhile: it is not as at revision ${revision.number}`;
    const remedy = `${COMMAND} history shows who; then run this again`;
    return new RemedyError({ code: "values-changed-meanwhile", subject: environment, cause: reason, remedy })
      .message;
  } catch (error) {
    if (!(error instanceof RemedyError)) throw error;
    const reason = `it was written, and whether it is still there is unknown (${error.problem.cause})`;
    return new RemedyError({
      code: "result-unknown",
      subject: environment,
      cause: reason,
      remedy: "run this again",
    }).message;
  }
}
