import {
  bytesTogether,
  describeSizes,
  MOST_VARIABLE_BYTES,
  MOST_VARIABLES,
  type Sized,
} from "../catalog/process-size";
import type { Ledger } from "../ledger/ledger";
import type { Input } from "./given-values";
import type { JobCatalog } from "./job-catalog";

/** From here on a run warns: with some more large values no job starts, and then none can tell. */
const TIGHT_BYTES = 0.8 * MOST_VARIABLE_BYTES;

/** Why the next large value may keep the job from starting; undefined where there is space. */
export function tightStep({ secrets }: JobCatalog, input: Input): string | undefined {
  const names = secrets.flatMap(({ name, aliases }) => [name, ...aliases]);
  const variables = names.flatMap((name): Sized[] => {
    const value = input[name] ?? "";
    return value === "" ? [] : [{ name, bytes: Buffer.byteLength(value, "utf8") }];
  });
  if (bytesTogether(variables) <= TIGHT_BYTES) return undefined;
  return `this job was given ${describeSizes(variables)}; beyond ${MOST_VARIABLES} it may not start: shorten some, or add a carrier (carriers in every stack's config)`;
}

/** Why no command can be given all values of an environment; undefined where one can. Of the ledger after a run. */
export function tooLargeTogether({ secrets }: Ledger): string | undefined {
  const variables = Object.entries(secrets).map(([name, { kib = 0 }]) => ({ name, bytes: 1024 * kib }));
  if (bytesTogether(variables) <= MOST_VARIABLE_BYTES) return undefined;
  return `the values have ${describeSizes(variables)}, and a process can be given ${MOST_VARIABLES}: run starts no command with all of them, only with one group's (run --group); loaders are not concerned`;
}
