import { createInterface } from "node:readline/promises";
import { RemedyError } from "../errors";
import { Secret } from "../secret";
import { logLine, maskCommand } from "../sync/runner";
import { COMMAND } from "../text";
import { paint, type ScreenLine, type ScreenSettings } from "./screen";

/**
 * Where a command speaks, and hears values. Each line stays one line, and shows what it holds: names are other people's,
 * and a terminal acts on control characters, a CI log on workflow commands.
 */
export interface Terminal {
  /** A line of the result, to stdout. */
  print(line: ScreenLine): void;
  /** A line for the person who waits, to stderr. */
  say(line: string): void;
  /** How far it is, to stderr: in one line on a terminal, a line each elsewhere. */
  progress(line: string): void;
  /** Has GitHub's runner hide a value from here on. On stderr: stdout is the command's, and may go to a file. */
  mask(value: Secret): void;
  /** Characters a line of stdout may have; undefined where it is no terminal. */
  width?: number | undefined;
  /** Whether marks are symbols; words where it is no terminal. */
  symbols?: boolean | undefined;
  /** Whether a person can be asked. */
  canAsk: boolean;
  /** Asks for a line that is shown. @throws RemedyError when it is cancelled. */
  ask(question: string): Promise<string>;
  /**
   * Shows nothing of what is typed from now on, and keeps it for the first `askHidden`: a value that is pasted while
   * GitHub is asked would otherwise stand on the screen. Nothing happens where nobody can be asked.
   *
   * @returns what ends it.
   */
  hideTyping(): () => void;
  /** Asks for a value that is not shown. @throws RemedyError when it is cancelled or of several lines. */
  askHidden(question: string): Promise<Secret>;
  /** All of stdin. */
  readStdin(): Promise<Buffer>;
}

const CLEAR_LINE = "\r\u001b[2K";

/** What a terminal has whose size nobody knows. */
const USUAL_WIDTH = 80;

export function createTerminal(
  streams: { stdin: NodeJS.ReadStream; stdout: NodeJS.WriteStream; stderr: NodeJS.WriteStream },
  settings: ScreenSettings,
): Terminal {
  const { stdin, stdout, stderr } = streams;
  const rewrites = stderr.isTTY === true && settings.rewrites;
  const isTerminal = stdout.isTTY === true;
  // A terminal that was never told its size says 0.
  const own = isTerminal ? stdout.columns || USUAL_WIDTH : undefined;
  let early: EarlyTyping | undefined;
  let open = false;
  const closeLine = () => {
    if (open) stderr.write(CLEAR_LINE);
    open = false;
  };
  const writeLine = (stream: NodeJS.WriteStream, line: string) => {
    closeLine();
    stream.write(`${line}\n`);
  };
  return {
    print: (line) => {
      const { text, role = undefined } = typeof line === "string" ? { text: line } : line;
      const shown = logLine(text);
      writeLine(stdout, isTerminal && settings.colours ? paint(shown, role) : shown);
    },
    say: (line) => writeLine(stderr, logLine(line)),
    progress: (line) => {
      const width = (settings.columns ?? (stderr.columns || USUAL_WIDTH)) - 1;
      const shown = logLine(line);
      stderr.write(rewrites ? `${CLEAR_LINE}${shown.slice(0, width)}` : `${shown}\n`);
      open = rewrites;
    },
    mask: (value) => writeLine(stderr, maskCommand(value.unwrap())),
    width: settings.columns ?? own,
    symbols: isTerminal && settings.symbols,
    canAsk: stdin.isTTY === true && stderr.isTTY === true,
    hideTyping: () => {
      if (stdin.isTTY !== true || stderr.isTTY !== true) return () => undefined;
      early = keepTyping(stdin, () => process.kill(process.pid, "SIGINT"));
      writeLine(
        stderr,
        "What you type is not shown from here on. The value is asked for when GitHub has answered.",
      );
      return () => early?.end();
    },
    ask: (question) => {
      early?.end();
      closeLine();
      return readShown(logLine(question), stdin, stderr);
    },
    askHidden: (question) => {
      closeLine();
      return readHidden(logLine(question), stdin, stderr, early?.take());
    },
    readStdin: async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of stdin) chunks.push(Buffer.from(chunk as Uint8Array));
      return Buffer.concat(chunks);
    },
  };
}

async function readShown(
  question: string,
  input: NodeJS.ReadStream,
  output: NodeJS.WriteStream,
): Promise<string> {
  const lines = createInterface({ input, output });
  try {
    // Ctrl-C and Ctrl-D close it, and the question alone would then wait without end.
    const closed = new Promise<undefined>((done) => lines.once("close", () => done(undefined)));
    const answer = await Promise.race([lines.question(`${question}: `), closed]);
    if (answer !== undefined) return answer.trim();
    throw new RemedyError({
      code: "stopped",
      subject: "the question",
      cause: "cancelled; nothing was written",
      remedy: "run it again",
    });
  } finally {
    lines.close();
  }
}

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
interface EarlyTyping {
  /** What came so far; the terminal goes on showing nothing, and whoever takes it listens. Nothing the second time. */
  take(): Buffer;
  /** Shows what is typed again, and forgets what came. */
  end(): void;
}

/** @param interrupt called at Ctrl-C, which a terminal that shows nothing sends as a character. */
function keepTyping(keyboard: Keyboard, interrupt: () => void): EarlyTyping {
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
