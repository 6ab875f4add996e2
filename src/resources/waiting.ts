import * as pulumi from "@pulumi/pulumi";
import { type Catalog, resolveCatalog } from "../../secrets/entry";
import { parseLedger } from "../../secrets/ledger";
import type { Stage } from "./stage";

/**
 * Secrets that have never been synced to an environment, by name: those nobody has set yet, or whose sync has not run
 * since. Taken from the ledger as the last refresh saw it (`pulumi up --refresh`). Reading it here instead would be a
 * call on each preview, and a read of an environment not created yet breaks the state of a targeted `up`.
 */
export function waitingFor(stage: Stage, environment: string, catalog: Catalog): pulumi.Output<string[]> {
  const wanted = resolveCatalog(catalog).filter(
    (secret) =>
      !secret.bootstrap &&
      secret.default === undefined &&
      secret.tombstone === undefined &&
      secret.environments.includes(environment),
  );
  const waiting = stage.ledger.yaml.apply(async (asset) => {
    const ledger = parseLedger(await textOf(asset));
    return wanted.map((secret) => secret.name).filter((name) => ledger.secrets[name] === undefined);
  });
  // The provider marks every text secret; names are not.
  return pulumi.unsecret(waiting);
}

/** An environment's text, as the provider answers it. */
export async function textOf(yaml: unknown): Promise<string> {
  if (yaml instanceof pulumi.asset.StringAsset) return yaml.text;
  return typeof yaml === "string" ? yaml : "";
}
