import { isToCome } from "../ledger/claims";
import { isOfAnotherGitHub, type LedgerEntry, runBefore, runId } from "../ledger/ledger";
import type { RunIdentity } from "./job-identity";

/**
 * No secrets are older: a run may be started again for 30 days after its first try ("Re-running workflows and jobs"), and
 * GitHub ends every one after 35 ("Actions limits", workflow run time), of which it is not said that they begin again.
 */
const LONGEST_RUN_MS = (30 + 35) * 86_400_000;

/**
 * Whether a value was written by a run that was queued after this one, or by hand after this one was queued, so that what
 * came into this one is older: GitHub reads an organization's secrets when a run is queued ("Using secrets in GitHub
 * Actions"), and a run may wait for a reviewer or a runner meanwhile. Ids of runs grow with time; an id far below is of
 * another GitHub, where the organization has moved to, and says nothing. Neither does a time to come: no sync wrote it.
 *
 * A run that somebody starts again keeps its id and so its place: GitHub's documentation has it read the secrets again,
 * but it was seen to bring those of its first try (https://github.com/cli/cli/issues/13522). The way out is a new run.
 */
export function isFromLaterRun(
  written: Pick<LedgerEntry, "run" | "synced">,
  { run, now }: RunIdentity,
): boolean {
  const [own, other, before] = [runId(run), runId(written.run), runBefore(written.run)];
  if (own === undefined) return false;
  const age = Date.parse(now) - Date.parse(written.synced);
  const isLater = other === undefined ? before !== undefined && before >= own : other > own;
  const isPlausible = age < LONGEST_RUN_MS && !isToCome(written.synced, Date.parse(now));
  return isLater && isPlausible && !isOfAnotherGitHub(own, other ?? before);
}
