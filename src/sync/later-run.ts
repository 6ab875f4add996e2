import type { LedgerEntry } from "../../secrets/ledger";
import type { RunIdentity } from "./advance-ledger";

/** No run waits longer: GitHub ends every one after 35 days ("Actions limits", workflow run time). */
const LONGEST_RUN_MS = 35 * 86_400_000;

/**
 * Whether a value was written by a run that was queued after this one, so that what came into this one is older:
 * GitHub reads an organization's secrets when a run is queued ("Using secrets in GitHub Actions"), and a run may wait
 * for a reviewer or a runner meanwhile. Ids of runs grow with time.
 *
 * A run that somebody started again was queued again, whatever its id: it is taken for the newest. So the way out is
 * always there, even where ids began anew, as on another GitHub.
 */
export function isFromLaterRun(
  written: Pick<LedgerEntry, "run" | "synced">,
  { run, attempt = "1", now }: RunIdentity,
): boolean {
  if (attempt !== "1" || ![written.run, run].every((id) => /^\d+$/.test(id))) return false;
  const age = Date.parse(now) - Date.parse(written.synced);
  return Number(written.run) > Number(run) && age < LONGEST_RUN_MS;
}
