import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import { SENTINEL } from "../../catalog/layout";
import type { SlotName } from "../../catalog/slots";
import type { SlotGuards } from "./secret-guards";

/**
 * A GitHub organization secret whose name and readers are the stack's and whose value is not: a new one holds the
 * sentinel until a person sets it; or one whose value is the stack's config's. Its tombstone takes the engine's
 * protection, not the guards': on its day it can go.
 */
export class Slot extends pulumi.ComponentResource {
  readonly secret: github.ActionsOrganizationSecret;

  constructor(
    args: {
      slot: SlotName;
      guards: SlotGuards;
      repositoryIds: pulumi.Input<pulumi.Input<number>[]>;
      /** For a slot whose value is config's. */
      value: pulumi.Input<string> | undefined;
    },
    opts: pulumi.ComponentResourceOptions,
  ) {
    const { name, secret, tombstone } = args.slot;
    super("sophia-secrets:github:Slot", name, {}, opts);
    const stays = tombstone === undefined;
    const hooks = args.guards(args.slot);
    const isSelected = secret.visibility === "selected";
    const options = { parent: this, hooks, retainOnDelete: stays, protect: stays };
    const inputs = { secretName: name, visibility: secret.visibility };
    if (args.value !== undefined) {
      // Each update of a value takes the secret from repositories it does not name, so it names them.
      const readers = isSelected ? { selectedRepositoryIds: args.repositoryIds } : {};
      this.secret = new github.ActionsOrganizationSecret(
        name,
        { ...inputs, ...readers, value: args.value },
        { ...options, ignoreChanges: ["remoteUpdatedAt"] },
      );
      this.registerOutputs({});
      return;
    }
    this.secret = new github.ActionsOrganizationSecret(
      name,
      { ...inputs, value: SENTINEL },
      // Each of these would otherwise become an update, and an update sends the sentinel.
      { ...options, ignoreChanges: ["value", "remoteUpdatedAt", "visibility", "selectedRepositoryIds"] },
    );
    if (isSelected) {
      // A resource of its own: changing the list inside the secret would send the sentinel. Retained, because its
      // delete takes the secret from every repository; the secret's own does so anyway.
      new github.ActionsOrganizationSecretRepositories(
        name,
        { secretName: this.secret.secretName, selectedRepositoryIds: args.repositoryIds },
        { ...options, hooks: { beforeDelete: hooks.beforeDelete ?? [] }, retainOnDelete: true },
      );
    }
    this.registerOutputs({});
  }
}
