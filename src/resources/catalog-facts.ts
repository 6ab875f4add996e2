import * as pulumi from "@pulumi/pulumi";
import type { AccessPolicy } from "../catalog/access-policy";
import type { ResolvedEntry } from "../catalog/entry";
import { slotNames } from "../catalog/slots";

export interface CatalogFactsArgs {
  /** Every entry of the catalog. */
  secrets: readonly ResolvedEntry[];
  /** The catalog's access policies: no resource describes the teams they name that people made in Pulumi Cloud. */
  policies: readonly AccessPolicy[];
}

/** The facts as they are given to policy packs: plain data, no value. */
export function catalogFacts({ secrets, policies }: CatalogFactsArgs) {
  return {
    secrets: slotNames(secrets).map(({ name: slot, secret, tombstone }) => ({
      name: slot,
      group: secret.group,
      owner: secret.owner,
      rotationDays: secret.rotationDays,
      scope: secret.perEnvironment ? "environment" : "organization",
      environments: [...secret.environments],
      credential: secret.credential && !secret.bootstrap,
      ...(secret.sharedBecause === undefined ? {} : { sharedBecause: secret.sharedBecause }),
      value: secret.value,
      ...(tombstone === undefined ? {} : { tombstone }),
    })),
    policies: policies.map(({ name: policy, why, level, groups, environments, identities }) => ({
      name: policy,
      why,
      level,
      groups: groups === "all" ? groups : [...groups],
      environments: [...environments],
      identities: identities.map(({ type, name: who }) => `${type} ${who}`),
      teams: identities.filter(({ type }) => type === "team").map((each) => each.name),
    })),
  };
}

/**
 * What the catalog says of each secret, and why its access policies give what they give: as outputs of a component,
 * because policy packs see resources alone. Names, owners, days and reasons, no value.
 */
export class CatalogFacts extends pulumi.ComponentResource {
  constructor(name: string, args: CatalogFactsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sophia-secrets:catalog:Catalog", name, {}, opts);
    this.registerOutputs(catalogFacts(args));
  }
}
