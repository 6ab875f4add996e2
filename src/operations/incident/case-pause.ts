import { RemedyError } from "../../errors";
import { type Pause, pauseAt } from "../../ledger/pause";
import { type Context, type PrintingContext, requireCloud } from "../context";
import { ledgerOf } from "../ledger-store";
import { type PauseOutcome, pauseSync, resumeSync } from "../pauses/pause-sync";
import type { Case, Journal, JournalFile } from "./case";

/** A case whose pauses are set, looked at and lifted. */
export interface PausingCase {
  context: PrintingContext;
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
    const { paused: standing } = await ledgerOf(context, cloud, environment);
    const pause = pauseAt(standing, context.now().toISOString());
    if (pause !== undefined) paused.push([environment, pause]);
  }
  return paused;
}

/**
 * Pauses the sync of a case's environments. Somebody else's pause stands for a reason of its own, and is left.
 *
 * @returns what is to be remembered of it.
 * @throws RemedyError when one of them is not paused; the others are, and the journal knows it.
 */
export async function pauseForCase({ context, found, journal, file }: PausingCase): Promise<string> {
  const standing = await pausedAmong(context, found.environments);
  const running = found.environments.filter((each) => !standing.some(([paused]) => paused === each));
  const now = context.now();
  // Noted before it is set: should this be broken off in between, it is known whose pause that is.
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
  const failed = outcomes.find(({ failure }) => failure !== undefined);
  if (failed === undefined) return;
  throw new RemedyError({
    code: "?",
    subject: failed.environment,
    cause: `it is ${how}: ${failed.failure}`,
    remedy: "mend it, then run this again",
  });
}

function isOfCase({ paused }: Journal, [environment, { since }]: [string, Pause]): boolean {
  return paused?.[environment] === since;
}

/** That the sync is paused; it names the environments and how to resume them. */
export class StillPausedError extends RemedyError {}

/**
 * Which environments a case has paused, and in one line that they stay so.
 *
 * @returns undefined where none does. Those whose ledger cannot be read may.
 */
export async function stayPaused(context: Context, journal: Journal): Promise<string | undefined> {
  const [stand, unsure]: [string[], string[]] = [[], []];
  for (const environment of Object.keys(journal.paused ?? {})) {
    try {
      const [found] = await pausedAmong(context, [environment]);
      if (found !== undefined && isOfCase(journal, found)) stand.push(environment);
    } catch (error) {
      if (!(error instanceof RemedyError)) throw error;
      unsure.push(environment);
    }
  }
  return stayPausedLine(stand, unsure);
}

/** The same in words, given which are known to be paused and which may be. */
export function stayPausedLine(stand: readonly string[], unsure: readonly string[]): string | undefined {
  if (stand.length + unsure.length === 0) return undefined;
  const known = `${stand.join(", ")} ${stand.length === 1 ? "stays" : "stay"} paused by this case`;
  const may = unsure.length === 0 ? "" : `, and ${unsure.join(", ")} may`;
  const told = stand.length === 0 ? `${unsure.join(", ")} may be paused by this case` : `${known}${may}`;
  const resume = `npx sophia-secrets resume ${[...stand, ...unsure].join(" ")}`;
  return `${told}: ${resume} lets the sync write there again, and to run this again goes on with the case`;
}
