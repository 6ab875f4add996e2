import { compareBytes } from "./go-text";
import { JsonNumber } from "./json-number";

/** A JSON value whose numbers keep their text. */
export type Json = null | boolean | string | JsonNumber | Json[] | Map<string, Json>;

const MAX_DEPTH = 10_000; // encoding/json's own limit
const ESCAPES: Record<string, string> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/** JSON as Go's json.Marshal writes it: sorted keys, `<`, `>`, `&`, U+2028 and U+2029 escaped. */
export function writeGoJson(value: Json): string {
  if (value instanceof JsonNumber) return value.text;
  if (typeof value === "string") return writeString(value);
  if (Array.isArray(value)) return `[${value.map(writeGoJson).join(",")}]`;
  if (!(value instanceof Map)) return String(value);
  const members = [...value].sort(([a], [b]) => compareBytes(a, b));
  return `{${members.map(([key, member]) => `${writeString(key)}:${writeGoJson(member)}`).join(",")}}`;
}

function writeString(text: string): string {
  return JSON.stringify(text).replace(/[<>&\u2028\u2029\u007f]/g, (char) =>
    char === "\u007f" ? char : `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/**
 * Reads the first JSON value of a text as Go's json.Decoder does: what follows it is ignored, numbers keep their text.
 * @returns undefined if there is no valid value (never says why: the text may be a secret)
 */
export function readGoJson(text: string): Json | undefined {
  try {
    return new JsonReader(text).read();
  } catch (error) {
    if (error instanceof InvalidJson) return undefined;
    throw error;
  }
}

class InvalidJson extends Error {}

class JsonReader {
  private offset = 0;
  private depth = 0;

  constructor(private readonly text: string) {}

  read(): Json {
    return this.readValue();
  }

  private readValue(): Json {
    this.match(/[ \t\r\n]*/y);
    const char = this.text[this.offset];
    if (char === "{" || char === "[") return this.readNested(char);
    if (char === '"') return this.readString();
    const word = this.match(/true|false|null/y);
    if (word !== undefined) return word === "null" ? null : word === "true";
    // Behind a whole number, `.` and `e` must go on: `1.` is wrong although `1 x` reads as 1.
    const number = this.match(/-?(?:0|[1-9]\d*)(?:\.\d+(?![eE])|(?![.eE])|(?:\.\d+)?[eE][-+]?\d+)/y);
    if (number === undefined) throw new InvalidJson();
    return new JsonNumber(number);
  }

  private readNested(open: "{" | "["): Json {
    this.offset += 1;
    this.depth += 1;
    if (this.depth > MAX_DEPTH) throw new InvalidJson();
    const value = open === "{" ? this.readObject() : this.readArray();
    this.depth -= 1;
    return value;
  }

  private readArray(): Json[] {
    const items: Json[] = [];
    if (this.match(/[ \t\r\n]*\]/y) !== undefined) return items;
    for (;;) {
      items.push(this.readValue());
      if (this.endsAfterItem("]")) return items;
    }
  }

  private readObject(): Map<string, Json> {
    const members = new Map<string, Json>();
    if (this.match(/[ \t\r\n]*\}/y) !== undefined) return members;
    for (;;) {
      this.match(/[ \t\r\n]*/y);
      const key = this.readString();
      if (this.match(/[ \t\r\n]*:/y) === undefined) throw new InvalidJson();
      members.set(key, this.readValue());
      if (this.endsAfterItem("}")) return members;
    }
  }

  private endsAfterItem(close: string): boolean {
    const mark = this.match(/[ \t\r\n]*[,\]}]/y)?.at(-1);
    if (mark !== "," && mark !== close) throw new InvalidJson();
    return mark === close;
  }

  private readString(): string {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON strings must not hold them
    const raw = this.match(/"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y);
    if (raw === undefined) throw new InvalidJson();
    const decoded = raw
      .slice(1, -1)
      .replace(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_, code?: string, char = "") =>
        code ? String.fromCharCode(Number.parseInt(code, 16)) : (ESCAPES[char] ?? char),
      );
    // Half a surrogate pair becomes U+FFFD in Go; so it does on the way through bytes.
    return Buffer.from(decoded).toString();
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.offset;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.offset += found.length;
    return found;
  }
}
