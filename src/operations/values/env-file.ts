import { parseEnv } from "node:util";
import { dayOf } from "../../catalog/dates";
import { valueNames } from "../../catalog/slots";
import { type Problem, RemedyError } from "../../errors";
import type { Input } from "../../sync/given-values";
import { counted, nearestNames } from "../../text";
import type { Context } from "../context";

/** What a .env file holds, and what is wrong with it: names and lines, never a value. */
export interface EnvFile {
  /** Those that are right. */
  values: Input;
  /** Every name that is given a value, a wrong one too. */
  names: readonly string[];
  problems: Problem[];
}

/** `NAME=`, with `export` before it if one likes. */
const ASSIGNMENT = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*/;
const BLANK = /^[ \t]*(?:#.*)?$/;

/**
 * Reads a .env file strictly. The readers of such files disagree, and skip or cut in silence what they do not
 * understand: an unquoted `#` ends a value in one and not in another, a second line of a key without quotes is lost,
 * of two values for one name the last wins; a `$NAME` is replaced by a variable in one and kept in another. All of that is a problem here, and so is any value that Node's own reader
 * understands differently.
 *
 * Quotes are " or '; between them a value may have several lines; in " alone, \n means a line end. Backticks are quotes for
 * Node and npm's dotenv alone.
 */
export function readEnvFile(bytes: Buffer): EnvFile {
  const decoded = decode(bytes);
  if (decoded.text === undefined)
    return { values: {}, names: [], problems: [problem("env-file-not-text", "the file", decoded.cause)] };
  const text = decoded.text.replaceAll("\r\n", "\n");
  const { found, names, problems } = scan(text);
  const node: Readonly<Record<string, string | undefined>> = parseEnv(text);
  const disagree = "readers of .env files disagree on its value; put it between single quotes";
  if (problems.length === 0)
    for (const [name, { value }] of found)
      if (node[name] !== value) problems.push(problem("env-value-ambiguous", name, disagree));
  return {
    values: Object.fromEntries([...found].map(([name, { value }]) => [name, value])),
    names: [...names],
    problems,
  };
}

/** A byte order mark of UTF-8 is left out: editors on Windows write it, and every reader skips it. */
function decode(bytes: Buffer): { text: string } | { text?: never; cause: string } {
  const [first, second] = bytes;
  const isUtf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  if (isUtf16) return { cause: "is UTF-16 text; save it as UTF-8" };
  // Every other byte of ASCII in UTF-16 is one. Further on it stands in a value, which is refused by its name.
  if (first === 0 || second === 0) return { cause: "is UTF-16 text or binary; save it as UTF-8" };
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return { cause: "is not UTF-8 text" };
  }
}

function problem(code: string, subject: string, cause: string): Problem {
  return { code, subject, cause, remedy: FIX };
}

/** A file that is not a .env file has a problem in each of its lines. */
const SHOWN = 100;
const FIX = "fix the file, then run again";

interface Found {
  value: string;
  line: number;
}

function scan(text: string): { found: Map<string, Found>; names: Set<string>; problems: Problem[] } {
  const found = new Map<string, Found>();
  const names = new Set<string>();
  const problems: Problem[] = [];
  const wrong = (code: string, at: number, cause: string) =>
    problems.push(problem(code, `line ${at}`, cause));
  let at = 0;
  let line = 1;
  while (at < text.length) {
    const end = endOfLine(text, at);
    const current = text.slice(at, end);
    const start = ASSIGNMENT.exec(current);
    let next = end;
    if (start?.[1] !== undefined) {
      const taken = take(text, at + start[0].length);
      next = taken.end;
      const [, name] = start;
      names.add(name);
      const before = found.get(name);
      if (before !== undefined)
        wrong("env-name-twice", line, `${name} is there twice, first in line ${before.line}`);
      if (taken.value === undefined) wrong("env-line-invalid", line, `${name} ${taken.problem}`);
      else if (taken.expands) wrong("env-value-expands", line, `${name} ${EXPANDS}`);
      else if (before === undefined) found.set(name, { value: taken.value, line });
    } else if (!BLANK.test(current)) {
      wrong("env-line-invalid", line, "is not NAME=value; a value of several lines needs quotes around it");
    }
    line += text.slice(at, next).split("\n").length;
    at = next + 1;
  }
  return { found, names, problems };
}

/** What dotenv-expand, python-dotenv, Compose and a shell replace outside single quotes: `$NAME`, `${NAME:-x}`, `$$`, `$(...)`. */
const EXPANDED = /\$[A-Za-z0-9_{($]/;
const EXPANDS =
  "has a $ or a ` that other readers replace by a variable or a command; put the value between single quotes";

type Taken = { end: number } & (
  | { value: string; expands: boolean; problem?: never }
  | { problem: string; value?: never; expands?: never }
);

/** The value that begins at a place, and where its last line ends. */
function take(text: string, at: number): Taken {
  const quote = text[at];
  const end = endOfLine(text, at);
  if (quote !== '"' && quote !== "'" && quote !== "`") {
    const value = text.slice(at, end).trimEnd();
    if (!value.includes("#")) return { value, expands: EXPANDED.test(value) || value.includes("`"), end };
    return { problem: "has a # outside quotes, where readers cut it; put the value between quotes", end };
  }
  const close = text.indexOf(quote, at + 1);
  if (close < 0) return { problem: `begins with ${quote} and never ends`, end };
  const after = endOfLine(text, close);
  if (!BLANK.test(text.slice(close + 1, after)))
    return { problem: "goes on after its closing quote; use another kind of quotes around it", end: after };
  const inner = text.slice(at + 1, close);
  const value = quote === '"' ? inner.replaceAll("\\n", "\n") : inner;
  // A shell runs what stands between backticks, and python-dotenv, Compose and Docker keep them in the value.
  const expands = quote !== "'" && (quote === "`" || EXPANDED.test(inner) || inner.includes("`"));
  return { value, expands, end: after };
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end;
}

/**
 * The values of a .env file, all of whose names are in the catalog: an entry's own, its older ones, and the one it had
 * for as long as that lives.
 *
 * @param check what else is wrong with it, if anything: names and reasons, never a value.
 * @throws RemedyError with every line, name and value that is wrong, never a value.
 */
export function readInput(
  { catalog, readFile, now }: Context,
  file: string,
  check: (input: Input) => readonly string[] = () => [],
): Input {
  const { values, names: given, problems: ofLines } = readEnvFile(readFile(file));
  if (given.length === 0 && ofLines.length === 0)
    throw envFileError(file, [problem("env-file-empty", "the file", "holds no NAME=value line")]);
  const today = dayOf(now());
  const names = catalog.entries.flatMap((entry) => valueNames(entry, today));
  // All at once: a person fixes the file, and not a line a run.
  const problems = [...ofLines, ...unknownNames(given, names), ...check(values).map(valueProblem)];
  if (problems.length > 0) throw envFileError(file, problems);
  return values;
}

/** The values of a .env file, whatever their names. @throws RemedyError with every line that is wrong. */
export function readEnv(bytes: Buffer, file: string): Input {
  const { values, problems } = readEnvFile(bytes);
  if (problems.length > 0) throw envFileError(file, problems);
  return values;
}

/** A problem for each name that the catalog does not have, with the nearest that it has. */
export function unknownNames(given: readonly string[], known: readonly string[]): Problem[] {
  const names = new Set(known);
  return given
    .filter((name) => !names.has(name))
    .map((name) => ({
      code: "secret-unknown",
      subject: name,
      cause: `the catalog has no such entry; the nearest: ${nearestNames(name.toUpperCase(), known).join(", ")}`,
      remedy: FIX,
    }));
}

/** `NAME: why its value is refused` as a problem. */
function valueProblem(told: string): Problem {
  const [name = "", ...cause] = told.split(": ");
  return problem("value-invalid", name, cause.join(": "));
}

/** One error for all that is wrong in a .env file. The problems name lines and secrets, never a value. */
export function envFileError(file: string, problems: readonly Problem[]): RemedyError {
  const rest = problems.length > SHOWN ? `, the first ${SHOWN} below` : "";
  const cause = `${counted(problems.length, "problem")}, so nothing was written${rest}`;
  const shown = problems.slice(0, SHOWN);
  return new RemedyError(
    { code: "env-file-invalid", subject: file, cause, remedy: FIX },
    { problems: shown },
  );
}
