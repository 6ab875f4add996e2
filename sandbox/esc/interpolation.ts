import { displayWidth } from "./positions";
import { type Diagnostic, errorAt, type Range, type StringNode } from "./syntax";

/** One step of `${a["b"][0]}`: a key or an index. */
export interface Accessor {
  key: string | number;
  range: Range | undefined;
}

/** A piece of an interpolated string: literal text, then the value of an access, if any. */
export interface InterpolationPart {
  text: string;
  accessors?: Accessor[];
}

// Go's unicode.IsSpace on single bytes: 0x85 and 0xA0 count although they may be part of a longer letter.
const SPACE = /[\t\n\v\f\r \x85\xa0]/;

/**
 * Splits a string into text and `${...}` accesses; `$$` stands for one `$`.
 * Works on bytes, as the real parser does, so that both refuse the same names.
 */
export function parseInterpolation(node: StringNode): {
  parts: InterpolationPart[];
  diagnostics: Diagnostic[];
} {
  const bytes = Buffer.from(node.value, "utf8").toString("latin1");
  const parser = new AccessParser(node, bytes);
  const parts: InterpolationPart[] = [];
  let text = "";
  let offset = 0;
  while (offset < bytes.length) {
    if (bytes.startsWith("$$", offset)) {
      text += "$";
      offset += 2;
    } else if (bytes.startsWith("${", offset)) {
      const access = parser.parse(offset + 2);
      parts.push({ text: fromBytes(text), accessors: access.accessors });
      text = "";
      offset = access.end;
    } else {
      text += bytes[offset];
      offset += 1;
    }
  }
  if (text !== "") parts.push({ text: fromBytes(text) });
  return { parts, diagnostics: parser.diagnostics };
}

function fromBytes(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString("utf8");
}

class AccessParser {
  readonly diagnostics: Diagnostic[] = [];
  private offset = 0;

  constructor(
    private readonly node: StringNode,
    private readonly bytes: string,
  ) {}

  parse(start: number): { accessors: Accessor[]; end: number } {
    this.offset = start;
    const accessors: Accessor[] = [];
    for (;;) {
      const at = this.offset;
      const char = this.bytes[at];
      if (char === undefined || SPACE.test(char)) {
        this.error(at, "missing closing brace '}' in interpolation");
        return this.finish(accessors, at);
      }
      if (char === "}") {
        this.offset += 1;
        return this.finish(accessors, at);
      }
      if (char === "." || char === "[") this.offset += 1;
      accessors.push(char === "[" ? this.parseSubscript(at, accessors.length === 0) : this.parseName(at));
    }
  }

  private finish(accessors: Accessor[], start: number): { accessors: Accessor[]; end: number } {
    if (accessors.length === 0) accessors.push({ key: "", range: this.rangeFrom(start) });
    return { accessors, end: this.offset };
  }

  private parseName(start: number): Accessor {
    const from = this.offset;
    while (!this.endsName(this.bytes[this.offset])) this.offset += 1;
    if (this.offset === from) this.error(start, "property name must not be empty");
    return { key: fromBytes(this.bytes.slice(from, this.offset)), range: this.rangeFrom(start) };
  }

  private parseSubscript(start: number, isFirst: boolean): Accessor {
    const missing = "subscript is missing closing bracket ']'";
    if (this.offset >= this.bytes.length) {
      this.error(start, missing);
      return { key: "", range: this.rangeFrom(start) };
    }
    const key = this.bytes[this.offset] === '"' ? this.parseQuoted(start) : this.parseIndex(start, isFirst);
    if (this.bytes[this.offset] === "]") this.offset += 1;
    else this.error(start, missing);
    return { key, range: this.rangeFrom(start) };
  }

  private parseQuoted(start: number): string {
    this.offset += 1;
    let key = "";
    for (;;) {
      const char = this.bytes[this.offset];
      if (char === undefined) {
        this.error(start + 1, "key subscript is missing closing quote '\"'");
        return fromBytes(key);
      }
      this.offset += 1;
      if (char === '"') break;
      const isEscapedQuote = char === "\\" && this.bytes[this.offset] === '"';
      if (isEscapedQuote) this.offset += 1;
      key += isEscapedQuote ? '"' : char;
    }
    if (key === "") this.error(start + 1, "key subscript must not be empty");
    return fromBytes(key);
  }

  private parseIndex(start: number, isFirst: boolean): string | number {
    const from = this.offset;
    while (this.bytes[this.offset] !== "]" && !this.endsName(this.bytes[this.offset])) this.offset += 1;
    const text = this.bytes.slice(from, this.offset);
    if (!/^[-+]?\d+$/.test(text) || !Number.isSafeInteger(Number(text))) {
      this.error(start + 1, "numeric subscript must be a positive base-10 integer");
      return fromBytes(text);
    }
    if (isFirst) {
      this.error(
        start,
        "the first accessor must be a property name or key subscript, not a numeric subscript",
      );
    }
    return Number(text);
  }

  private endsName(char: string | undefined): boolean {
    return char === undefined || char === "." || char === "[" || char === "}" || SPACE.test(char);
  }

  private error(start: number, summary: string): void {
    this.diagnostics.push(errorAt(this.rangeFrom(start) ?? this.node.range, summary));
  }

  private rangeFrom(start: number): Range | undefined {
    const { range, isVerbatim } = this.node;
    if (!range || !isVerbatim) return undefined;
    const move = (bytes: number) => ({
      ...range.begin,
      column: range.begin.column + displayWidth(fromBytes(this.bytes.slice(0, bytes))),
      byte: range.begin.byte + bytes,
    });
    return { ...range, begin: move(start), end: move(this.offset) };
  }
}
