import type { Catalog } from "../../../secrets/entry";
import { ledgerEnvironment, pathOf } from "../../../secrets/layout";
import { parseLedger } from "../../../secrets/ledger";
import type { Settings } from "../../../secrets/settings";
import type { PulumiCloud } from "../../clients/pulumi-cloud";
import { inParallel } from "../in-parallel";

/** When a value of a secret was last synced, by environment; environments whose ledger cannot be read are left out. */
export type Synced = (name: string) => readonly { environment: string; at: string }[];

/**
 * Reads the ledgers. They tell that a value was synced, never that there is none: one that was set after the last
 * sync, or adopted before the first, stands in GitHub alone.
 *
 * @param cloud undefined: nothing is known.
 */
export async function readLedgers(
  cloud: PulumiCloud | undefined,
  catalog: Catalog,
  settings: Settings,
): Promise<Synced> {
  if (cloud === undefined) return () => [];
  const ledgers = await inParallel(catalog.environments, async (environment) => {
    // What it tells is a help for the person who is asked; it decides nothing, so it may be missing.
    const read = cloud.read(pathOf(ledgerEnvironment(settings, environment)));
    const text = await read.then(
      (found) => found.text,
      () => "",
    );
    return { environment, ledger: parseLedger(text) };
  });
  return (name) =>
    ledgers.flatMap(({ environment, ledger }) => {
      // A renamed secret is known under its new name; its source says which of the two a value came from.
      const known =
        ledger.secrets[name] ?? Object.values(ledger.secrets).find(({ source }) => source === name);
      const at = known?.synced;
      return at === undefined ? [] : [{ environment, at }];
    });
}

/** What is known of an existing secret's value, in words. */
export function knowledgeOf(name: string, synced: Synced): string {
  const known = synced(name);
  if (known.length === 0)
    return "no ledger says that a value of it was ever synced, which does not prove that there is none";
  return `a value of it was synced: ${known.map(({ environment, at }) => `${environment} ${at}`).join(", ")}`;
}
