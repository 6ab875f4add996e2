import * as pulumi from "@pulumi/pulumi";
import { type Catalog, resolveCatalog } from "../catalog/entry";
import { slotNames } from "../catalog/slots";

/**
 * What the catalog says of each secret, and why its access policies give what they give to teams that people made in
 * Pulumi Cloud, whom no resource describes: as outputs of a component, for policy packs see resources alone. Names,
 * owners, days and reasons, no value.
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
    const policies = (catalog.accessPolicies ?? []).map(({ name: policy, why, identities }) => ({
      name: policy,
      why,
      teams: identities.filter(({ type }) => type === "team").map((each) => each.name),
    }));
    this.registerOutputs({ secrets, policies });
  }
}
