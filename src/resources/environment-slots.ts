import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import { SENTINEL } from "../../secrets/layout";
import type { SlotName } from "../../secrets/slots";
import { reviewersOf } from "./environment-reviewers";
import type { SlotRules } from "./slot-rules";

/**
 * The secrets of one environment of a carrier, for entries that have a value per environment; and that environment,
 * which lets jobs of the carrier's branch alone read them.
 */
export class EnvironmentSlots extends pulumi.ComponentResource {
  constructor(
    args: {
      repository: string;
      environment: string;
      branch: string;
      /** Ids of teams of which one must approve each job. */
      reviewers: readonly Promise<number>[];
      slots: readonly SlotName[];
      rules: SlotRules;
    },
    opts: pulumi.ComponentResourceOptions,
  ) {
    const { repository, environment, rules } = args;
    const name = `${repository}/${environment}`;
    super("sophia-secrets:github:EnvironmentSlots", name, {}, opts);
    // The end of an environment is the end of every secret in it, also of those that are not ours; without its rule no
    // job may use it, and a rule that stands cannot be made again.
    const kept = { retainOnDelete: true, protect: true };
    const reviewers = reviewersOf(args.reviewers);
    const declared = new github.RepositoryEnvironment(
      name,
      {
        repository,
        environment,
        deploymentBranchPolicy: { protectedBranches: false, customBranchPolicies: true },
        ...reviewers.declared,
      },
      { parent: this, ...kept, ignoreChanges: reviewers.ignoreChanges },
    );
    const after = { parent: this, dependsOn: [declared] };
    new github.RepositoryEnvironmentDeploymentPolicy(
      name,
      { repository, environment, branchPattern: args.branch },
      { ...after, ...kept },
    );
    for (const slot of args.slots) {
      const stays = slot.tombstone === undefined;
      const configured = slot.secret.value === "config";
      new github.ActionsEnvironmentSecret(
        `${name}/${slot.name}`,
        {
          repository,
          environment,
          secretName: slot.name,
          value: configured ? rules.values.apply((all) => all[slot.secret.name] ?? "") : SENTINEL,
        },
        {
          ...after,
          hooks: rules.guards(slot),
          ignoreChanges: configured ? ["remoteUpdatedAt"] : ["value", "remoteUpdatedAt"],
          retainOnDelete: stays,
          protect: stays,
        },
      );
    }
    this.registerOutputs({});
  }
}
