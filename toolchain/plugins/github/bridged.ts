import type { Known } from "../provider/definition";
import type { Properties } from "../provider/wire";

/**
 * The inputs a bridged provider gives back on a refresh: those the program gave, with what is there now.
 * A resource option like ignoreChanges then works against them.
 */
export function refreshedInputs(inputs: Properties, outputs: Properties): Properties {
  const refreshed: Properties = {};
  for (const [name, value] of Object.entries(inputs)) {
    if (!name.startsWith("__")) refreshed[name] = outputs[name] ?? value;
  }
  return refreshed;
}

/** An import knows only the id. */
export function isImport(known: Known): boolean {
  return Object.keys(known.state).length === 0;
}

export function text(properties: Properties, name: string): string {
  const value = properties[name];
  return typeof value === "string" ? value : "";
}
