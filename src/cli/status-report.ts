import type { Status, StatusReport } from "../operations/status/find-status";
import type { SecretState } from "../operations/status/secret-causes";
import type { CauseGroup } from "../operations/status/status-causes";
import { counted } from "../text";
import { type Mark, markOf, type Screen, type ScreenLine } from "./screen";
import { headedLines, wrapped } from "./table";

const MARK_OF: Readonly<Record<SecretState, Mark>> = {
  "in-sync": "ok",
  refused: "wrong",
  "never-set": "unset",
  held: "held",
  "newer-in-github": "newer",
  "gone-from-github": "gone",
  "changed-by-hand": "changed",
  proposed: "waiting",
  undeclared: "added",
  "ledger-impossible": "impossible",
  overdue: "warning",
  unknown: "unknown",
};

/** Runs of one cause that are named: they say the same. */
const PAGES = 2;
/** Names of one cause before the rest is only counted. */
const NAMED = 3;

/**
 * How secrets stand: the sum, what to do by cause, and a matrix of secrets by deployment environment.
 *
 * @param isWhole also what is in sync, and every name.
 */
export function statusLines(
  { secrets }: StatusReport,
  causes: readonly CauseGroup[],
  isWhole: boolean,
  screen: Screen,
): ScreenLine[] {
  const isCalm = causes.length === 0 && !isWhole;
  return [
    ...wrapped(sumOf(secrets), screen.width).map((text) => ({ text, role: "heading" as const })),
    ...causes.flatMap((cause) => ["", ...causeLines(cause, isWhole, screen)]),
    ...(isCalm || secrets.length === 0 ? [] : ["", ...matrix(secrets, isWhole, screen)]),
  ];
}

function sumOf(secrets: readonly Status[]): string {
  const inSync = secrets.filter(isInSync).length;
  const open = secrets.filter((status) => status.open).length;
  const unset = secrets.length - inSync - open;
  const environments = new Set(secrets.map(({ environment }) => environment)).size;
  const parts = [
    ...(open === 0 ? [] : [`${open} ${open === 1 ? "needs" : "need"} attention`]),
    ...(unset === 0 ? [] : [`${unset} left unset`]),
    `${inSync} in sync`,
  ];
  return `${counted(secrets.length, "value")} in ${counted(environments, "deployment environment")}: ${parts.join(", ")}`;
}

function isInSync({ standing }: Status): boolean {
  return standing.includes("in-sync");
}

function causeLines(cause: CauseGroup, isWhole: boolean, screen: Screen): ScreenLine[] {
  const { standing, why, names, environments, pages, remedy, open } = cause;
  const marks = screen.symbols === true ? `${marksOf(standing, screen)} ` : "";
  const indent = "  ";
  const told = isWhole ? names.join(", ") : namesWithin(names, NAMED);
  const lines = (text: string) => wrapped(text, screen.width, indent);
  return [
    ...wrapped(`${marks}${names.length} ${standing.join(", ")}: ${why.join("; ")}`, screen.width, indent, ""),
    ...lines(`${environments.join(", ")}: ${told}`),
    ...pages.slice(0, PAGES).flatMap(lines),
    ...(remedy === undefined ? [] : lines(`Remedy: ${remedy}`)),
    ...(open ? [] : lines("Nothing to do: an optional secret may stay unset.")),
  ];
}

function namesWithin(names: readonly string[], most: number): string {
  const rest = names.length - most;
  return rest <= 0 ? names.join(", ") : `${names.slice(0, most).join(", ")} and ${rest} more`;
}

/** A row of several secrets has the same cells for all. */
interface MatrixRow {
  names: string[];
  cells: string[];
  rank: number;
}

function matrix(secrets: readonly Status[], isWhole: boolean, screen: Screen): ScreenLine[] {
  const environments = [...new Set(secrets.map(({ environment }) => environment))];
  const byName = new Map<string, Status[]>();
  for (const status of secrets) byName.set(status.name, [...(byName.get(status.name) ?? []), status]);
  const rows = new Map<string, MatrixRow>();
  for (const [name, all] of byName) {
    const cells = environments.map((each) =>
      marksOf(
        all.filter(({ environment }) => environment === each).flatMap(({ standing }) => standing),
        screen,
      ),
    );
    const key = isWhole ? name : cells.join("\0");
    const row = rows.get(key) ?? { names: [], cells, rank: rankOf(all) };
    rows.set(key, { ...row, names: [...row.names, name] });
  }
  const sorted = [...rows.values()].sort((a, b) => a.rank - b.rank);
  const body = sorted.map(({ names, cells }) => [namesWithin(names, 1), ...cells]);
  const [heading = "", ...lines] = headedLines(["secret", ...environments], body, screen.width);
  return [{ text: heading, role: "heading" }, ...lines, ...legend(secrets, screen)];
}

/** What needs a person, what may stay unset, what is in sync. */
function rankOf(all: readonly Status[]): number {
  if (all.some(({ open }) => open)) return 0;
  return all.every(isInSync) ? 2 : 1;
}

function marksOf(standing: readonly SecretState[], screen: Screen): string {
  if (standing.length === 0) return markOf("absent", screen);
  const marks = standing.map((state) => markOf(MARK_OF[state], screen, state));
  return marks.join(screen.symbols === true ? "" : ",");
}

/** Words need none. */
function legend(secrets: readonly Status[], screen: Screen): ScreenLine[] {
  if (screen.symbols !== true) return [];
  const states = Object.keys(MARK_OF) as SecretState[];
  const there = states.filter((state) => secrets.some(({ standing }) => standing.includes(state)));
  const words = there.map((state) => `${markOf(MARK_OF[state], screen)} ${state}`);
  return ["", ...wrapped(words.join("   "), screen.width)];
}
