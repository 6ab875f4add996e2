import { ledgerEnvironment, pathOf } from "../../../secrets/layout";
import { parseLedger } from "../../../secrets/ledger";
import type { Pause } from "../../../secrets/pause";
import type { PulumiCloud } from "../../clients/pulumi-cloud";
import { RemedyError } from "../../errors";
import { requireLedgerText } from "../../sync/require-ledger-text";
import type { Doors } from "../command";
import { pauseSync, setPause } from "./pause-sync";
import type { RollbackRequest } from "./rollback-request";

/** Whether an earlier run of the same request paused the sync: it may have been broken off, or wait for approval. */
export async function isPausedFor(
  doors: Doors,
  cloud: PulumiCloud,
  request: RollbackRequest,
): Promise<boolean> {
  return isOf(request, await standingPause(doors, cloud, request));
}

async function standingPause(
  { project: { settings } }: Doors,
  cloud: PulumiCloud,
  { environment }: RollbackRequest,
): Promise<Pause | undefined> {
  const path = pathOf(ledgerEnvironment(settings, environment));
  return parseLedger(requireLedgerText(await cloud.read(path), path)).paused;
}

function isOf(request: RollbackRequest, pause: Pause | undefined): boolean {
  return pause?.reason === reasonOf(request);
}

function reasonOf({ groups, to }: RollbackRequest): string {
  return groups.length === 1 ? `rolled ${groups[0]} back to ${to}` : `rolled back to ${to}`;
}

/**
 * Pauses without an end: one that ends would let the next sync undo the rollback. The pause of an earlier run of the
 * same request is left as it is.
 *
 * @returns the pause that stood before.
 * @throws RemedyError when it cannot be set.
 */
export async function pauseForRollback(
  doors: Doors,
  cloud: PulumiCloud,
  request: RollbackRequest,
): Promise<Pause | undefined> {
  const { environment, by } = request;
  const standing = await standingPause(doors, cloud, request);
  if (isOf(request, standing) && standing?.until === undefined) return standing;
  const asked = { reason: reasonOf(request), by: await by(), now: doors.now() };
  const [outcome] = await pauseSync(cloud, doors.project.settings, [environment], asked);
  if (outcome?.failure === undefined) return outcome?.before;
  const reason = `its sync cannot be paused, and would undo the rollback; nothing was written: ${outcome.failure}`;
  throw new RemedyError(environment, reason, "mend that first");
}

/** What to say of the pause that stood before. */
export function replacedPause(before: Pause | undefined, request: RollbackRequest): string[] {
  if (before === undefined || isOf(request, before)) return [];
  return [`the sync was paused before (${before.reason}); that pause is replaced by this one`];
}

/** The pause as it was before, for nothing was written. @returns whether one of this request stands. */
export async function liftAgain(
  { project }: Doors,
  cloud: PulumiCloud,
  request: RollbackRequest,
  before: Pause | undefined,
): Promise<{ paused: boolean; warnings: string[] }> {
  const { environment } = request;
  const [lifted] = await setPause(cloud, project.settings, [environment], before);
  if (lifted?.failure === undefined) return { paused: isOf(request, before), warnings: [] };
  const remedy = `npx sophia-secrets resume ${environment}`;
  return {
    paused: true,
    warnings: [`nothing was written, but its sync stays paused: ${lifted.failure}. ${remedy}`],
  };
}
