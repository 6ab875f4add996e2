import { parseEnv } from "node:util";
import { dayOf } from "../../catalog/dates";
import { valueNames } from "../../catalog/slots";
import { RemedyError } from "../../errors";
import type { Input } from "../../sync/given-values";
import { counted } from "../../text";
import type { Context } from "../context";

/** What a .env file holds, or what is wrong with it: names and lines, never a value. */
export type EnvFile = { values: Input; problems?: never } | { problems: string[]; values?: never };

/** `NAME=`, with `export` before it if one likes. */
const ASSIGNMENT = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*/;
const BLANK = /^[ \t]*(?:#.*)?$/;

/**
 * Reads a .env file strictly. The readers of such files disagree, and skip or cut in silence what they do not
 * understand: an unquoted `#` ends a value in one and not in another, a second line of a key without quotes is lost,
 * of two values for one name the last wins. All of that is a problem here, and so is any value that Node's own reader
 * understands differently.
 *
 * Quotes are ", ' or `; between them a value may have several lines; in " alone, \n means a line end.
 */
export function readEnvFile(bytes: Buffer): EnvFile {
  const text = decode(bytes);
  if (text === undefined) return { problems: ["it is not UTF-8 text"] };
  const { found, problems } = scan(text.replaceAll("\r\n", "\n"));
  const node: Readonly<Record<string, string | undefined>> = parseEnv(text.replaceAll("\r\n", "\n"));
  for (const [name, value] of found) {
    if (problems.length === 0 && node[name] !== value)
      problems.push(`${name}: readers of .env files disagree on its value; put it between single quotes`);
  }
  return problems.length > 0 ? { problems } : { values: Object.fromEntries(found) };
}

function decode(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function scan(text: string): { found: Map<string, string>; problems: string[] } {
  const found = new Map<string, string>();
  const problems: string[] = [];
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
      if (found.has(start[1])) problems.push(`line ${line}: ${start[1]} stands there a second time`);
      if (taken.value !== undefined) found.set(start[1], taken.value);
      else problems.push(`line ${line}: ${start[1]} ${taken.problem}`);
    } else if (!BLANK.test(current)) {
      problems.push(`line ${line}: is no NAME=value; a value of several lines needs quotes around it`);
    }
    line += text.slice(at, next).split("\n").length;
    at = next + 1;
  }
  return { found, problems };
}

type Taken = { end: number } & ({ value: string; problem?: never } | { problem: string; value?: never });

/** The value that begins at a place, and where its last line ends. */
function take(text: string, at: number): Taken {
  const quote = text[at];
  const end = endOfLine(text, at);
  if (quote !== '"' && quote !== "'" && quote !== "`") {
    const value = text.slice(at, end).trimEnd();
    if (!value.includes("#")) return { value, end };
    return { problem: "has a # outside quotes, where readers cut it; put the value between quotes", end };
  }
  const close = text.indexOf(quote, at + 1);
  if (close < 0) return { problem: `begins with ${quote} and never ends`, end };
  const after = endOfLine(text, close);
  if (!BLANK.test(text.slice(close + 1, after)))
    return { problem: "goes on after its closing quote; use another kind of quotes around it", end: after };
  const inner = text.slice(at + 1, close);
  return { value: quote === '"' ? inner.replaceAll("\\n", "\n") : inner, end: after };
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
  const read = readEnvFile(readFile(file));
  if (read.values === undefined) throw envFileError(file, read.problems);
  const given = Object.keys(read.values);
  if (given.length === 0) throw envFileError(file, ["it holds no NAME=value line"]);
  const today = dayOf(now());
  const names = new Set(catalog.entries.flatMap((entry) => valueNames(entry, today)));
  const unknown = given.filter((name) => !names.has(name));
  const problems = [
    ...unknown.map((name) => `${name}: the catalog has no such entry`),
    ...check(read.values),
  ];
  if (problems.length > 0) throw envFileError(file, problems);
  return read.values;
}

/** One error for all that is wrong in a .env file. The problems name lines and secrets, never a value. */
function envFileError(file: string, problems: readonly string[]): RemedyError {
  const list = problems.map((each) => `\n  - ${each}`).join("");
  return new RemedyError({
    code: "env-file-invalid",
    subject: file,
    cause: `${counted(problems.length, "problem")}, so nothing was written`,
    remedy: `fix the file, then run again${list}`,
  });
}
