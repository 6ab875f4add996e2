/**
 * How people start the command, in every text that they paste. A file of the project: elsewhere the shell finds nothing,
 * where `npx` would ask the public registry for a package of that name and run it (docs/DECISIONS.md).
 */
export const COMMAND = "./sophia-secrets";

/** Texts on which no shell acts, as a word of a command line. */
const PLAIN_WORD = /^[A-Za-z0-9_./:@%+,^=-]+$/;

/** A path as one word of a command line that people paste into a shell. One that begins with - would be an option. */
export function shellPath(path: string): string {
  const safe = path.startsWith("-") ? `./${path}` : path;
  return PLAIN_WORD.test(safe) ? safe : `'${safe.replaceAll("'", "'\\''")}'`;
}

/**
 * A number with its noun: `1 secret`, `2 secrets`, `0 secrets`.
 *
 * @param many the noun where there is not exactly one; with an `s` when left out.
 */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
const SHOWN = 3;

/** The three names most like a wrong one, nearest first. */
export function nearestNames(wrong: string, names: readonly string[]): string[] {
  return names
    .map((name) => ({ name, distance: editDistance(wrong, name) }))
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, SHOWN)
    .map(({ name }) => name);
}

/** The name that was likely meant by one that is not there: few letters differ, whatever their case. */
export function likelyName(wrong: string, names: Iterable<string>): string | undefined {
  const fold = (name: string) => name.toLowerCase();
  const all = [...names].filter((name) => name !== wrong);
  const [nearest = ""] = nearestNames(fold(wrong), all.map(fold));
  const isNear = editDistance(fold(wrong), nearest) <= Math.max(1, Math.floor(wrong.length / 3));
  return isNear ? all.find((name) => fold(name) === nearest) : undefined;
}

/** A remedy for a name that is not there: the one that was likely meant, if there is one, and what to do otherwise. */
export function spellOr(wrong: string, names: Iterable<string>, otherwise: string): string {
  const meant = likelyName(wrong, names);
  return meant === undefined ? otherwise : `write ${meant}, if that is meant; otherwise ${otherwise}`;
}

/** Levenshtein's distance: letters to insert, delete or replace. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [index, letter] of [...a].entries()) {
    const next = [index + 1];
    for (let column = 1; column <= b.length; column += 1) {
      const replaced = (row[column - 1] ?? 0) + (letter === b[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/**
 * Control characters, line ends of all kinds, and what turns the direction of a line: a terminal or a log would act on
 * them. For `replace` and `search` alone: as a global pattern it remembers where `test` stood.
 */
export const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]+/gu;

/** A text with all that would not show written out, as JSON has it: `\u000a`. Within JSON it means what it meant. */
export function visible(text: string): string {
  return text.replace(UNSEEN, (run) =>
    Array.from({ length: run.length }, (_, at) => escaped(run.charCodeAt(at))).join(""),
  );
}

function escaped(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, "0")}`;
}

/**
 * Text of someone else's as Markdown of one line that shows it and does nothing else: no column, tag or link of its own,
 * nobody called. What GitHub would make a link of without being asked (an address, `@name`, `#1`) stands in a code span:
 * a backslash keeps only Markdown from it (GFM, "Autolinks (extension)"), not what GitHub does afterwards.
 */
export function markdownText(text: string): string {
  const line = visible(text.replace(/\s+/g, " ")).trim();
  // A code span ends at a backtick, and a table's cell at a bar even in one; a backslash escapes nothing inside.
  return line.replace(/[^\s|`\\]+|[|`\\]/g, (word) =>
    LINKED.test(word) ? `\`${word}\`` : word.replace(ACTED_ON, "\\$&"),
  );
}

/** Words in which a link could be made. */
const LINKED = /@|:\/\/|www\.|mailto:|xmpp:|#\d|GH-\d/i;

/** Signs that Markdown acts on anywhere in a line, or at its beginning; `_` not inside a word. */
const ACTED_ON = /[\\`*[\]<>|&~#!]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g;

/** An address of our own making, to be followed. @returns someone else's text where it is none. */
export function markdownLink(url: string): string {
  return /^https?:\/\/[\w.:/?=&%~+,;#-]+$/.test(url) ? `<${url}>` : markdownText(url);
}

/** Names listed before the rest is only counted. */
const LISTED = 6;

/** `A, B and 3 more`. */
export function namesIn(names: readonly string[]): string {
  const rest = names.length > LISTED ? ` and ${names.length - LISTED} more` : "";
  return `${names.slice(0, LISTED).join(", ")}${rest}`;
}
