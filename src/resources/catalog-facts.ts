import * as pulumi from "@pulumi/pulumi";
import { type Catalog, resolveCatalog } from "../../secrets/entry";
import { slotNames } from "../../secrets/slots";

/**
 * What the catalog says of each secret, as outputs of a component: policy packs see resources alone. Names, owners and
 * days, no value.
 */
export class CatalogFacts extends pulumi.ComponentResource {
  constructor(name: string, catalog: Catalog, opts?: pulumi.ComponentResourceOptions) {
    super("sophia-secrets:catalog:Catalog", name, {}, opts);
    const secrets = slotNames(resolveCatalog(catalog)).map(({ name: slot, secret, tombstone }) => ({
      name: slot,
      group: secret.group,
      owner: secret.owner,
      rotationDays: secret.rotationDays,
      scope: secret.perEnvironment ? "environment" : "organization",
      value: secret.value,
      ...(tombstone === undefined ? {} : { tombstone }),
    }));
    this.registerOutputs({ secrets });
  }
}
