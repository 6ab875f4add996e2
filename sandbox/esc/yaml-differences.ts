// Where the YAML library (1.2) and Go's yaml.v3 (1.1 in parts) read a text differently. What would silently become
// another value is refused here. Found by comparing both on random environments; see the differential tests.

// Go's reader refuses all others.
const CONTROL = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
// NEL, LS, PS and a lone CR end a line for Go and are letters for the library.
const OTHER_LINE_BREAK = /[\x85\u2028\u2029]|\r(?!\n)/;

/** The first character of a text that must be written as an escape, and why. */
export function forbiddenCharacter(text: string): { index: number; reason: string } | undefined {
  const control = CONTROL.exec(text.replace(/^\ufeff/, " "));
  if (control) return { index: control.index, reason: "control characters are not allowed" };
  const other = OTHER_LINE_BREAK.exec(text);
  if (!other) return undefined;
  const code = other[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
  return { index: other.index, reason: `U+${code} reads as a line break: write it as an escape` };
}

/** Whether Go's reader knows a text as an anchor's name; the library takes any letters. */
export function isAnchorName(name: string): boolean {
  return /^[A-Za-z0-9_-]+$/.test(name);
}

/**
 * Why a scalar cannot be trusted to read the same in Go, if so.
 * @param type the library's name for the scalar's style
 * @param source the scalar as it is written, quotes or block header included
 */
export function unlikeGo(type: string | undefined, source: string): string | undefined {
  if (type === "QUOTE_DOUBLE") return foreignEscape(source);
  if (type === "BLOCK_LITERAL" || type === "BLOCK_FOLDED") return tabInIndentation(source);
  return undefined;
}

function foreignEscape(source: string): string | undefined {
  for (const { 1: char, index } of source.matchAll(/\\([\s\S])/g)) {
    const rest = source.slice(index + 2);
    if (char === "/") return "found unknown escape character";
    if ((char === "u" && /^d[89a-f]/i.test(rest)) || (char === "U" && /^0000d[89a-f]/i.test(rest))) {
      return "found invalid Unicode character escape code";
    }
    // The library loses the empty line that Go keeps.
    if ((char === "\n" || char === "\r") && /^[ \t]*\r?\n/.test(rest.slice(char === "\r" ? 1 : 0))) {
      return "the sandbox cannot read an escaped line break before an empty line";
    }
  }
  return undefined;
}

// Go takes a tab for content only behind the block's indentation, which the first line of content must show by spaces.
function tabInIndentation(source: string): string | undefined {
  const [header = "", ...lines] = source.split("\n");
  const filled = lines.filter((line) => /[^ \r]/.test(line));
  const indents = filled.map((line) => line.search(/[^ ]/));
  const hasIndicator = /^[|>][-+]?[1-9]/.test(header);
  const indent = hasIndicator ? Math.min(...indents) : (indents[0] ?? 0);
  const startsWithTab = !hasIndicator && /^ *\t/.test(filled[0] ?? "");
  const isTooEarly = filled.some((line, index) => /^ *\t/.test(line) && (indents[index] ?? 0) < indent);
  return startsWithTab || isTooEarly
    ? "found a tab character where an indentation space is expected"
    : undefined;
}
