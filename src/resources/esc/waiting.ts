import * as pulumi from "@pulumi/pulumi";
import { type Catalog, resolveCatalog } from "../../catalog/entry";
import { parseLedger } from "../../ledger/ledger";
import { textOf } from "../provider-answers";
import type { DeploymentEnvironment } from "./deployment-environment";

/**
 * Secrets that have never been synced to an environment, by name: those nobody has set yet, or whose sync has not run
 * since. Taken from the ledger as the last refresh saw it (`pulumi up --refresh`). Reading it here instead would be a
 * call on each preview, and a read of an environment not created yet breaks the state of a targeted `up`.
 */
export function waitingFor(
  stage: DeploymentEnvironment,
  environment: string,
  catalog: Catalog,
): pulumi.Output<string[]> {
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
