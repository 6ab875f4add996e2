import { RemedyError } from "../errors";
import type { Terminal } from "./terminal";

/**
 * Asks before what cannot be taken back.
 *
 * @param yes whether that was typed before: machines cannot be asked.
 * @throws RemedyError unless the answer is yes.
 */
export async function confirm(terminal: Terminal, question: string, yes: boolean): Promise<void> {
  if (yes) return;
  if (!terminal.canAsk)
    throw new RemedyError({
      code: "confirmation-missing",
      subject: "--yes",
      cause: `nobody can be asked here: ${question}`,
      remedy: "look at it with --dry-run, then run it again with --yes",
    });
  const answer = await terminal.askHidden(`${question} Type yes to go on (not shown)`);
  if (answer.unwrap().trim().toLowerCase() === "yes") return;
  throw new RemedyError({
    code: "stopped",
    subject: "the question",
    cause: "the answer was not yes; nothing was written",
    remedy: "run it again",
  });
}
