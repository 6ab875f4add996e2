import { problemOf, RemedyError } from "../errors";
import type { Case, Journal, JournalFile, Step } from "../operations/incident/case";
import { type LeftPaused, leftPaused } from "../operations/incident/case-pause";
import type { CaseLead, Confirmation } from "../operations/incident/run-steps";
import type { Secret } from "../secret";
import type { CommandContext } from "./command";
import { eventLines, leftPausedLine, type StepText } from "./compromise-report";
import type { Terminal } from "./terminal";

const QUESTIONS: Readonly<Record<Confirmation, string>> = {
  revoked: "Enter when the old one is revoked",
  rotated: "Enter when it is rotated twice",
  "value-set": "Enter when the new value is set",
  resume: "Enter to let the sync write again",
};

/** A lead that asks on the terminal and shows what the case finds there. @param given the value of stdin, if it was read. */
export function createLead(
  { terminal }: CommandContext,
  attended: boolean,
  { secret: { name } }: Case,
  { since }: Journal,
  steps: readonly Step[],
  textOf: (step: Step) => StepText,
  given: Secret | undefined,
): CaseLead {
  return {
    attended,
    confirm: (what) => confirm(terminal, QUESTIONS[what]),
    newValue: async () =>
      given ??
      terminal.askHidden(
        `New value of ${name} (not shown; press Enter alone if it is set in GitHub already)`,
      ),
    tell: (event) => {
      if (event.kind === "step") {
        const { title, lines } = textOf(event.step);
        const head = `${steps.indexOf(event.step) + 1}/${steps.length} ${title}`;
        const more = event.isDone ? [] : lines.map((line) => `    ${line}`);
        for (const line of [event.isDone ? `${head}: done` : head, ...more]) terminal.say(line);
        return;
      }
      const { results, messages } = eventLines(event, since);
      for (const line of results) terminal.print(line);
      for (const line of messages) terminal.say(line);
    },
  };
}

/** @throws RemedyError when a person stops it. */
async function confirm(terminal: Terminal, question: string): Promise<void> {
  const stopped = (cause: string) =>
    new RemedyError({
      code: "stopped",
      subject: "compromise",
      cause,
      remedy: "run this again: it goes on with this step",
    });
  const typed = await terminal.askHidden(`${question}; Ctrl-C to stop here`).catch(() => {
    throw stopped("stopped");
  });
  // Whoever types `n`, or the new value, has not said yes.
  if (typed.bytes > 0) throw stopped("stopped: more than Enter was typed");
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The part of a process that is stopped from outside. */
export type Stoppable = Pick<NodeJS.Process, "once" | "off" | "kill" | "pid">;

/**
 * Works on a case. If that fails, or a person or a signal stops it, the last line says which environments the case leaves
 * paused: nothing else would, and no sync writes there until somebody resumes them.
 */
export async function tellingPauses<Result>(
  context: CommandContext,
  file: JournalFile,
  work: () => Promise<Result>,
  us: Stoppable = process,
): Promise<Result> {
  const say = (left: LeftPaused) => {
    const line = leftPausedLine(left);
    if (line !== undefined) context.terminal.say(line);
  };
  const stop = (signal: NodeJS.Signals) => {
    letGo();
    // There is no time to look: what this case has paused may be paused.
    say({ environments: [], unsure: Object.keys(journalIn(file)?.paused ?? {}) });
    us.kill(us.pid, signal);
  };
  const letGo = () => {
    for (const signal of SIGNALS) us.off(signal, stop);
  };
  for (const signal of SIGNALS) us.once(signal, stop);
  try {
    return await work();
  } catch (error) {
    const journal = journalIn(file);
    // This one says itself which environments are paused.
    const isTold = error instanceof RemedyError && error.problem.code === "sync-paused";
    if (journal !== undefined && !isTold) say(await leftPaused(context, journal));
    throw error;
  } finally {
    letGo();
  }
}

/** What is known of the case; undefined also where its file is not ours, of which the work has told. */
function journalIn(file: JournalFile): Journal | undefined {
  try {
    return file.read();
  } catch (error) {
    problemOf(error);
    return undefined;
  }
}
