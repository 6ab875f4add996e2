import type { Ledger } from "../../secrets/ledger";
import { handRun, newestRunIn, runBefore, runId } from "../../secrets/run-name";

/** Which run this is, for the ledger. */
export interface RunIdentity {
  /** GitHub's run id, or the name of a sync by hand (handRun). */
  run: string;
  /** Which try of that run, from 1; GitHub keeps the id when somebody runs it again. */
  attempt?: string;
  commit: string;
  /** RFC 3339, UTC. */
  now: string;
}

/**
 * Who a sync by hand is: with the newest run that it, or the ledger, knows to have been queued before. A run of the
 * workflow stays who it is.
 */
export function knowingRuns(identity: RunIdentity, ledger: Ledger): RunIdentity {
  if (runId(identity.run) !== undefined) return identity;
  const known = [runBefore(identity.run), newestRunIn(ledger)].filter((id) => id !== undefined);
  return { ...identity, run: handRun(known.length === 0 ? undefined : Math.max(...known)) };
}
