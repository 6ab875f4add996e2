/** Where a value lies in a text: from `start` up to, not including, `end`. */
export interface Span {
  start: number;
  end: number;
}

/**
 * Where the value of a member lies in a JSON text, so that it can be taken or replaced without touching the rest:
 * parsing and printing a checkpoint again would change numbers beyond 2^53 and floats such as `1.0`.
 *
 * @param text valid JSON (parse it first).
 * @param path member names from the outermost object inwards.
 * @returns undefined when there is no such member, or an object was expected and something else is there.
 */
export function memberSpan(text: string, path: string[], from = 0): Span | undefined {
  const [name, ...inner] = path;
  let at = skipSpace(text, from);
  if (text[at] !== "{") return undefined;
  at = skipSpace(text, at + 1);
  while (text[at] === '"') {
    const keyEnd = endOfString(text, at);
    const key = JSON.parse(text.slice(at, keyEnd)) as string;
    const start = skipSpace(text, skipSpace(text, keyEnd) + 1); // past the colon
    if (key === name && inner.length > 0) return memberSpan(text, inner, start);
    const end = endOfValue(text, start);
    if (key === name) return { start, end };
    at = skipSpace(text, end);
    if (text[at] === ",") at = skipSpace(text, at + 1);
  }
  return undefined;
}

/** The text of a member's value, as it was written; undefined when there is none. */
export function rawMember(text: string, path: string[]): string | undefined {
  const span = memberSpan(text, path);
  return span === undefined ? undefined : text.slice(span.start, span.end);
}

/** The same text with the value of one member replaced; unchanged when there is no such member. */
export function replaceMember(text: string, path: string[], value: unknown): string {
  const span = memberSpan(text, path);
  if (span === undefined) return text;
  return text.slice(0, span.start) + JSON.stringify(value) + text.slice(span.end);
}

function matchEnd(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  pattern.test(text);
  return pattern.lastIndex;
}

const skipSpace = (text: string, at: number) => matchEnd(/\s*/y, text, at);

function endOfString(text: string, open: number): number {
  let close = open;
  for (;;) {
    close = text.indexOf('"', close + 1);
    let backslashes = 0;
    while (text[close - 1 - backslashes] === "\\") backslashes += 1;
    if (backslashes % 2 === 0) return close + 1;
  }
}

function endOfValue(text: string, start: number): number {
  if (text[start] === '"') return endOfString(text, start);
  if (text[start] !== "{" && text[start] !== "[") return matchEnd(/[^,}\]\s]*/y, text, start);
  let depth = 0;
  let at = start;
  for (;;) {
    const char = text[at];
    if (char === '"') at = endOfString(text, at);
    else {
      depth += char === "{" || char === "[" ? 1 : -1;
      at += 1;
      if (depth === 0) return at;
    }
    at = matchEnd(/[^"{}[\]]*/y, text, at);
  }
}
