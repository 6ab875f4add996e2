import { RemedyError } from "../errors";
import { Secret } from "../secret";
import { COMMAND } from "../text";

/** The part of a terminal that is read from. */
export interface Keyboard {
  setRawMode(raw: boolean): unknown;
  resume(): unknown;
  pause(): unknown;
  on(event: "data", listener: (chunk: Buffer) => void): unknown;
  off(event: "data", listener: (chunk: Buffer) => void): unknown;
}

/** Milliseconds in which the rest of a paste arrives. It is taken in, or the shell would run it and keep it. */
const PASTE_MS = 150;

/** What terminals send before and after a paste. */
const PASTE_MARKS = ["\u001b[200~", "\u001b[201~"];

/** What is typed before a question. */
export interface EarlyTyping {
  /** What came so far; the terminal goes on showing nothing, and whoever takes it listens. Nothing the second time. */
  take(): Buffer;
  /** Shows what is typed again, and forgets what came. */
  end(): void;
}

/** @param interrupt called at Ctrl-C, which a terminal that shows nothing sends as a character. */
export function keepTyping(keyboard: Keyboard, interrupt: () => void): EarlyTyping {
  let bytes = Buffer.alloc(0);
  let isOver = false;
  const stop = (): boolean => {
    const first = !isOver;
    isOver = true;
    keyboard.off("data", hear);
    return first;
  };
  const end = (): void => {
    if (!stop()) return;
    keyboard.setRawMode(false);
    keyboard.pause();
  };
  const hear = (chunk: Buffer): void => {
    bytes = Buffer.concat([bytes, chunk]);
    if (!chunk.includes(CTRL_C)) return;
    end();
    interrupt();
  };
  keyboard.setRawMode(true);
  keyboard.on("data", hear);
  keyboard.resume();
  return { take: () => (stop() ? bytes : Buffer.alloc(0)), end };
}

/**
 * Asks for one line without showing it: not even its length.
 *
 * @param typed what came before the question.
 * @throws RemedyError when it is cancelled (Ctrl-C, Ctrl-D), and when several lines are pasted.
 */
export async function readHidden(
  question: string,
  keyboard: Keyboard,
  screen: { write(text: string): unknown },
  typed: Buffer = Buffer.alloc(0),
): Promise<Secret> {
  // Before the question: who answers at once would otherwise be shown.
  keyboard.setRawMode(true);
  screen.write(`${question}: `);
  keyboard.resume();
  try {
    return await oneLine(keyboard, typed);
  } finally {
    keyboard.setRawMode(false);
    keyboard.pause();
    screen.write("\n");
  }
}

function oneLine(keyboard: Keyboard, typed: Buffer): Promise<Secret> {
  return new Promise((done, fail) => {
    let bytes = Buffer.alloc(0);
    let ending: NodeJS.Timeout | undefined;
    const end = (): void => {
      clearTimeout(ending);
      keyboard.off("data", hear);
      try {
        done(lineIn(textOf(bytes)));
      } catch (error) {
        fail(error as Error);
      }
    };
    const hear = (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk]);
      if (chunk.includes(CTRL_C) || chunk.includes(CTRL_D)) end();
      else if (/[\r\n]/.test(textOf(bytes))) ending ??= setTimeout(end, PASTE_MS);
    };
    keyboard.on("data", hear);
    if (typed.length > 0) hear(typed);
  });
}

function textOf(bytes: Buffer): string {
  return PASTE_MARKS.reduce((text, mark) => text.replaceAll(mark, ""), bytes.toString("utf8"));
}

/** The one line of all that came. @throws RemedyError when it was cancelled, and for several lines. */
function lineIn(typed: string): Secret {
  if (typed.includes(CTRL_C))
    throw new RemedyError({
      code: "stopped",
      subject: "the value",
      cause: "cancelled",
      remedy: "run it again",
    });
  if (typed.includes(CTRL_D))
    throw new RemedyError({
      code: "value-incomplete",
      subject: "the value",
      cause: "it ended before Enter",
      remedy: "run it again and end with Enter",
    });
  const [first = "", ...others] = typed.split(/\r\n|\r|\n/);
  if (others.every((line) => line === "")) return new Secret(edited(first));
  const why = "it has several lines, which cannot be typed here";
  throw new RemedyError({
    code: "value-of-several-lines",
    subject: "the value",
    cause: why,
    remedy: `give it on stdin: ${COMMAND} set NAME < FILE`,
  });
}

const CTRL_C = "\u0003";
const CTRL_D = "\u0004";
const ERASE = ["\u007f", "\b"];
const ERASE_LINE = "\u0015";

/** The line after its corrections: backspace takes a character, Ctrl-U all. */
function edited(typed: string): string {
  const line: string[] = [];
  for (const character of typed) {
    if (ERASE.includes(character)) line.pop();
    else if (character === ERASE_LINE) line.length = 0;
    else line.push(character);
  }
  return line.join("");
}
