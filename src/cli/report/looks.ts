import type { RotationRow } from "../../ledger/rotation";
import type { ReportSecret } from "../../operations/report/report-data";
import type { Status } from "../../operations/status/find-status";
import type { SecretState } from "../../operations/status/secret-causes";

/** Classes of the style sheet: fine, to do soon, late or wrong, empty on purpose, not known. */
export type Look = "ok" | "soon" | "late" | "none" | "unknown";

const OF_STATE: Readonly<Record<SecretState, Look>> = {
  "in-sync": "ok",
  refused: "late",
  "never-set": "none",
  held: "late",
  "newer-in-github": "soon",
  "gone-from-github": "late",
  "changed-by-hand": "soon",
  proposed: "soon",
  undeclared: "late",
  "ledger-impossible": "late",
  overdue: "late",
  unknown: "unknown",
};

const OF_ROTATION: Readonly<Record<RotationRow["state"], Look>> = {
  overdue: "late",
  due: "soon",
  never: "none",
  fresh: "ok",
  unknown: "unknown",
  exempt: "none",
};

const WORST: readonly Look[] = ["late", "soon", "unknown", "ok", "none"];

export function lookOfState(state: SecretState, { open }: Pick<Status, "open">): Look {
  return state === "never-set" && open ? "late" : OF_STATE[state];
}

export function lookOfRotation({ state }: Pick<RotationRow, "state">): Look {
  return OF_ROTATION[state];
}

/** How a secret looks as a whole: the worst of its environments and ages. */
export function lookOf({ states, ages }: ReportSecret): Look {
  const all = [
    ...states.flatMap((status) => status.standing.map((state) => lookOfState(state, status))),
    ...ages.map(lookOfRotation),
  ];
  return WORST.find((look) => all.includes(look)) ?? "none";
}

/** The words by which people filter: each state of an environment, and each of an age. */
export function statesOf({ states, ages, rotated }: ReportSecret): string[] {
  const found = [
    ...states.flatMap(({ standing }) => standing),
    ...ages.map(({ state }) => state).filter((state) => state !== "fresh" && state !== "exempt"),
    ...(rotated ? ["rotated-by-esc"] : []),
  ];
  return [...new Set(found)];
}

/** `2026-12-01 15:04`, UTC. */
export function minute(time: string): string {
  return time.slice(0, 16).replace("T", " ");
}

/** `3 s`, `2 min 5 s`. */
export function spanOf(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  const rest = seconds % 60;
  return `${Math.floor(seconds / 60)} min${rest === 0 ? "" : ` ${rest} s`}`;
}
