import { isDeepStrictEqual } from "node:util";
import type { PulumiCloud } from "../../clients/pulumi-cloud";
import { messageOf, RemedyError } from "../../errors";
import { changePause, ledgerOf } from "../../ledger/ledger-store";
import { describePause, type Pause } from "../../ledger/pause";
import { COMMAND } from "../../text";
import type { Context } from "../context";
import type { RollbackRequest } from "./open-rollback";

/** The pause under which a rollback writes. */
export interface RollbackPause {
  /** Its own, or that of an earlier run of the same request. */
  own: Pause;
  /** What stood before this run. */
  before: Pause | undefined;
}

/** Whether an earlier run of the same request paused the sync: it may have been interrupted, or wait for approval. */
export async function isPausedFor(
  context: Context,
  cloud: PulumiCloud,
  request: RollbackRequest,
): Promise<boolean> {
  return isOf(request, await standingPause(context, cloud, request));
}

async function standingPause(
  { project: { settings } }: Context,
  cloud: PulumiCloud,
  { environment }: RollbackRequest,
): Promise<Pause | undefined> {
  return (await ledgerOf(cloud, settings, environment).read()).paused;
}

/** A rollback's pause has no end. Whoever replaces it by one of their own takes the rollback's name away with it. */
function isOf(request: RollbackRequest, pause: Pause | undefined): boolean {
  return pause?.rollback === nameOf(request) && pause.until === undefined;
}

/** The same for each run of a request: `keys to 3`, `all groups to run-1`. */
function nameOf({ groups, to }: RollbackRequest): string {
  return `${groups.length === 1 ? groups[0] : "all groups"} to ${to}`;
}

function reasonOf({ groups, to }: RollbackRequest): string {
  return groups.length === 1 ? `rolled ${groups[0]} back to ${to}` : `rolled back to ${to}`;
}

/** That another rollback of the environment is under way, or was the last thing that happened to it. */
class OtherRollbackError extends RemedyError {}

/** @throws OtherRollbackError: two at once would leave some groups as the one and some as the other wants them. */
function refuseOther(request: RollbackRequest, pause: Pause | undefined): void {
  if (pause?.rollback === undefined || pause.until !== undefined || isOf(request, pause)) return;
  const { environment } = request;
  throw new OtherRollbackError({
    code: "rollback-under-way",
    subject: environment,
    cause: `another rollback has it ${describePause(pause)}; nothing was written`,
    remedy: `once that one has ended: ${COMMAND} resume ${environment}, or, to keep the sync away meanwhile, ${COMMAND} pause ${environment} with a reason of your own; then run this again`,
  });
}

/**
 * Pauses without an end: one that ends would let the next sync undo the rollback. The pause of an earlier run of the
 * same request is left as it is, another rollback's is not touched, any other is replaced.
 *
 * @throws OtherRollbackError for another rollback's; RemedyError when it cannot be set.
 */
export async function pauseForRollback(
  context: Context,
  cloud: PulumiCloud,
  request: RollbackRequest,
): Promise<RollbackPause> {
  const { environment, by } = request;
  const standing = await standingPause(context, cloud, request);
  refuseOther(request, standing);
  if (standing !== undefined && isOf(request, standing)) return { own: standing, before: standing };
  let own: Pause = {
    reason: reasonOf(request),
    by: await by(),
    since: context.now().toISOString(),
    rollback: nameOf(request),
  };
  try {
    const before = await changePause(ledgerOf(cloud, context.project.settings, environment), (pause) => {
      refuseOther(request, pause);
      if (pause !== undefined && isOf(request, pause)) own = pause;
      return own;
    });
    return { own, before };
  } catch (error) {
    if (!(error instanceof RemedyError) || error instanceof OtherRollbackError) throw error;
    const reason = `its sync cannot be paused, and would undo the rollback; nothing was written: ${messageOf(error)}`;
    throw new RemedyError({
      code: "pause-failed",
      subject: environment,
      cause: reason,
      remedy: "fix that first",
    });
  }
}

/** What to say of the pause that stood before. */
export function replacedPause({ before }: RollbackPause, request: RollbackRequest): string[] {
  if (before === undefined || isOf(request, before)) return [];
  return [`the sync was paused before (${before.reason}); that pause is replaced by this one`];
}

/** That somebody resumed the sync, or paused it again, while a rollback was at work. */
export class LostPauseError extends RemedyError {}

/** @throws LostPauseError unless the pause of the request still stands; RemedyError when that cannot be seen. */
export async function requireOwnPause(
  context: Context,
  cloud: PulumiCloud,
  request: RollbackRequest,
): Promise<void> {
  refuseWithout(request, await standingPause(context, cloud, request));
}

/** The same for a pause that was read already. @throws LostPauseError */
export function refuseWithout(request: RollbackRequest, pause: Pause | undefined): void {
  if (isOf(request, pause)) return;
  const { environment } = request;
  const now = pause === undefined ? "somebody has resumed the sync" : `it is ${describePause(pause)}`;
  throw new LostPauseError({
    code: "pause-lost",
    subject: environment,
    cause: `the pause of this rollback has ended: ${now}`,
    remedy: `${COMMAND} history ${environment} shows who wrote what; pause the sync if these values are to stay, and run this again`,
  });
}

/** The pause as it was before, for nothing was written; one that somebody set meanwhile stays. @returns whether one of this request stands. */
export async function liftAgain(
  { project }: Context,
  cloud: PulumiCloud,
  request: RollbackRequest,
  { own, before }: RollbackPause,
): Promise<{ paused: boolean; warnings: string[] }> {
  const { environment } = request;
  let stands: Pause | undefined;
  try {
    await changePause(ledgerOf(cloud, project.settings, environment), (pause) => {
      stands = isDeepStrictEqual(pause, own) ? before : pause;
      return stands;
    });
    return { paused: isOf(request, stands), warnings: [] };
  } catch (error) {
    if (!(error instanceof RemedyError)) throw error;
    const remedy = `${COMMAND} resume ${environment}`;
    return {
      paused: true,
      warnings: [`nothing was written, but its sync stays paused: ${messageOf(error)}. ${remedy}`],
    };
  }
}
