import { styleText } from "node:util";

/** What a line is, for a terminal that has colours: a heading is bold, a quiet one is dim. */
export type Role = "heading" | "quiet";

/** A line of a result. */
export type ScreenLine = string | { text: string; role: Role };

/** What a result is laid out for. */
export interface Screen {
  /** Characters that a line may have; undefined where nothing limits it. */
  width?: number | undefined;
  /** Whether marks are symbols. They are words where the output goes to a file or a program. */
  symbols?: boolean | undefined;
}

type Colour = Parameters<typeof styleText>[0];

/** How things stand, as a symbol and as a word: the symbol alone tells it too, a colour never does. */
const MARKS = {
  ok: ["✓", "ok", "green"],
  wrong: ["✗", "wrong", "red"],
  warning: ["!", "warning", "yellow"],
  unknown: ["?", "unknown", "yellow"],
  unset: ["○", "unset", "yellow"],
  held: ["‖", "held", "yellow"],
  newer: ["↑", "newer", "cyan"],
  impossible: ["⊗", "impossible", "red"],
  gone: ["⊘", "gone", "red"],
  changed: ["≠", "changed", "yellow"],
  waiting: ["…", "waiting", "cyan"],
  added: ["+", "added", "yellow"],
  absent: ["·", "-", "dim"],
} as const satisfies Record<string, readonly [symbol: string, word: string, colour: Colour]>;

export type Mark = keyof typeof MARKS;

/** @param word what stands where there are no symbols, when it is not the mark's own. */
export function markOf(mark: Mark, { symbols }: Screen, word: string = MARKS[mark][1]): string {
  return symbols === true ? MARKS[mark][0] : word;
}

const COLOURS = new Map<string, Colour>(Object.values(MARKS).map(([symbol, , colour]) => [symbol, colour]));
/** Marks stand alone, or beside each other: the same sign in a sentence is none. */
const STANDING = new RegExp(`(?<=^|\\s)[${[...COLOURS.keys()].join("")}]+(?=\\s|$)`, "g");

/** A line that is safe to show, in colours. What it says does not depend on them. */
export function paint(line: string, role: Role | undefined): string {
  const styled = (format: Colour, text: string) => styleText(format, text, { validateStream: false });
  if (role === "heading") return styled("bold", line);
  if (role === "quiet") return styled("dim", line);
  return line.replace(STANDING, (marks) =>
    [...marks].map((mark) => styled(COLOURS.get(mark) ?? "reset", mark)).join(""),
  );
}

/** What a terminal is told by its environment. */
export interface ScreenSettings {
  /** NO_COLOR (no-color.org), or a terminal without: no colours. */
  colours: boolean;
  /** Whether lines may be rewritten and symbols shown: not by a dumb terminal, nor by Linux' console, whose font has none. */
  rewrites: boolean;
  symbols: boolean;
  /** COLUMNS, which counts before what the terminal says: `watch` and a person set it. */
  columns?: number;
}

export function screenSettings(env: Readonly<Record<string, string | undefined>>): ScreenSettings {
  const { NO_COLOR = "", TERM = "", COLUMNS = "" } = env;
  const isDumb = TERM === "dumb";
  const columns = /^[1-9]\d{0,4}$/.test(COLUMNS) ? { columns: Number(COLUMNS) } : {};
  const colours = NO_COLOR === "" && !isDumb;
  return { colours, rewrites: colours, symbols: !isDumb && TERM !== "linux", ...columns };
}
