import type { Properties } from "../provider/wire";

/** Text of a property, empty when it is not there. */
export function text(properties: Properties, name: string): string {
  const value = properties[name];
  return typeof value === "string" ? value : "";
}

/** Without undefined, null, and (with `andEmpty`) empty strings: Go's omitempty. */
export function present(properties: Properties, andEmpty = false): Properties {
  return Object.fromEntries(
    Object.entries(properties).filter(
      ([, value]) => value !== undefined && value !== null && !(andEmpty && value === ""),
    ),
  );
}

/**
 * Parts of an id between slashes.
 * @throws when there are not exactly as many as names.
 */
export function idParts(id: string, ...names: string[]): string[] {
  const parts = id.split("/");
  if (parts.length === names.length) return parts;
  throw new Error(`"${id}" is invalid, expected ${names.join("/")}`);
}

/** Segments of a path, each encoded. */
export function segments(...parts: string[]): string {
  return parts.map(encodeURIComponent).join("/");
}
