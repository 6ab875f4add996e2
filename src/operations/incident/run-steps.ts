import { ledgerEnvironment, pathOf } from "../../catalog/layout";
import type { GitHubRuns } from "../../clients/github-workflows";
import { currentUser } from "../../clients/pulumi-organization";
import { RemedyError } from "../../errors";
import { parseLedger } from "../../ledger/ledger";
import { describePause } from "../../ledger/pause";
import type { Secret } from "../../secret";
import { counted } from "../../text";
import { type PrintingContext, requireCloud } from "../context";
import type { Case, Journal, JournalFile, Step } from "./case";
import {
  type PausingCase,
  pausedAmong,
  pauseForCase,
  resumeForCase,
  StillPausedError,
  stayPaused,
  stayPausedLine,
} from "./case-pause";
import { requireSet, setNewValue, syncNow } from "./new-value";
import type { PlannedStep } from "./plan-steps";
import { findReaders, type Readers, renderPostMortem } from "./post-mortem";
import { verifyLoaders } from "./verify-loaders";

/** One walk through the procedure. */
export interface Walk extends PausingCase {
  runs: GitHubRuns;
  /** Whether nobody is asked: what a person confirms is taken for done. */
  unattended: boolean;
  /** Writes the post-mortem. @throws RemedyError when there is such a file. */
  write(text: string): void;
  /** The new value, where this run was given it. */
  typed?: Secret | undefined;
  /** What the logs told, once they were asked. */
  readers?: Readers;
}

/** What the ledgers know before anything is done; those that cannot be read are left out. */
export async function lookBefore(
  context: PrintingContext,
  { secret, environments }: Case,
): Promise<Journal["before"]> {
  const cloud = requireCloud(context);
  const before: Journal["before"] = {};
  for (const environment of environments) {
    const path = pathOf(ledgerEnvironment(context.project.settings, environment));
    const read = await cloud.read(path).catch((error: unknown) => {
      if (!(error instanceof RemedyError)) throw error;
      return undefined;
    });
    if (read === undefined) continue;
    const entry = parseLedger(read.text).secrets[secret.name];
    before[environment] =
      entry === undefined ? null : { fingerprint: entry.fingerprint, changed: entry.changed };
  }
  return before;
}

/** Whose token this is, for the record. */
export async function whoAmI(context: PrintingContext): Promise<string> {
  try {
    return await currentUser(context.cloudCall());
  } catch (error) {
    if (!(error instanceof RemedyError)) throw error;
    return "unknown";
  }
}

/**
 * Carries out the steps that are not done yet, and notes each as it is done.
 *
 * @throws RemedyError where a step fails: run again, it goes on there.
 */
export async function runSteps(walk: Walk, steps: readonly PlannedStep[]): Promise<void> {
  const { context, journal, file } = walk;
  for (const [index, { step, title, lines }] of steps.entries()) {
    const head = `${index + 1}/${steps.length} ${title}`;
    if (journal.done.includes(step)) {
      context.terminal.say(`${head}: done`);
      continue;
    }
    for (const line of [head, ...lines.map((each) => `    ${each}`)]) context.terminal.say(line);
    const what = await WORK[step](walk);
    journal.done.push(step);
    if (step === "post-mortem") return;
    journal.timeline.push({ at: context.now().toISOString(), what });
    file.save(journal);
  }
}

/** What each step does. @returns what is to be remembered of it. */
const WORK: Record<Step, (walk: Walk) => Promise<string>> = {
  pause: pauseForCase,
  revoke: async (walk) => {
    const isRotated = walk.found.rotated !== undefined;
    await confirm(walk, isRotated ? "Enter when it is rotated twice" : "Enter when the old one is revoked");
    if (isRotated)
      return walk.unattended ? "rotated twice, says who ran this" : "rotated twice, as confirmed";
    return walk.unattended
      ? "revoked at the vendor, says who ran this"
      : "revoked at the vendor, as confirmed";
  },
  value: async (walk) => {
    const { context, found, journal } = walk;
    if (found.way !== "organization") {
      await confirm(walk, "Enter when the new value is set");
      await requireSet(context, found, journal);
      return "set the new value, as confirmed";
    }
    walk.typed = await setNewValue(context, found, journal);
    return walk.typed === undefined
      ? "the new value was set in GitHub already"
      : `set the new value in GitHub: ${found.slots.map(({ name }) => name).join(", ")}`;
  },
  sync: async (walk) => {
    const { context, runs, found, journal, file } = walk;
    await requireRunning(walk);
    await syncNow(context, runs, found, journal, () => file.save(journal));
    return `synced: ${journal.runs.map(({ id, conclusion }) => `run ${id} ${conclusion}`).join(", ") || "nothing to sync"}`;
  },
  verify: async (walk) => {
    const { context, found, journal, file } = walk;
    journal.checks = await verifyLoaders(context, found, journal, walk.typed);
    for (const { environment, detail } of journal.checks) context.terminal.print(`${environment}: ${detail}`);
    const failed = journal.checks.filter((each) => [each.ledger, each.composite].includes("failed"));
    if (failed.length === 0)
      return `verified ${journal.checks.map(({ environment }) => environment).join(", ")}`;
    // What they have now is what a sync brought: the next try begins with another.
    journal.done = journal.done.filter((step) => step !== "sync");
    file.save(journal);
    const names = failed.map(({ environment }) => environment).join(", ");
    throw new RemedyError({
      code: "?",
      subject: names,
      cause: "loaders do not see the new value",
      remedy: "mend what is told above, then run this again",
    });
  },
  readers: async (walk) => {
    const { context, journal } = walk;
    const { readers, unknown } = await askLogs(walk);
    for (const { who, what, kind, times } of readers)
      context.terminal.print(`${kind} ${what}: ${who}, ${counted(times, "time")}`);
    if (readers.length === 0) context.terminal.print(`the logs name nobody since ${journal.since}`);
    for (const line of unknown) context.terminal.say(`    not known: ${line}`);
    return "asked the logs who read it";
  },
  "post-mortem": async (walk) => {
    const { context, found, journal, file } = walk;
    walk.write(renderPostMortem(found, journal, await askLogs(walk), context.now()));
    file.remove();
    return "";
  },
};

async function askLogs(walk: Walk): Promise<Readers> {
  walk.readers ??= await findReaders(walk.context, walk.found, walk.journal);
  return walk.readers;
}

/** @throws RemedyError when a person stops it. */
async function confirm({ context, unattended }: Walk, question: string): Promise<void> {
  if (unattended) return;
  const again = "run this again: it goes on with this step";
  const typed = await context.terminal.askHidden(`${question}; Ctrl-C to stop here`).catch(() => {
    throw new RemedyError({ code: "?", subject: "compromise", cause: "stopped", remedy: again });
  });
  // Whoever types `n`, or the new value, has not said yes.
  if (typed.bytes > 0)
    throw new RemedyError({
      code: "?",
      subject: "compromise",
      cause: "stopped: more than Enter was typed",
      remedy: again,
    });
}

/** A paused sync brings nothing: somebody says that it may go on. */
async function requireRunning(walk: Walk): Promise<void> {
  const { context, found, unattended } = walk;
  const paused = await pausedAmong(context, found.environments);
  if (paused.length === 0) return;
  const names = paused.map(([environment]) => environment);
  for (const [environment, pause] of paused)
    context.terminal.say(`${environment} is ${describePause(pause)}`);
  if (unattended) {
    const remedy = `when nothing bad can spread: npx sophia-secrets resume ${names.join(" ")}, then run this again`;
    throw new StillPausedError({ code: "?", subject: names.join(", "), cause: "the sync is paused", remedy });
  }
  await confirm(walk, "Enter to let the sync write again");
  await resumeForCase(walk, names);
  const at = walk.context.now().toISOString();
  walk.journal.timeline.push({ at, what: `let the sync of ${names.join(", ")} write again` });
}
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The part of a process that is stopped from outside. */
export type Stoppable = Pick<NodeJS.Process, "once" | "off" | "kill" | "pid">;

/**
 * Walks through a case. However that ends before its end, by an error, by a person or by a signal, the last line says
 * which environments the case leaves paused: nothing else would, and no sync writes there until somebody resumes them.
 */
export async function withLastWord<Result>(
  context: PrintingContext,
  file: JournalFile,
  walk: () => Promise<Result>,
  us: Stoppable = process,
): Promise<Result> {
  const say = (line: string | undefined) => {
    if (line !== undefined) context.terminal.say(line);
  };
  const stop = (signal: NodeJS.Signals) => {
    letGo();
    // There is no time to look: what this case has paused may be paused.
    say(stayPausedLine([], Object.keys(journalIn(file)?.paused ?? {})));
    us.kill(us.pid, signal);
  };
  const letGo = () => {
    for (const signal of SIGNALS) us.off(signal, stop);
  };
  for (const signal of SIGNALS) us.once(signal, stop);
  try {
    return await walk();
  } catch (error) {
    const journal = journalIn(file);
    if (journal !== undefined && !(error instanceof StillPausedError))
      say(await stayPaused(context, journal));
    throw error;
  } finally {
    letGo();
  }
}

/** What is known of the case; undefined also where its file is none of ours, of which the walk has told. */
function journalIn(file: JournalFile): Journal | undefined {
  try {
    return file.read();
  } catch (error) {
    if (error instanceof RemedyError) return undefined;
    throw error;
  }
}
