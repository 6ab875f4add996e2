import * as pulumi from "@pulumi/pulumi";
import * as pulumiservice from "@pulumi/pulumiservice";
import { type Catalog, resolveCatalog } from "../../secrets/entry";
import { parseLedger } from "../../secrets/ledger";
import type { Stage } from "./stage";

/**
 * Secrets that have never been synced to an environment, by name: those nobody has set yet, or whose sync has not
 * run. Read from the ledger, which holds no value; known from the second run on, when there is a ledger.
 */
export function waitingFor(stage: Stage, environment: string, catalog: Catalog): pulumi.Output<string[]> {
  const read = pulumiservice.Environment.get(`${environment}-ledger-read`, stage.ledger.id, {
    parent: stage,
  });
  const wanted = resolveCatalog(catalog).filter(
    (secret) =>
      !secret.bootstrap && secret.default === undefined && secret.environments.includes(environment),
  );
  const waiting = read.yaml.apply(async (asset) => {
    const ledger = parseLedger(await textOf(asset));
    return wanted.map((secret) => secret.name).filter((name) => ledger.secrets[name] === undefined);
  });
  // The provider marks every text secret; names are not.
  return pulumi.unsecret(waiting);
}

async function textOf(asset: pulumi.asset.Asset | pulumi.asset.Archive): Promise<string> {
  return asset instanceof pulumi.asset.StringAsset ? asset.text : "";
}
