const GAP = "  ";
/** A narrower column cannot be read: rows are folded then. */
const NARROWEST = 12;

/**
 * Rows as lines, each column as wide as its widest cell; no heading, no frame: readable by people and by `awk`.
 *
 * @param width characters that a line may have. Wide cells are wrapped to it; where that leaves a column too narrow, each
 *   cell gets lines of its own. Undefined (no terminal): every row is one line, and nothing is cut.
 */
export function tableLines(rows: readonly (readonly string[])[], width?: number): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  }
  const fitted = width === undefined ? widths : fit(widths, width);
  if (fitted === undefined)
    return rows.flatMap((row) => row.flatMap((cell, at) => folded(cell, at === 0 ? "" : "    ", width ?? 0)));
  return rows.flatMap((row) => rowLines(row, fitted));
}

/** Takes from the widest columns until all fit; undefined where a column would become too narrow. */
function fit(widths: readonly number[], width: number): number[] | undefined {
  const fitted = [...widths];
  let over = fitted.reduce((sum, each) => sum + each, 0) + GAP.length * (fitted.length - 1) - width;
  for (; over > 0; over -= 1) {
    const widest = fitted.indexOf(Math.max(...fitted));
    const narrowed = (fitted[widest] ?? 0) - 1;
    if (narrowed < NARROWEST) return undefined;
    fitted[widest] = narrowed;
  }
  return fitted;
}

function rowLines(row: readonly string[], widths: readonly number[]): string[] {
  const cells = row.map((cell, column) => wrap(cell, widths[column] ?? cell.length));
  const height = Math.max(1, ...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    cells
      .map((lines, column) => (lines[line] ?? "").padEnd(widths[column] ?? 0))
      .join(GAP)
      .trimEnd(),
  );
}

function folded(cell: string, indent: string, width: number): string[] {
  return cell === "" ? [] : wrap(cell, Math.max(1, width - indent.length)).map((line) => indent + line);
}

/** Lines of at most so many characters, broken between words where that can be. */
function wrap(cell: string, width: number): string[] {
  const lines: string[] = [];
  let rest = cell;
  while (rest.length > width) {
    const space = rest.lastIndexOf(" ", width);
    const end = space > rest.search(/\S/) ? space : width;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).replace(/^ +/, "");
  }
  return [...lines, rest];
}
