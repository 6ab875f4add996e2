import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import type { Secret } from "../../secrets/entry";
import { SENTINEL } from "../../secrets/layout";

/**
 * A GitHub organization secret whose name and readers are the stack's and whose value is not: a new one holds the
 * sentinel until a person sets it.
 */
export class Slot extends pulumi.ComponentResource {
  constructor(
    name: string,
    args: {
      secret: Secret;
      guards: pulumi.ResourceHookBinding;
      repositoryIds: pulumi.Input<pulumi.Input<number>[]>;
    },
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("sophia-secrets:github:Slot", name, {}, opts);
    const { secret } = args;
    const slot = new github.ActionsOrganizationSecret(
      name,
      { secretName: secret.name, visibility: secret.visibility, value: SENTINEL },
      {
        parent: this,
        hooks: args.guards,
        // Each of these would otherwise become an update, and an update sends the sentinel.
        ignoreChanges: ["value", "remoteUpdatedAt", "visibility", "selectedRepositoryIds"],
        retainOnDelete: true,
        protect: true,
      },
    );
    if (secret.visibility === "selected") {
      // A resource of its own: changing the list inside the secret would send the sentinel. Retained, because its
      // delete takes the secret from every repository.
      new github.ActionsOrganizationSecretRepositories(
        name,
        { secretName: slot.secretName, selectedRepositoryIds: args.repositoryIds },
        { parent: this, retainOnDelete: true, protect: true },
      );
    }
    this.registerOutputs({});
  }
}
