import { RemedyError } from "../../src/errors";
import type { Context } from "../../src/operations/context";
import { readInput } from "../../src/operations/values/env-file";
import { commandContext } from "../cli/command-context";
import { byHand, type Proof, type Told } from "./proof";

/** What a command that reads the file refuses it for. The cause names the line and the form; the remedy is to write it so. */
function judge(text: string | Buffer): Told[] {
  const context: Context = { ...commandContext({}), readFile: () => Buffer.from(text) };
  try {
    readInput(context, ".env");
    return [];
  } catch (error) {
    if (!(error instanceof RemedyError)) throw error;
    return [...error.problems];
  }
}

const FIX = /^fix the file, then run again$/;
const RIGHT = "OPENAI_API_KEY='a$B'\n";

const ROWS: readonly [code: string, when: string, written: string | Buffer][] = [
  ["env-file-empty", "a file has comments alone", "# nothing\n"],
  ["env-file-not-text", "a file is UTF-16", Buffer.from(`\ufeff${RIGHT}`, "utf16le")],
  ["env-line-invalid", "a line is no assignment", "OPENAI_API_KEY\n"],
  ["env-line-invalid", "a # stands outside quotes", "OPENAI_API_KEY=a #b\n"],
  ["env-name-twice", "a name is there twice", `${RIGHT}${RIGHT}`],
  ["env-value-expands", "a $ stands outside single quotes", "OPENAI_API_KEY=a$B\n"],
  ["env-value-expands", "backticks are quotes", "OPENAI_API_KEY=`a`\n"],
];

export const ENV_FILE_PROOFS: readonly Proof[] = byHand(
  judge,
  ROWS.map(([code, when, written]) => ({ code, when, written, printed: FIX, righted: () => RIGHT })),
);
