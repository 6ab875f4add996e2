import { isMap, isScalar, parseDocument } from "yaml";
import { isCall } from "../../sync/secret-node";

/** What one text of a values environment has that another has not: names, never what they hold. */
export interface TextChanges {
  added: string[];
  changed: string[];
  removed: string[];
}

/** Places of a text, in dots and without `values.`, and what stands there. */
type Places = ReadonlyMap<string, string>;

const VARIABLES = "environmentVariables.";

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
  const all = [...new Set([...before.keys(), ...after.keys()])];
  const differing = all.filter((place) => before.get(place) !== after.get(place));
  const moved = new Set(differing);
  const isOwn = (place: string) => {
    const target = referenceIn(after.get(place) ?? before.get(place));
    return target === undefined || !moved.has(target);
  };
  const changes: TextChanges = { added: [], changed: [], removed: [] };
  for (const place of differing.filter(isOwn)) {
    const kind = !before.has(place) ? "added" : after.has(place) ? "changed" : "removed";
    changes[kind].push(nameOf(place, kind === "removed" ? before : after));
  }
  for (const names of Object.values(changes)) names.sort();
  return changes;
}

function placesOf(text: string): Places | undefined {
  const document = parseDocument(text, { logLevel: "error" });
  if (document.errors.length > 0) return undefined;
  const places = new Map<string, string>();
  const visit = (node: unknown, path: readonly string[]): void => {
    const isLeaf: boolean = isCall(node);
    if (isMap(node) && !isLeaf) {
      for (const { key, value } of node.items)
        visit(value, [...path, String(isScalar(key) ? key.value : key)]);
    } else if (node !== null && node !== undefined) {
      places.set(path.join("."), JSON.stringify(node));
    }
  };
  visit(document.get("values", true), []);
  return places;
}

/** The place that a text refers to, when it is a reference and nothing else. */
function referenceIn(stored: string | undefined): string | undefined {
  return /^"\$\{([^{}]+)\}"$/.exec(stored ?? "")?.[1];
}

function nameOf(place: string, places: Places): string {
  const variables = [...places.keys()].filter(
    (each) => each.startsWith(VARIABLES) && referenceIn(places.get(each)) === place,
  );
  const names = variables.map((each) => each.slice(VARIABLES.length)).sort();
  // A renamed secret has two: the one that the place is called after.
  return names.find((name) => place.endsWith(name.toLowerCase())) ?? names[0] ?? place;
}
