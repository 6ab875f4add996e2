import type { ResolvedEntry } from "../catalog/entry";
import type { Sized } from "../catalog/process-size";
import type { Step } from "../catalog/step-size";
import type { Ledger } from "./ledger";

/** A value that is not larger is not noted in the ledger; one that was never synced is taken for one of these. */
export const SMALL_BYTES = 1024;

/**
 * What the jobs of the carriers are given, the largest first.
 *
 * @param shards names of the entries that each carrier syncs.
 * @param updated when GitHub's organization secrets were last set, by name; undefined where nobody tells.
 */
export function stepsOf(
  entries: readonly ResolvedEntry[],
  shards: Readonly<Record<string, ReadonlySet<string>>>,
  ledgers: ReadonlyMap<string, Ledger>,
  updated?: ReadonlyMap<string, string>,
): Step[] {
  const steps = Object.entries(shards).flatMap(([carrier, names]) =>
    [...ledgers].map(([environment, ledger]): Step => {
      const here = entries.filter(
        ({ name, environments, bootstrap }) =>
          names.has(name) && environments.includes(environment) && !bootstrap,
      );
      return {
        carrier,
        environment,
        variables: here.flatMap((entry) => sizesOf(entry, ledger)),
        unknown: here.filter((entry) => isUnknown(entry, ledger, updated)).map(({ name }) => name),
      };
    }),
  );
  return steps.sort((a, b) => valueBytes(b) - valueBytes(a));
}

/** The ledger has one number for all names of an entry. */
function sizesOf({ name, aliases, renamedFrom }: ResolvedEntry, ledger: Ledger): Sized[] {
  const kib = ledger.secrets[name]?.kib;
  const others = [...aliases, ...(renamedFrom === undefined ? [] : [renamedFrom.name])];
  return [
    { name, bytes: kib === undefined ? SMALL_BYTES : 1024 * kib },
    ...others.map((each) => ({ name: each, bytes: 0 })),
  ];
}

function isUnknown(
  { name, perEnvironment, default: standard }: ResolvedEntry,
  ledger: Ledger,
  updated: ReadonlyMap<string, string> | undefined,
): boolean {
  const known = ledger.secrets[name];
  if (known === undefined || known.source === "default") return standard === undefined;
  const at = perEnvironment ? undefined : updated?.get(known.source);
  return at !== undefined && Date.parse(at) > Date.parse(known.synced);
}

/** Bytes of its values. */
export function valueBytes({ variables }: Step): number {
  return variables.reduce((total, { bytes }) => total + bytes, 0);
}
