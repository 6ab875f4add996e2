import type { Secret } from "./entry";
import { slotNames } from "./slots";

/** A secret's name and who may read it. */
interface Readable {
  name: string;
  visibility: string;
}

/** Names told in one line before the rest is only counted. */
const TOLD = 20;

/**
 * What a list of the organization's secrets shows to differ from the declaration; a line a kind, names only.
 *
 * @param declared slots of this run.
 * @param inState names of those that an earlier run made: what is missing of them was deleted in GitHub.
 * @param secrets the whole catalog: aliases and what is about to go are no strangers.
 * @param listed GitHub's list, names in upper case.
 * @param hiding secrets of the carriers themselves, which their workflows read in the place of the organization's.
 */
export function describeDrift(
  declared: readonly Readable[],
  inState: ReadonlySet<string>,
  secrets: readonly Secret[],
  listed: readonly Readable[],
  hiding: readonly { repository: string; names: readonly string[] }[] = [],
): string[] {
  const there = new Map(listed.map(({ name, visibility }) => [name, visibility]));
  const known = new Set([
    ...slotNames(secrets).map(({ name }) => name),
    ...secrets.flatMap(({ aliases }) => aliases),
  ]);
  const changed = declared.flatMap(({ name, visibility }) => {
    const actual = there.get(name);
    return actual === undefined || actual === visibility
      ? []
      : [`${name} (${actual}, declared ${visibility})`];
  });
  const deleted = declared
    .filter(({ name }) => inState.has(name) && !there.has(name))
    .map(({ name }) => name);
  const strangers = listed.filter(({ name }) => !known.has(name)).map(({ name }) => name);
  const names = new Set(declared.map(({ name }) => name));
  const hidden = hiding.flatMap(({ repository, names: own }) =>
    own.filter((name) => names.has(name)).map((name) => `${name} (${repository})`),
  );
  const lines = [
    ["visibility changed", changed],
    ["deleted (npx sophia-secrets set NAME makes it again)", deleted],
    ["not in the catalog", strangers],
    ["hidden from the sync by a secret of the carrier's own", hidden],
  ] as const;
  const found = lines
    .filter(([, names]) => names.length > 0)
    .map(([kind, names]) => `${kind}: ${told(names)}`);
  return found.length === 0 ? [] : [...found, "npx sophia-secrets drift says what to do"];
}

function told(names: readonly string[]): string {
  const sorted = [...names].sort();
  const more = sorted.length > TOLD ? ` and ${sorted.length - TOLD} more` : "";
  return `${sorted.slice(0, TOLD).join(", ")}${more}`;
}
