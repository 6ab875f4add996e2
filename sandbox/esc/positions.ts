import type { Position } from "./syntax";

const ONLY_ASCII = /^[\x20-\x7e\t\r]*$/;
const WIDE =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u;

interface Line {
  /** UTF-16 offset of the line's first character. */
  start: number;
  /** The same in UTF-8 bytes. */
  startByte: number;
  text: string;
  /** Whether each character is one byte and one UTF-16 unit: looked at once, for a line may have megabytes. */
  isAscii: boolean;
}

/** Turns offsets into an environment's text into the lines, columns and bytes that the real evaluator reports. */
export class PositionIndex {
  private readonly lines: Line[] = [];

  constructor(text: string) {
    let start = 0;
    let startByte = 0;
    for (const line of text.split("\n")) {
      this.lines.push({ start, startByte, text: line, isAscii: ONLY_ASCII.test(line) });
      start += line.length + 1;
      startByte += Buffer.byteLength(line) + 1;
    }
  }

  /** Line and column (in characters, both from 1) of a UTF-16 offset. */
  lineAndColumn(offset: number): { line: number; column: number } {
    let low = 0;
    let high = this.lines.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.lines[middle]?.start ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    const line = this.lines[low];
    if (line?.isAscii) return { line: low + 1, column: Math.min(offset - line.start, line.text.length) + 1 };
    const before = line ? line.text.slice(0, offset - line.start) : "";
    return { line: low + 1, column: [...before].length + 1 };
  }

  /** The position of a line and a column; without a byte on the last line, as in the real evaluator. */
  at(line: number, column: number): Position {
    const found = this.lines[line - 1];
    if (!found || line >= this.lines.length) return { line, column, byte: 0 };
    const bytes = found.isAscii ? column - 1 : bytesBefore(found.text, column);
    return { line, column, byte: found.startByte + bytes };
  }
}

function bytesBefore(line: string, column: number): number {
  let bytes = 0;
  let current = 1;
  for (const { segment } of new Intl.Segmenter("en", { granularity: "grapheme" }).segment(line)) {
    if (current >= column) break;
    bytes += Buffer.byteLength(segment);
    current += displayWidth(segment);
  }
  return bytes;
}

/** Terminal cells of a text: two for wide letters and pictographs, else one for each visible character. */
export function displayWidth(text: string): number {
  if (ONLY_ASCII.test(text)) return text.length;
  let width = 0;
  for (const { segment } of new Intl.Segmenter("en", { granularity: "grapheme" }).segment(text)) {
    width += WIDE.test(segment) ? 2 : 1;
  }
  return width;
}
