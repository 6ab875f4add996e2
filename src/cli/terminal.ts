import type { Secret } from "../secret";
import { readHidden } from "./read-hidden";

/** Where a command speaks, and hears values. */
export interface Terminal {
  /** A line of the result, to stdout. */
  print(line: string): void;
  /** A line for the person who waits, to stderr. */
  say(line: string): void;
  /** How far it is, to stderr: in one line on a terminal, a line each elsewhere. */
  progress(line: string): void;
  /** Characters a line of stdout may have; undefined where it is no terminal. */
  width?: number | undefined;
  /** Whether a person can be asked. */
  canAsk: boolean;
  /** Asks for a value that is not shown. @throws RemedyError when it is cancelled or of several lines. */
  askHidden(question: string): Promise<Secret>;
  /** All of stdin. */
  readStdin(): Promise<Buffer>;
}

const CLEAR_LINE = "\r\u001b[2K";

/** @param plain whether lines must not be rewritten, though it is a terminal: NO_COLOR, TERM=dumb. */
export function createTerminal(
  streams: { stdin: NodeJS.ReadStream; stdout: NodeJS.WriteStream; stderr: NodeJS.WriteStream },
  plain: boolean,
): Terminal {
  const { stdin, stdout, stderr } = streams;
  const rewrites = stderr.isTTY === true && !plain;
  let open = false;
  const closeLine = () => {
    if (open) stderr.write(CLEAR_LINE);
    open = false;
  };
  return {
    print: (line) => {
      closeLine();
      stdout.write(`${line}\n`);
    },
    say: (line) => {
      closeLine();
      stderr.write(`${line}\n`);
    },
    progress: (line) => {
      const width = (stderr.columns ?? 80) - 1;
      stderr.write(rewrites ? `${CLEAR_LINE}${line.slice(0, width)}` : `${line}\n`);
      open = rewrites;
    },
    width: stdout.columns,
    canAsk: stdin.isTTY === true && stderr.isTTY === true,
    askHidden: (question) => readHidden(question, stdin, stderr),
    readStdin: async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of stdin) chunks.push(Buffer.from(chunk as Uint8Array));
      return Buffer.concat(chunks);
    },
  };
}
