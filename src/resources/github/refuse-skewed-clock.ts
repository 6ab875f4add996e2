import type { ResolvedEntry } from "../../catalog/entry";
import { slotNames } from "../../catalog/slots";
import { RemedyError } from "../../errors";
import { requireClock } from "../../ledger/service-clock";
import { programError } from "../diagnostics";
import type { GitHubSecrets } from "./github-secrets";

/** What tells whether this machine's day is the service's. */
export interface ClockArgs {
  /** Every entry of the catalog. Without a tombstone among them no run goes by time, and GitHub is asked nothing. */
  secrets: readonly ResolvedEntry[];
  inGitHub: Pick<GitHubSecrets, "time">;
  now: Date;
}

/**
 * Refuses to declare anything by a clock that differs from GitHub's by minutes: it would delete secrets before their day.
 *
 * @throws pulumi.RunError naming both times.
 */
export async function refuseSkewedClock({ secrets, inGitHub, now }: ClockArgs): Promise<void> {
  if (slotNames(secrets).every(({ tombstone }) => tombstone === undefined)) return;
  const started = performance.now();
  const time = await inGitHub.time();
  if (time === undefined) return;
  try {
    const local = new Date(now.getTime() + performance.now() - started);
    requireClock(local.toISOString(), time, "the clock at GitHub");
  } catch (error) {
    throw error instanceof RemedyError ? programError(error.problem) : error;
  }
}
