import { fittingLength, padShown, shownWidth } from "./shown-width";

const GAP = "  ";
const INDENT = "    ";
/** A narrower column cannot be read: rows are folded then. */
const NARROWEST = 12;
/** Never broken: a part of an address leads nowhere, and a time in two lines is hard to read. */
const WHOLE = /\S*:\/\/\S+|\d{4}-\d\d-\d\dT[\d:.]+Z/;
const EVERY_WHOLE = new RegExp(WHOLE, "g");

type Rows = readonly (readonly string[])[];

/**
 * Rows as lines, each column as wide as its widest cell; no heading, no frame: readable by people and by `awk`.
 *
 * @param width characters that a line may have. Wide cells are wrapped to it; where that leaves a column too narrow, a
 *   row is a paragraph of its cells. Only an address or a time may be wider. Undefined (no terminal): every row is one line, and
 *   nothing is cut.
 */
export function tableLines(rows: Rows, width?: number): string[] {
  const fitted = columnWidths(rows, width);
  return rows.flatMap((row) => (fitted === undefined ? paragraph(row, width ?? 0) : rowLines(row, fitted)));
}

/** The same with a heading. `-` stands for an empty cell; a paragraph leaves it out, and names the column of each other. */
export function headedLines(heading: readonly string[], rows: Rows, width?: number): string[] {
  const whole = [heading, ...rows.map((row) => row.map((cell) => (cell === "" ? "-" : cell)))];
  if (columnWidths(whole, width) !== undefined) return tableLines(whole, width);
  return rows.flatMap((row) =>
    paragraph(
      row.map((cell, column) => (cell === "" ? "" : `${heading[column]}: ${cell}`)),
      width ?? 0,
    ),
  );
}

/** The columns' widths, taken from the widest until all fit; undefined where a column would become too narrow. */
function columnWidths(rows: Rows, width: number | undefined): number[] | undefined {
  const fitted: number[] = [];
  const least: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      const wholes = [...cell.matchAll(EVERY_WHOLE)].map(([whole]) => shownWidth(whole));
      fitted[column] = Math.max(fitted[column] ?? 0, shownWidth(cell));
      least[column] = Math.max(least[column] ?? NARROWEST, ...wholes);
    }
  }
  if (width === undefined) return fitted;
  let over = fitted.reduce((sum, each) => sum + each, 0) + GAP.length * (fitted.length - 1) - width;
  for (; over > 0; over -= 1) {
    const narrowable = fitted.map((each, column) => (each > (least[column] ?? 0) ? each : 0));
    const most = Math.max(...narrowable);
    if (most === 0) return undefined;
    fitted[narrowable.indexOf(most)] = most - 1;
  }
  return fitted;
}

function rowLines(row: readonly string[], widths: readonly number[]): string[] {
  const cells = row.map((cell, column) => wrap(cell, widths[column] ?? shownWidth(cell)));
  const height = Math.max(1, ...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    cells
      .map((lines, column) => padShown(lines[line] ?? "", widths[column] ?? 0))
      .join(GAP)
      .trimEnd(),
  );
}

/** As many cells a line as it holds. */
function paragraph(row: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const cell of row.filter((each) => each !== "")) {
    const joined = `${lines.at(-1)}${GAP}${cell}`;
    const indent = lines.length === 0 ? "" : INDENT;
    if (lines.length > 0 && shownWidth(joined) <= width) lines.splice(-1, 1, joined);
    else lines.push(...wrap(cell, Math.max(1, width - indent.length)).map((line) => indent + line));
  }
  return lines;
}

/** A text in lines that fit, with an indent; the first may have one of its own, as wide. @param width undefined: one line. */
export function wrapped(text: string, width: number | undefined, indent = "", first = indent): string[] {
  const lines = width === undefined ? [text] : wrap(text, Math.max(NARROWEST, width - indent.length));
  return lines.map((line, index) => (index === 0 ? first : indent) + line);
}

/** Lines of which those that are too long are wrapped, each below its own indent. @param width undefined: none is. */
export function fittedLines(lines: readonly string[], width: number | undefined): string[] {
  return lines.flatMap((line) => {
    if (width === undefined || shownWidth(line) <= width) return [line];
    const [indent = ""] = /^ */.exec(line) ?? [];
    return wrapped(line.slice(indent.length), width, indent);
  });
}

/** Lines of at most so many characters, broken between words, else after a hyphen and its like, where that can be. */
function wrap(cell: string, width: number): string[] {
  const lines: string[] = [];
  let rest = cell;
  while (shownWidth(rest) > width) {
    const fits = fittingLength(rest, width);
    const space = rest.lastIndexOf(" ", fits);
    const end = space > rest.search(/\S/) ? space : endOfPart(rest, fits);
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).replace(/^ +/, "");
  }
  return rest === "" && lines.length > 0 ? lines : [...lines, rest];
}

/** Where to break a word that is wider than its line. @param fits units of it that the line holds. */
function endOfPart(text: string, fits: number): number {
  const { index, 0: whole = "" } = WHOLE.exec(text) ?? { index: fits };
  if (index < fits && text.slice(0, index).trim() === "") return index + whole.length;
  const [part] = /^.*[-_/.,]/.exec(text.slice(0, fits)) ?? [];
  return part?.trim() ? part.length : fits;
}
