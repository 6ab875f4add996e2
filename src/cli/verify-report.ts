import type { Check } from "../operations/verification/check";
import { counted } from "../text";
import { type Mark, markOf, type Screen, type ScreenLine } from "./screen";
import { wrapped } from "./table";

/** States in the order in which they are told. */
const STATES = ["wrong", "unknown", "warning", "ok"] as const satisfies readonly Check["state"][];

/** Names of one cause, and kinds of checks, before the rest is only counted. */
const NAMED = 3;
const KINDS = 6;

/** Checks that found the same, of which the same must be done. */
interface Found {
  checks: readonly Check[];
  cause: string;
  names: readonly string[];
  remedies: readonly string[];
}

/** What was checked: the sum, then what is wrong with its cause and remedy once, then what is right in one line. */
export function verifyLines(checks: readonly Check[], isWhole: boolean, screen: Screen): ScreenLine[] {
  const good = checks.filter(({ state }) => state === "ok");
  const problems = STATES.filter((state) => state !== "ok").flatMap((state) =>
    alike(checks.filter((check) => check.state === state)),
  );
  const told = new Set<string>();
  return [
    ...wrapped(sumOf(checks), screen.width).map((text) => ({ text, role: "heading" as const })),
    ...problems.flatMap((found) => ["", ...problemLines(found, told, isWhole, screen)]),
    ...(good.length === 0 ? [] : ["", ...goodLines(good, isWhole, screen)]),
  ];
}

function sumOf(checks: readonly Check[]): string {
  const count = (wanted: Check["state"]) => checks.filter(({ state }) => state === wanted).length;
  const parts = [
    ...(count("wrong") === 0 ? [] : [`${count("wrong")} wrong`]),
    ...(count("unknown") === 0 ? [] : [`${count("unknown")} unknown`]),
    ...(count("warning") === 0 ? [] : [counted(count("warning"), "warning")]),
    ...(count("ok") === checks.length ? ["all ok"] : [`${count("ok")} ok`]),
  ];
  return `${counted(checks.length, "check")}: ${parts.join(", ")}`;
}

/** In the order of the first of each. */
function alike(checks: readonly Check[]): Found[] {
  const groups = new Map<string, Check[]>();
  for (const check of checks) {
    const { code, cause, remedy = "", brief } = check;
    const what = brief === undefined ? [cause, remedy] : [brief.cause, ...brief.names];
    const key = [code, ...what].join("\0");
    groups.set(key, [...(groups.get(key) ?? []), check]);
  }
  return [...groups.values()].map((all) => {
    const [{ cause = "", remedy, brief } = {}] = all;
    const shared = all.length > 1 ? brief?.remedy : undefined;
    const remedies = shared === undefined ? (remedy === undefined ? [] : [remedy]) : [shared];
    return { checks: all, cause: brief?.cause ?? cause, names: brief?.names ?? [], remedies };
  });
}

const INDENT = "  ";

/** @param told lists of names that stand above; this one's is added. */
function problemLines(
  { checks, cause, names, remedies }: Found,
  told: Set<string>,
  isWhole: boolean,
  screen: Screen,
): ScreenLine[] {
  const mark = markOf(checks[0]?.state ?? "unknown", screen);
  const list = names.join(", ");
  const isTold = told.has(list);
  told.add(list);
  const lines = (text: string) => wrapped(text, screen.width, INDENT);
  const words = isTold ? `the same ${names.length} secrets as above` : isWhole ? list : within(names, NAMED);
  return [
    ...wrapped(`${mark} ${subjectsOf(checks)}: ${cause}`, screen.width, INDENT, ""),
    ...(names.length === 0 ? [] : lines(words)),
    ...remedies.flatMap((remedy) => lines(`Remedy: ${remedy}`)),
  ];
}

/** `values of development, staging`: what the subjects begin with stands once. */
function subjectsOf(checks: readonly Check[]): string {
  const [first = "", ...others] = checks.map(({ subject }) => subject);
  if (others.length === 0) return first;
  const words = first.split(" ");
  let shared = 0;
  while (shared < words.length - 1 && others.every((each) => each.split(" ")[shared] === words[shared]))
    shared += 1;
  const rest = (subject: string) => subject.split(" ").slice(shared).join(" ");
  return `${first.slice(0, first.length - rest(first).length)}${[first, ...others].map(rest).join(", ")}`;
}

function within(names: readonly string[], most: number): string {
  const rest = names.length - most;
  return rest <= 0 ? names.join(", ") : `${names.slice(0, most).join(", ")} and ${rest} more`;
}

function goodLines(good: readonly Check[], isWhole: boolean, screen: Screen): string[] {
  const mark: Mark = "ok";
  if (isWhole)
    return good.flatMap(({ subject, cause }) =>
      wrapped(`${markOf(mark, screen)} ${subject}: ${cause}`, screen.width, INDENT, ""),
    );
  // The same is looked at in each deployment environment.
  const kinds = new Set(good.map(({ subject }) => subject.replace(/ of \S+$/, "")));
  const subjects = within([...kinds], KINDS);
  return wrapped(
    `${markOf(mark, screen)} ${good.length} as they should be: ${subjects}`,
    screen.width,
    INDENT,
    "",
  );
}
