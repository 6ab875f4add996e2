import { type Difference, differencesOf, nameOf, placesOf, referenceIn } from "./text-places";

/** What one text of a values environment has that another has not: names, never what they hold. */
export type TextChanges = Record<Difference, string[]>;

/**
 * Compares two texts with their secrets as ciphertext, which the service does not touch while a value stays: another
 * ciphertext is another value, or the same one set anew. A value is called by the variable that refers to it, anything
 * else by its place; references are left out where what they refer to changed itself.
 *
 * @returns undefined when one of them is not YAML.
 */
export function compareTexts(older: string, newer: string): TextChanges | undefined {
  const [before, after] = [placesOf(older), placesOf(newer)];
  if (before === undefined || after === undefined) return undefined;
  const differing = differencesOf(before, after);
  const changes: TextChanges = { added: [], changed: [], removed: [] };
  for (const [place, difference] of differing) {
    const target = referenceIn(after.get(place) ?? before.get(place));
    if (target !== undefined && differing.has(target)) continue;
    changes[difference].push(nameOf(place, difference === "removed" ? before : after));
  }
  for (const names of Object.values(changes)) names.sort();
  return changes;
}
