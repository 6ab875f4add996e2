import { isDeepStrictEqual } from "node:util";
import {
  Document,
  isCollection,
  isMap,
  isScalar,
  Lexer,
  type Node,
  type Pair,
  Scalar,
  visit,
  YAMLMap,
} from "yaml";
import { boundedDocument } from "../yaml-text";
import { isCall } from "./secret-node";

/** One line a value: in several, a line end of a value would be a line end of the text, which CRLF-minded tools change. */
const ONE_LINE = { lineWidth: 0, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER };

/**
 * A text with the changes of a document that was read from it: piece by piece where that can be, else written anew.
 *
 * @param edited read from the text; what was put into it since has no `range`.
 * @returns undefined where a comment would be lost, or an alias would refer to nothing.
 */
export function editedText(text: string, edited: Document): string | undefined {
  const spliced = splicedText(text, edited);
  if (spliced !== undefined) return spliced;
  const whole = hasLostAnchor(edited) ? undefined : edited.toString(ONE_LINE);
  return whole !== undefined && isDeepStrictEqual(commentsIn(whole), commentsIn(text)) ? whole : undefined;
}

/** Whether an alias refers to an anchor that is gone. */
function hasLostAnchor(document: Document): boolean {
  let found = false;
  visit(document, {
    Alias: (_, alias) => {
      found ||= alias.resolve(document) === undefined;
    },
  });
  return found;
}

/** A piece of the text that is replaced. */
interface Splice {
  from: number;
  to: number;
  text: string;
}

/** What cannot be done piece by piece, because of how people wrote the text. */
class NotSpliced extends Error {}

/**
 * A text with the changes of a document that was read from it, and every other byte as it was: people's blank lines,
 * comments, quotes and indentation. Only pairs that changed are written.
 *
 * The result is read again and compared with the document, so that nothing rests on the places reckoned here.
 *
 * @returns undefined where people's style does not let it.
 */
function splicedText(text: string, edited: Document): string | undefined {
  const before = boundedDocument(text);
  if (!isMap(before?.contents) || !isMap(edited.contents) || before.contents.flow) return undefined;
  try {
    // From the end on; of several at one place the outer ones, which come later in the list, go in first.
    const splices = differences(text, before.contents, edited.contents).reverse();
    const next = splices
      .toSorted((a, b) => b.from - a.from)
      .reduce((all, { from, to, text: piece }) => `${all.slice(0, from)}${piece}${all.slice(to)}`, text);
    const read = boundedDocument(next);
    const isSame = read !== undefined && JSON.stringify(read.toJS()) === JSON.stringify(edited.toJS());
    return isSame && isDeepStrictEqual(commentsIn(text), commentsIn(next)) ? next : undefined;
  } catch (error) {
    // A ReferenceError is the library's for an alias without its anchor, or for too many.
    if (error instanceof NotSpliced || error instanceof ReferenceError) return undefined;
    throw error;
  }
}

/** The comments of a text, sorted: a list to compare. */
export function commentsIn(text: string): string[] {
  const found: string[] = [];
  let isScalarText = false;
  for (const part of new Lexer().lex(text)) {
    if (part.startsWith("#") && !isScalarText) found.push(part.trim());
    isScalarText = part === SCALAR_FOLLOWS;
  }
  return found.sort();
}

/** The lexer's mark before the text of a scalar, which may begin with `#`. */
const SCALAR_FOLLOWS = "\u001f";

function differences(text: string, before: YAMLMap, after: YAMLMap): Splice[] {
  const added = after.items.filter((pair) => pairIn(before, pair) === undefined);
  const removed = before.items.filter((pair) => pairIn(after, pair) === undefined);
  const both = after.items.flatMap((pair) => {
    const standing = pairIn(before, pair);
    return standing === undefined ? [] : changes(text, standing, pair);
  });
  return [
    ...both,
    ...removed.map((pair) => ({ from: lineStart(text, pair), to: lineEnd(text, endOf(pair)), text: "" })),
    ...(added.length === 0 ? [] : [insertion(text, before, added)]),
  ];
}

function changes(text: string, before: Pair, after: Pair): Splice[] {
  const [was, is] = [before.value, after.value];
  if (isMap(was) && isMap(is) && isOpen(was) && isOpen(is)) return differences(text, was, is);
  if (isUnchanged(was, is)) return [];
  const from = lineStart(text, before);
  const column = startOf(before) - from;
  return [{ from: startOf(before), to: endOf(before), text: rendered(text, after, column) }];
}

/** A mapping in block style that is no call: what is in it can be changed piece by piece. */
function isOpen(map: YAMLMap): boolean {
  return !map.flow && map.items.length > 0 && !isCall(map);
}

function isUnchanged(was: unknown, is: unknown): boolean {
  const [from, to] = [(was as Node | null)?.range, (is as Node | null)?.range];
  if (!isDeepStrictEqual(from, to)) return false;
  return !isScalar(was) || !isScalar(is) || was.value === is.value;
}

/** Below the last pair, in the column of the first. */
function insertion(text: string, map: YAMLMap, added: readonly Pair[]): Splice {
  const [first] = map.items;
  const last = map.items.at(-1);
  if (first === undefined || last === undefined) throw new NotSpliced();
  const column = startOf(first) - lineStart(text, first);
  const at = lineEnd(text, endOf(last));
  const lines = added.map((pair) => `${" ".repeat(column)}${rendered(text, pair, column)}`);
  const lineBreak = breakOf(text);
  const isAtEnd = !text.slice(0, at).endsWith("\n");
  const piece = lines.join(lineBreak);
  return { from: at, to: at, text: isAtEnd ? `${lineBreak}${piece}` : `${piece}${lineBreak}` };
}

/** A pair as it stands at a column, its first line without indentation. */
function rendered(text: string, { key, value }: Pair, column: number): string {
  const name = new Scalar(isScalar(key) ? key.value : key);
  const map = new YAMLMap();
  map.add({ key: name, value } as Pair);
  const document = new Document(null);
  document.contents = map as Document["contents"];
  const lines = document.toString(ONE_LINE).trimEnd().split("\n");
  return lines.join(`${breakOf(text)}${" ".repeat(column)}`);
}

function breakOf(text: string): string {
  return text.includes("\r\n") ? "\r\n" : "\n";
}

function pairIn({ items }: YAMLMap, { key }: Pair): Pair | undefined {
  const name = isScalar(key) ? key.value : key;
  return items.find((pair) => (isScalar(pair.key) ? pair.key.value : pair.key) === name);
}

function startOf({ key }: Pair): number {
  const [start] = (isScalar(key) ? key.range : undefined) ?? [];
  if (start === undefined) throw new NotSpliced();
  return start;
}

/** Where the text of a pair ends; what follows on its line is a comment. */
function endOf({ value }: Pair): number {
  if (isCollection(value) && !value.flow) {
    const last = value.items.at(-1) as Pair | Node | undefined;
    if (last === undefined) throw new NotSpliced();
    return "value" in last && "key" in last ? endOf(last) : endOf({ value: last } as Pair);
  }
  const end = (value as Node | null)?.range?.[1];
  if (end === undefined) throw new NotSpliced();
  return end;
}

/** Beginning of the line of a pair that has no other before it there. */
function lineStart(text: string, pair: Pair): number {
  const start = startOf(pair);
  const from = text.lastIndexOf("\n", start - 1) + 1;
  if (text.slice(from, start).trim() !== "") throw new NotSpliced();
  return from;
}

function lineEnd(text: string, at: number): number {
  if (at > 0 && text[at - 1] === "\n") return at;
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end + 1;
}
