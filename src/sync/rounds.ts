import { setTimeout as sleep } from "node:timers/promises";
import { NoAnswerError } from "../clients/http";
import { ConflictError, UnavailableError } from "../clients/pulumi-call";

/** Rounds of read, plan, write before giving up on an environment that others keep writing. */
const ROUNDS = 5;
/** The same where carriers share the environment: all of them write when `up` commits their workflows, one at a time. */
const ROUNDS_OF_SHARERS = 30;
/** Rounds when the service says that it is down: the HTTP door has waited and asked again by itself. */
const ROUNDS_WHEN_DOWN = 2;
const LONGEST_PAUSE_MS = 400;

/**
 * How many rounds an error is worth. Reads are repeated by the HTTP door; a write that may have been carried out must
 * be looked at before it is repeated.
 *
 * @param sent whether a write had been sent in the round that failed.
 * @param isShared whether other carriers write there too.
 */
export function roundsAfter(error: unknown, sent: boolean, isShared = false): number {
  if (error instanceof ConflictError) return isShared ? ROUNDS_OF_SHARERS : ROUNDS;
  if (sent && error instanceof NoAnswerError) return ROUNDS;
  return sent && error instanceof UnavailableError ? ROUNDS_WHEN_DOWN : 1;
}

/** Waits between rounds: longer each time, and never as long as another run that met the same conflict. */
export async function pauseBeforeRound(round: number): Promise<void> {
  await sleep(Math.random() * LONGEST_PAUSE_MS * Math.min(round, ROUNDS));
}
