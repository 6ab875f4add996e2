import type { Right } from "../../access/access-matrix";
import { dayOf } from "../../catalog/dates";
import type { ResolvedCatalog } from "../../catalog/entry";
import { type Decision, isSameRight, keyOf, type ReviewRecord } from "./review-record";

/**
 * How a right stands against its last review: `current`; `never` reviewed; `changed` since; `due` again by its day;
 * `to-remove`: the reviewer decided against it, and it is still there.
 */
export type ReviewState = "current" | "never" | "changed" | "due" | "to-remove";

/** A review whose signature was checked. */
export interface SignedReview {
  record: ReviewRecord;
  /** Path in the project. */
  file: string;
  /** Fingerprint of the key that signed, `SHA256:...`. */
  key: string;
}

/** One right with its last review. */
export interface ReviewRow {
  right: Right;
  state: ReviewState;
  review?: { reviewer: string; at: string; decision: Decision; note?: string; file: string; key: string };
  /** The last day on which the review counts, YYYY-MM-DD, UTC. */
  dueOn?: string;
  /** Secrets that came into the group since: the right is the same, and gives more. */
  addedSince: readonly string[];
}

/** How often the seeds' "Regular Audits" ask: quarterly or annually. */
export const REVIEW_DAYS = { quarterly: 92, yearly: 366 } as const;

const DAY_MS = 86_400_000;

/** Every right with its last review, in the order of the rights: a pure function. */
export function reviewRows(
  rights: readonly Right[],
  reviews: readonly SignedReview[],
  catalog: ResolvedCatalog,
  { now, interval }: { now: Date; interval: keyof typeof REVIEW_DAYS },
): ReviewRow[] {
  const newest = [...reviews].sort((a, b) => (a.record.at < b.record.at ? 1 : -1));
  return rights.map((right): ReviewRow => {
    const key = keyOf(right);
    for (const { record, file, key: signer } of newest) {
      const known = record.rights.find((each) => keyOf(each) === key);
      if (known === undefined) continue;
      const { reviewer, at, note } = record;
      const dueOn = dayOf(new Date(Date.parse(at) + REVIEW_DAYS[interval] * DAY_MS));
      const noted = note === undefined ? {} : { note };
      const review = { reviewer, at, decision: known.decision, ...noted, file, key: signer };
      const state = !isSameRight(known, right)
        ? "changed"
        : known.decision === "remove"
          ? "to-remove"
          : dueOn < dayOf(now)
            ? "due"
            : "current";
      const before = new Set(record.secrets[`${right.environment}/${right.group}`]);
      const addedSince = secretsUnder(right, catalog).filter((name) => !before.has(name));
      return { right, state, review, dueOn, addedSince };
    }
    return { right, state: "never", addedSince: [] };
  });
}

/** The secrets of a right's group in its environment; of a rotator's or an administrator's nobody's list is kept. */
export function secretsUnder({ environment, group, rotator }: Right, catalog: ResolvedCatalog): string[] {
  if (rotator !== undefined) return [];
  return catalog.entries
    .filter((entry) => !entry.bootstrap && entry.group === group && entry.environments.includes(environment))
    .map(({ name }) => name);
}

export function isDue({ state }: ReviewRow): boolean {
  return state === "never" || state === "changed" || state === "due";
}
