import { isMap, isScalar, isSeq } from "yaml";
import { isCall } from "../../sync/secret-node";
import { boundedDocument } from "../../yaml-text";

/**
 * Places of a values environment's text, as ESC's paths and without `values.`, and what stands there. That is ciphertext,
 * or whatever a person wrote in plain text: it is for comparing, and never told.
 */
export type Places = ReadonlyMap<string, string>;

export type Difference = "added" | "changed" | "removed";

/** Where variables stand. */
export const VARIABLES = "environmentVariables.";

/** The places of a text; undefined when it is not YAML, or too large. What it imports has one: applications get that too. */
export function placesOf(text: string): Places | undefined {
  const document = boundedDocument(text);
  if (document === undefined) return undefined;
  const places = new Map<string, string>();
  const visit = (node: unknown, path: readonly string[]): void => {
    const isLeaf: boolean = isCall(node);
    if (isMap(node) && !isLeaf) {
      for (const { key, value } of node.items)
        visit(value, [...path, String(isScalar(key) ? key.value : key)]);
    } else if (node !== null && node !== undefined) {
      places.set(escPath(path), JSON.stringify(node));
    }
  };
  visit(document.get("values", true), []);
  const imports = document.get("imports", true);
  if (isSeq(imports) && imports.items.length > 0) visit(imports, ["imports"]);
  return places;
}

/** In dots; a key that would not be told from two is in brackets, as ESC itself has it. */
function escPath(keys: readonly string[]): string {
  return keys
    .map((key) => (/^[^.[\]"]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`))
    .join("")
    .replace(/^\./, "");
}

/** Whether a place is another one, or lies below it. */
export function isWithin(place: string, other: string): boolean {
  return place === other || place.startsWith(`${other}.`) || place.startsWith(`${other}[`);
}

/** The places at which two texts differ, and how. */
export function differencesOf(before: Places, after: Places): ReadonlyMap<string, Difference> {
  const all = [...new Set([...before.keys(), ...after.keys()])];
  const differing = all.filter((place) => before.get(place) !== after.get(place));
  return new Map(
    differing.map((place) => [
      place,
      !before.has(place) ? "added" : after.has(place) ? "changed" : "removed",
    ]),
  );
}

/** The place that a text refers to, when it is a reference and nothing else. */
export function referenceIn(stored: string | undefined): string | undefined {
  return /^"\$\{([^{}]+)\}"$/.exec(stored ?? "")?.[1];
}

/** What people call a place: the variable that refers to it; the place itself where none does. */
export function nameOf(place: string, places: Places): string {
  const variables = [...places.keys()].filter(
    (each) => each.startsWith(VARIABLES) && referenceIn(places.get(each)) === place,
  );
  const names = variables.map((each) => each.slice(VARIABLES.length)).sort();
  // A renamed secret has two: the one that the place is called after.
  return names.find((name) => place.endsWith(name.toLowerCase())) ?? names[0] ?? place;
}
