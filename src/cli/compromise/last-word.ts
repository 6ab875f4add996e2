import { RemedyError } from "../../errors";
import type { Doors } from "../command";
import { StillPausedError, stayPaused, stayPausedLine } from "./case-pause";
import type { Journal, JournalFile } from "./journal";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The part of a process that is stopped from outside. */
export type Stoppable = Pick<NodeJS.Process, "once" | "off" | "kill" | "pid">;

/**
 * Walks through a case. However that ends before its end, by an error, by a person or by a signal, the last line says
 * which environments the case leaves paused: nothing else would, and no sync writes there until somebody resumes them.
 */
export async function withLastWord<Result>(
  doors: Doors,
  file: JournalFile,
  walk: () => Promise<Result>,
  us: Stoppable = process,
): Promise<Result> {
  const say = (line: string | undefined) => {
    if (line !== undefined) doors.terminal.say(line);
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
    if (journal !== undefined && !(error instanceof StillPausedError)) say(await stayPaused(doors, journal));
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
