import { createInterface } from "node:readline/promises";
import { RemedyError } from "../errors";
import type { Secret } from "../secret";
import { logLine, maskCommand } from "../sync/runner";
import { type EarlyTyping, keepTyping, readHidden } from "./hidden-typing";
import { paint, type ScreenLine, type ScreenSettings } from "./screen";

/**
 * Where a command speaks, and hears values. Each line stays one line, and shows what it holds: names are someone else's,
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
  /** Characters a line of stdout may have; undefined where it is not a terminal. */
  width?: number | undefined;
  /** Whether marks are symbols; words where it is not a terminal. */
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
