import type { Secret } from "../secret";
import { logLine, maskCommand } from "../sync/log-line";
import { readHidden } from "./read-hidden";

/**
 * Where a command speaks, and hears values. Each line stays one line, and shows what it holds: names are other people's,
 * and a terminal acts on control characters, a CI log on workflow commands.
 */
export interface Terminal {
  /** A line of the result, to stdout. */
  print(line: string): void;
  /** A line for the person who waits, to stderr. */
  say(line: string): void;
  /** How far it is, to stderr: in one line on a terminal, a line each elsewhere. */
  progress(line: string): void;
  /** Has GitHub's runner hide a value from here on. On stderr: stdout is the command's, and may go to a file. */
  mask(value: Secret): void;
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
  const writeLine = (stream: NodeJS.WriteStream, line: string) => {
    closeLine();
    stream.write(`${line}\n`);
  };
  return {
    print: (line) => writeLine(stdout, logLine(line)),
    say: (line) => writeLine(stderr, logLine(line)),
    progress: (line) => {
      const width = (stderr.columns ?? 80) - 1;
      const shown = logLine(line);
      stderr.write(rewrites ? `${CLEAR_LINE}${shown.slice(0, width)}` : `${shown}\n`);
      open = rewrites;
    },
    mask: (value) => writeLine(stderr, maskCommand(value.unwrap())),
    width: stdout.columns,
    canAsk: stdin.isTTY === true && stderr.isTTY === true,
    askHidden: (question) => readHidden(logLine(question), stdin, stderr),
    readStdin: async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of stdin) chunks.push(Buffer.from(chunk as Uint8Array));
      return Buffer.concat(chunks);
    },
  };
}
