import type { Secret } from "../../secret";
import type { Input } from "../../sync/given-values";
import type { Context } from "../context";
import { readInput } from "../values/env-file";
import { openValues } from "../values/open-values";

/** Values of one place, by the catalog's names. */
export interface Place {
  /** A deployment environment, or a file. */
  name: string;
  input: Input;
  missing: readonly string[];
}

/**
 * The values to look at.
 *
 * @param file a .env file to look at instead of ESC.
 * @param environments deployment environments to open; needs the right to open each.
 * @throws RemedyError when the file is wrong, or ESC refuses.
 */
export async function placesOf(
  context: Context,
  file: string | undefined,
  environments: readonly string[],
): Promise<Place[]> {
  if (file !== undefined) return [{ name: file, input: readInput(context, file), missing: [] }];
  const places: Place[] = [];
  // One after the other: each is an event in the audit log, and the second need not be asked where the first is refused.
  for (const name of environments) {
    const { values, missing } = await openValues(context, name);
    places.push({ name, input: textsOf(values), missing });
  }
  return places;
}

function textsOf(values: ReadonlyMap<string, Secret>): Input {
  return Object.fromEntries([...values].map(([name, value]) => [name, value.unwrap()]));
}
