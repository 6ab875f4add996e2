import { type Document, isScalar, Lexer, parseDocument, type Tags, visit } from "yaml";

/**
 * Parts of a text that the lexer tells apart: a line `KEY: value` has seven. A thousand secrets with their variables
 * have 26,000 (measured); this many are parsed in a second.
 */
export const MOST_PARTS = 200_000;

/** Levels of `[` and `{`. A catalog's deepest key has a handful; the parser calls itself for each. */
const MOST_LEVELS = 100;

/** Uses of anchors before a text counts as an attempt to fill memory; the yaml library's own default. */
const MOST_ALIASES = 100;

/**
 * Reads YAML that somebody else may have written, in bounded time: parts are counted before they are parsed, and equal
 * keys are looked for here, for the library compares each key with each.
 *
 * @returns undefined for what is not YAML, has more than MOST_PARTS parts or is nested too deeply. Nothing of it is quoted.
 */
export function boundedDocument(
  text: string,
  options: { customTags?: (tags: Tags) => Tags } = {},
): Document | undefined {
  let [parts, depth] = [0, 0];
  for (const part of new Lexer().lex(text)) {
    parts += 1;
    if (part === "[" || part === "{") depth += 1;
    else if (part === "]" || part === "}") depth -= 1;
    if (parts > MOST_PARTS || depth > MOST_LEVELS) return undefined;
  }
  try {
    const document = parseDocument(text, { ...options, uniqueKeys: false, logLevel: "error" });
    return document.errors.length > 0 || hasEqualKeys(document) ? undefined : document;
  } catch (error) {
    // Levels by indentation: ten thousand of them take a text of 50 MB.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function hasEqualKeys(document: Document): boolean {
  let found = false;
  visit(document, {
    Map: (_, { items }) => {
      const keys = items.map(({ key }) => (isScalar(key) ? `${typeof key.value} ${key.value}` : key));
      found ||= new Set(keys).size < keys.length;
      return found ? visit.BREAK : undefined;
    },
  });
  return found;
}

/** The same as plain data; undefined also where anchors are used too often. An empty text is null. */
export function boundedYaml(text: string): unknown {
  try {
    return boundedDocument(text)?.toJS({ maxAliasCount: MOST_ALIASES });
  } catch (error) {
    // So the library says it.
    if (error instanceof ReferenceError) return undefined;
    throw error;
  }
}
