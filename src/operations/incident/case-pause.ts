import { problemOf, RemedyError } from "../../errors";
import { ledgerOf } from "../../ledger/ledger-store";
import { type Pause, pauseAt } from "../../ledger/pause";
import { type Context, requireCloud } from "../context";
import { type PauseOutcome, pauseSync, resumeSync } from "../pauses/pause-sync";
import type { Case, Journal, JournalFile } from "./case";

/** A case that sets, looks at and ends pauses. */
export interface PausingCase {
  context: Context;
  found: Case;
  journal: Journal;
  file: JournalFile;
}

/** Environments whose sync is paused now, by name. @throws RemedyError when a ledger cannot be read. */
export async function pausedAmong(
  context: Context,
  environments: readonly string[],
): Promise<[environment: string, pause: Pause][]> {
  const cloud = requireCloud(context);
  const paused: [string, Pause][] = [];
  for (const environment of environments) {
    const { paused: standing } = await ledgerOf(cloud, context.project.settings, environment).read();
    const pause = pauseAt(standing, context.now().toISOString());
    if (pause !== undefined) paused.push([environment, pause]);
  }
  return paused;
}

/**
 * Pauses the sync of a case's environments. Somebody else's pause has a reason of its own, and stays.
 *
 * @returns what the timeline says of it.
 * @throws RemedyError when one of them is not paused; the others are, and the journal knows it.
 */
export async function pauseForCase({ context, found, journal, file }: PausingCase): Promise<string> {
  const standing = await pausedAmong(context, found.environments);
  const running = found.environments.filter((each) => !standing.some(([paused]) => paused === each));
  const now = context.now();
  // Saved before it is set: if this is interrupted in between, the next run knows whose pause that is.
  const since = Object.fromEntries(running.map((each) => [each, now.toISOString()]));
  journal.paused = { ...journal.paused, ...since };
  file.save(journal);
  const request = { reason: journal.reason, by: journal.by, now };
  requireAll(
    "not paused",
    await pauseSync(requireCloud(context), context.project.settings, running, request),
  );
  const others = standing.filter((each) => !isOfCase(journal, each)).map(([environment]) => environment);
  const before = others.length === 0 ? "" : ` (${others.join(", ")} was paused before)`;
  const ours = found.environments.filter((each) => !others.includes(each));
  return `paused the sync of ${ours.join(", ") || "no more environments"}${before}`;
}

/** Lets the sync of environments write again, whoever paused them. @throws RemedyError when one is not resumed. */
export async function resumeForCase(
  { context, journal, file }: PausingCase,
  environments: readonly string[],
): Promise<void> {
  const outcomes = await resumeSync(requireCloud(context), context.project.settings, environments);
  const still = Object.entries(journal.paused ?? {}).filter(
    ([environment]) =>
      !outcomes.some((each) => each.environment === environment && each.failure === undefined),
  );
  journal.paused = Object.fromEntries(still);
  file.save(journal);
  requireAll("not resumed", outcomes);
}

function requireAll(how: string, outcomes: readonly PauseOutcome[]): void {
  for (const { environment, failure } of outcomes)
    if (failure !== undefined)
      throw new RemedyError({
        ...failure,
        subject: environment,
        cause: `it is ${how}: ${failure.subject}: ${failure.cause}`,
        remedy: `${failure.remedy}; then run this again`,
      });
}

function isOfCase({ paused }: Journal, [environment, { since }]: [string, Pause]): boolean {
  return paused?.[environment] === since;
}

/** What a case leaves paused when it ends before its end. */
export interface LeftPaused {
  environments: readonly string[];
  /** Environments whose ledger cannot be read: they may be paused by this case. */
  unsure: readonly string[];
}

/** Looks which environments a case has paused still. */
export async function leftPaused(context: Context, journal: Journal): Promise<LeftPaused> {
  const left = { environments: [] as string[], unsure: [] as string[] };
  for (const environment of Object.keys(journal.paused ?? {})) {
    try {
      const [found] = await pausedAmong(context, [environment]);
      if (found !== undefined && isOfCase(journal, found)) left.environments.push(environment);
    } catch (error) {
      problemOf(error);
      left.unsure.push(environment);
    }
  }
  return left;
}
