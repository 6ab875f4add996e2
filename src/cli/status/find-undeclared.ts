import { isWithin, nameOf, type Places, placesOf, referenceIn, VARIABLES } from "../versions/text-places";
import type { DeclaredSecret } from "./declared-places";
import type { Seen } from "./see-environment";

/** What stands in a values environment and is of no secret that the catalog has for it: names, never what they hold. */
export interface Undeclared {
  group: string;
  /** The variable that refers to it, or is it; its place where there is none. */
  name: string;
  /** Its places, in ESC's paths: its own, and those that refer to it. */
  places: readonly string[];
}

/**
 * What people wrote into an environment's values and nobody declared there. A secret of another group or environment is
 * not declared there: what stands of it may hide the right value. A text that is not YAML tells nothing.
 */
export function findUndeclared(
  declared: readonly DeclaredSecret[],
  { environment, groups }: Seen,
): Undeclared[] {
  return Object.entries(groups).flatMap(([group, { text }]) => {
    const own = declared
      .filter((each) => each.group === group && each.environments.includes(environment))
      .flatMap(({ place, references }) => [place, ...references]);
    const all = [...(placesOf(text) ?? [])];
    const theirs: Places = new Map(all.filter(([place]) => !own.some((each) => isWithin(place, each))));
    return [...things(theirs)].map(([root, places]) => {
      const called = nameOf(root, theirs);
      return { group, name: called.startsWith(VARIABLES) ? called.slice(VARIABLES.length) : called, places };
    });
  });
}

/** Places by the one that they refer to: a value, its variable and its further keys are one thing. */
function things(theirs: Places): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [place, stored] of theirs) {
    const target = referenceIn(stored);
    const root = target !== undefined && theirs.has(target) ? target : place;
    found.set(root, [...(found.get(root) ?? []), place]);
  }
  return found;
}
