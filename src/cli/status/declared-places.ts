import { Secret } from "../../secret";
import type { JobCatalog, JobSecret } from "../../sync/job-catalog";
import { ValuesText } from "../../sync/values-text";
import { placesOf } from "../versions/text-places";

/** A secret that the sync writes, and where. */
export interface DeclaredSecret extends JobSecret {
  /** Its value's place in the text of its group's values environment. */
  place: string;
  /** The places that refer to it: variables, further app keys, Pulumi config; those of a name that is due to go too. */
  references: readonly string[];
}

/**
 * Where the sync keeps each secret, in ESC's paths. The sync's own writer says it: each secret is written to an empty
 * text, whatever its tombstone, for what is due stands until the next run.
 */
export function declaredPlaces({ secrets, appRoot }: JobCatalog): DeclaredSecret[] {
  return secrets.map((secret) => {
    const written = new ValuesText("values: {}\n", appRoot, secret.name);
    written.set(secret, new Secret("any"));
    written.map(secret);
    const [place = "", ...references] = placesOf(written.toString())?.keys() ?? [];
    return { ...secret, place, references };
  });
}
