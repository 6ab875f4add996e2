import { type Html, html, type Insert } from "./html";

/**
 * A picture that says what it shows, in a box that scrolls where the page is narrower. Sizes and places are attributes:
 * the page's policy lets no style in.
 */
export function picture(of: {
  title: string;
  /** What a person who does not see it must know. */
  summary: string;
  width: number;
  height: number;
  inside: Insert;
  id?: string;
}): Html {
  const { title, summary, width, height, inside, id } = of;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${title}"><svg${id !== undefined && html` id="${id}"`} viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${`${title}. ${summary}`}">${inside}</svg></div>`;
}

/** One piece of a bar: how much, in which class of the style sheet. */
export interface Piece {
  count: number;
  look: string;
  words: string;
}

const LABEL = 196;
const BAR = 440;
const ROW = 30;

/** A bar for each row, as long as its share of the longest, made of pieces; the numbers stand behind it. */
export function stackedBars(
  title: string,
  rows: readonly { label: string; pieces: readonly Piece[] }[],
): Html {
  const totals = rows.map(({ pieces }) => pieces.reduce((sum, { count }) => sum + count, 0));
  const most = Math.max(1, ...totals);
  const drawn = rows.map(({ label, pieces }, index) => {
    const y = index * ROW + 6;
    let x = LABEL;
    const parts = pieces
      .filter(({ count }) => count > 0)
      .map(({ count, look, words }) => {
        const width = (count / most) * BAR;
        const part = html`<rect class="${look}" x="${round(x)}" y="${y}" width="${round(Math.max(1, width - 1))}" height="18" rx="2"><title>${count} ${words}</title></rect>`;
        x += width;
        return part;
      });
    const numbers = pieces
      .filter(({ count }) => count > 0)
      .map(({ count, words }) => `${count} ${words}`)
      .join(", ");
    return html`<text class="label" x="0" y="${y + 14}">${cut(label, 28)}</text>${parts}<text class="note" x="${round(x + 8)}" y="${y + 14}">${numbers}</text>`;
  });
  const height = Math.max(1, rows.length) * ROW + 4;
  const summary = rows.map(
    ({ label, pieces }) => `${label}: ${pieces.map(({ count, words }) => `${count} ${words}`).join(", ")}`,
  );
  return picture({ title, summary: summary.join("; "), width: LABEL + BAR + 490, height, inside: drawn });
}

/** Columns over a line of labels; a column's pieces stand on each other, its number above it. */
export function columns(
  title: string,
  all: readonly { label: string; pieces: readonly Piece[]; words: string }[],
  size: { width: number; labelEvery: number },
): Html {
  const sums = all.map(({ pieces }) => pieces.reduce((sum, { count }) => sum + count, 0));
  const [most, high, top] = [Math.max(1, ...sums), 120, 22];
  const step = size.width / Math.max(1, all.length);
  const drawn = all.map(({ label, pieces, words }, index) => {
    const x = index * step;
    let y = top + high;
    const parts = pieces
      .filter(({ count }) => count > 0)
      .map(({ count, look }) => {
        const height = (count / most) * high;
        y -= height;
        return html`<rect class="${look}" x="${round(x + 1)}" y="${round(y)}" width="${round(Math.max(2, step - 3))}" height="${round(height)}" rx="1.5"/>`;
      });
    const sum = sums[index] ?? 0;
    const number =
      sum > 0 &&
      step > 14 &&
      html`<text class="note mid" x="${round(x + step / 2)}" y="${round(y - 5)}">${sum}</text>`;
    const below =
      index % size.labelEvery === 0 &&
      html`<text class="note" x="${round(x)}" y="${top + high + 16}">${label}</text>`;
    return html`<g><title>${words}</title>${parts}${number}${below}</g>`;
  });
  const line = html`<line class="axis" x1="0" y1="${top + high + 0.5}" x2="${size.width}" y2="${top + high + 0.5}"/>`;
  const told = all.filter((_, index) => (sums[index] ?? 0) > 0).map(({ words }) => words);
  return picture({
    title,
    summary: told.length === 0 ? "None" : told.join("; "),
    width: size.width + 40,
    height: top + high + 24,
    inside: [line, drawn],
  });
}

/** Shares of 0 to 1.5 as a row of small columns for each label: how much of the allowed age values have used. */
export function shareRows(
  title: string,
  rows: readonly { label: string; shares: readonly number[]; note: string }[],
): Html {
  const [bins, width, high, row] = [30, 14, 30, 46];
  const counts = rows.map(({ shares }) => {
    const found = Array.from({ length: bins }, () => 0);
    for (const share of shares) {
      const bin = Math.min(bins - 1, Math.max(0, Math.floor(share * 20)));
      found[bin] = (found[bin] ?? 0) + 1;
    }
    return found;
  });
  const most = Math.max(1, ...counts.flat());
  const drawn = rows.map(({ label, note }, index) => {
    const base = index * row + high + 6;
    const bars = (counts[index] ?? []).map((count, bin) => {
      if (count === 0) return undefined;
      const height = Math.max(3, (count / most) * high);
      const look = bin >= 20 ? "late" : bin >= 17 ? "soon" : "ok";
      return html`<rect class="${look}" x="${LABEL + bin * width}" y="${round(base - height)}" width="${width - 2}" height="${round(height)}" rx="1.5"><title>${count} at ${bin * 5} to ${bin * 5 + 5} %</title></rect>`;
    });
    return html`<text class="label" x="0" y="${base - 6}">${cut(label, 28)}</text><line class="axis" x1="${LABEL}" y1="${base + 0.5}" x2="${LABEL + bins * width}" y2="${base + 0.5}"/>${bars}<text class="note" x="${LABEL + bins * width + 10}" y="${base - 6}">${note}</text>`;
  });
  const bottom = rows.length * row + 18;
  const ticks = [0, 50, 100, 150].map((percent) => {
    const x = LABEL + (percent / 5) * width;
    return html`<line class="${percent === 100 ? "limit" : "tick"}" x1="${x - 0.5}" y1="0" x2="${x - 0.5}" y2="${bottom - 14}"/><text class="note mid" x="${x}" y="${bottom}">${percent === 150 ? "150 % and more" : `${percent} %`}</text>`;
  });
  return picture({
    title,
    summary: rows.map(({ label, note }) => `${label}: ${note}`).join("; "),
    width: LABEL + bins * width + 270,
    height: bottom + 8,
    inside: [ticks, drawn],
  });
}

export function round(number: number): number {
  return Math.round(number * 10) / 10;
}

export function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
