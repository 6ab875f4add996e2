import { setTimeout as sleep } from "node:timers/promises";
import { NoAnswerError } from "./http";
import { ConflictError, UnavailableError } from "./pulumi-call";

/** Rounds of read, plan, write before giving up on a text that others keep writing. */
const ROUNDS = 5;

/** The same where carriers share the text: all of them write when `up` commits their workflows, one at a time. */
const ROUNDS_OF_SHARERS = 30;

/** Rounds when the service says that it is down: the HTTP client has waited and asked again by itself. */
const ROUNDS_WHEN_DOWN = 2;
const LONGEST_PAUSE_MS = 400;

/** One round of reading a text, planning and writing it. */
export interface Round {
  /** 1 in the first. */
  number: number;
  /** What ended the round before; undefined in the first. */
  failure: unknown;
  /** To be called right before the write is sent: from then on it may have been carried out. */
  sends(): void;
}

/**
 * Reads and writes a text of ESC until nobody writes in between: a write carries the ETag of its read, so it is refused
 * when somebody else wrote first, and the next round reads again. A write of which nobody knows whether it was carried
 * out is looked at, not repeated: the next round reads what stands. Reads are repeated by the HTTP client.
 *
 * @param options.isShared whether other carriers write there too.
 * @param attempt one round, from the read on.
 * @throws what the last round threw: the service refuses, is down, or others never stop writing.
 */
export async function inRounds<Result>(
  options: { isShared?: boolean },
  attempt: (round: Round) => Promise<Result>,
): Promise<Result> {
  let failure: unknown;
  for (let number = 1; ; number += 1) {
    let sent = false;
    const sends = () => {
      sent = true;
    };
    try {
      return await attempt({ number, failure, sends });
    } catch (error) {
      if (number >= roundsAfter(error, sent, options.isShared === true)) throw error;
      failure = error;
      await pauseBeforeRound(number);
    }
  }
}

/** Waits between rounds: longer each time, and never as long as another run that met the same conflict. */
export async function pauseBeforeRound(number: number): Promise<void> {
  await sleep(Math.random() * LONGEST_PAUSE_MS * Math.min(number, ROUNDS));
}

/** How many rounds an error is worth. @param sent whether a write had been sent in the round that failed. */
export function roundsAfter(error: unknown, sent: boolean, isShared: boolean): number {
  if (error instanceof ConflictError) return isShared ? ROUNDS_OF_SHARERS : ROUNDS;
  if (sent && error instanceof NoAnswerError) return ROUNDS;
  return sent && error instanceof UnavailableError ? ROUNDS_WHEN_DOWN : 1;
}
