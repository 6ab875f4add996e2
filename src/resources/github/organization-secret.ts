import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import { SENTINEL } from "../../catalog/layout";
import type { SlotName } from "../../catalog/slots";
import type { SecretGuards } from "./secret-guards";
import { SecretRepositories } from "./secret-repositories";

export interface OrganizationSecretArgs {
  /** The secret's name in GitHub, its catalog entry, and the day it is deleted. */
  slot: SlotName;
  /** The hooks that keep every run from overwriting or deleting its value. */
  guards: SecretGuards;
  /** Ids of the repositories with access. Counts for visibility `selected` alone. */
  repositoryIds: pulumi.Input<pulumi.Input<number>[]>;
  /** The value that the stack's config holds. Undefined: a person sets it in GitHub. */
  value: pulumi.Input<string> | undefined;
  /** Of a leftover, which stays as the state has it: whether that has its list of repositories. */
  leftover?: { hasRepositories: boolean };
}

/**
 * A GitHub organization secret. The stack manages its name and access; a person sets its value, and until then it holds
 * the placeholder. An entry with `value: "config"` takes its value from the stack's config instead.
 *
 * A tombstone takes away the engine's protection, not the guards: on its day the secret can be deleted.
 */
export class OrganizationSecret extends pulumi.ComponentResource {
  readonly secret: github.ActionsOrganizationSecret;

  constructor(args: OrganizationSecretArgs, opts: pulumi.ComponentResourceOptions) {
    const { name, secret, tombstone } = args.slot;
    super("sophia-secrets:github:Slot", name, {}, opts);
    const stays = tombstone === undefined;
    const hooks = args.guards(args.slot);
    const { leftover } = args;
    const isSelected = leftover?.hasRepositories ?? secret.visibility === "selected";
    const options = { parent: this, hooks, retainOnDelete: stays, protect: stays };
    const inputs = { secretName: name, visibility: secret.visibility };
    if (args.value !== undefined) {
      // Each update of a value takes the secret from repositories it does not name, so it names them.
      const access = isSelected ? { selectedRepositoryIds: args.repositoryIds } : {};
      this.secret = new github.ActionsOrganizationSecret(
        name,
        { ...inputs, ...access, value: args.value },
        { ...options, ignoreChanges: ["remoteUpdatedAt"] },
      );
      this.registerOutputs({});
      return;
    }
    this.secret = new github.ActionsOrganizationSecret(
      name,
      { ...inputs, value: SENTINEL },
      // Each of these would otherwise become an update, and an update sends the placeholder.
      { ...options, ignoreChanges: ["value", "remoteUpdatedAt", "visibility", "selectedRepositoryIds"] },
    );
    if (isSelected) {
      // A resource of its own: changing the list inside the secret would send the placeholder. Retained, so that an
      // earlier version of this program does not empty the list either.
      new SecretRepositories(
        name,
        {
          secretName: this.secret.secretName,
          selectedRepositoryIds: args.repositoryIds,
          secretCreatedAt: this.secret.createdAt,
        },
        {
          ...options,
          hooks: { beforeDelete: hooks.beforeDelete ?? [] },
          retainOnDelete: true,
          ignoreChanges: leftover === undefined ? [] : ["selectedRepositoryIds"],
        },
      );
    }
    this.registerOutputs({});
  }
}
