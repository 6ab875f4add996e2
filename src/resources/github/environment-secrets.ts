import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import type { ResolvedEntry } from "../../catalog/entry";
import { type EnvironmentSlot, environmentTargets } from "../../catalog/environment-slots";
import { SENTINEL } from "../../catalog/layout";
import type { Settings } from "../../catalog/settings";
import type { SlotName } from "../../catalog/slots";
import type { StackState } from "../stack-state";
import type { Leftovers } from "./leftovers";
import { reviewerIds, reviewersOf } from "./reviewers";
import type { SecretGuards } from "./secret-guards";
import { importOf, type StandingEnvironment, StandingEnvironments } from "./standing-environments";

export interface EnvironmentSecretsArgs {
  /** The carrier repository. */
  repository: string;
  /** Name of the GitHub environment, which is that of the deployment environment. */
  deployment: string;
  /** The only branch whose jobs may use the GitHub environment. */
  branch: string;
  /** Ids of teams of which one must approve each job. None: those that people set in GitHub stay. */
  reviewers: readonly Promise<number>[];
  /** The secrets in it. */
  slots: readonly SlotName[];
  /** What GitHub has of it that the state does not have. */
  standing: StandingEnvironment;
  /** Secrets in it that stay as they are, though their entries are the organization's now. */
  leftovers: readonly SlotName[];
  /** The hooks that keep every run from overwriting or deleting a value. */
  guards: SecretGuards;
  /** Values that entries take from the stack's config, by entry name: secret. */
  values: pulumi.Output<Record<string, string>>;
}

/** A GitHub environment of a carrier, which only jobs of one branch may use, and the secrets in it. */
export class EnvironmentSecrets extends pulumi.ComponentResource {
  constructor(
    private readonly args: EnvironmentSecretsArgs,
    opts: pulumi.ComponentResourceOptions,
  ) {
    const { repository, deployment, standing } = args;
    const name = `${repository}/${deployment}`;
    super("sophia-secrets:github:EnvironmentSlots", name, {}, opts);
    // Deleting a GitHub environment deletes every secret in it, someone else's too. Without its branch rule no job may
    // use it, and the provider cannot create a rule that exists.
    // One that is there for `protectCarriers` alone is left in GitHub when that is switched off, which must not fail.
    // Leftovers are deleted by a person: nothing must keep the environment in the stack after them.
    const stays = args.slots.some(({ tombstone }) => tombstone === undefined);
    const kept = { retainOnDelete: true, protect: stays || args.reviewers.length > 0 };
    const reviewers = reviewersOf(args.reviewers);
    const declared = new github.RepositoryEnvironment(
      name,
      {
        repository,
        environment: deployment,
        deploymentBranchPolicy: { protectedBranches: false, customBranchPolicies: true },
        ...reviewers.declared,
      },
      { parent: this, ...kept, ...importOf(standing.importId), ignoreChanges: reviewers.ignoreChanges },
    );
    const after = { parent: this, dependsOn: [declared] };
    new github.RepositoryEnvironmentDeploymentPolicy(
      name,
      { repository, environment: deployment, branchPattern: args.branch },
      { ...after, ...kept, ...importOf(standing.branchRuleId) },
    );
    for (const slot of args.slots)
      this.declareSecret(`${name}/${slot.name}`, slot, slot.secret.value === "config", after);
    for (const slot of args.leftovers) this.declareSecret(`${name}/${slot.name}`, slot, false, after);
    this.registerOutputs({});
  }

  private declareSecret(
    name: string,
    slot: SlotName,
    fromConfig: boolean,
    opts: pulumi.CustomResourceOptions,
  ): void {
    const { repository, deployment, guards, values } = this.args;
    const stays = slot.tombstone === undefined;
    new github.ActionsEnvironmentSecret(
      name,
      {
        repository,
        environment: deployment,
        secretName: slot.name,
        value: fromConfig ? values.apply((all) => all[slot.secret.name] ?? "") : SENTINEL,
      },
      {
        ...opts,
        hooks: guards(slot),
        ignoreChanges: fromConfig ? ["remoteUpdatedAt"] : ["value", "remoteUpdatedAt"],
        retainOnDelete: stays,
        protect: stays,
      },
    );
  }
}

/** What all GitHub environments of a stack share. */
interface Shared extends Pick<EnvironmentSecretsArgs, "guards" | "values"> {
  /** Every entry of the catalog. */
  secrets: readonly ResolvedEntry[];
  /** The stack's config. */
  settings: Settings;
  /** UTC: YYYY-MM-DD. A secret that is due by then is not declared any more. */
  today: string;
  /** The provider that GitHub is asked through. */
  provider: github.Provider;
  /** Secrets that stay where their entries were before. */
  leftovers: Promise<Leftovers>;
  /** What the stack has in its state; undefined when nobody tells. */
  state: Promise<StackState | undefined>;
}

/**
 * For each of the stack's deployment environments that has secrets of its own or reviewers, or whose carriers are protected:
 * the GitHub environment in each carrier that syncs some of those secrets or is guarded by it, and the secrets.
 */
export async function declareEnvironmentSecrets(
  { secrets, settings, guards, values, today, provider, leftovers, state }: Shared,
  opts: pulumi.ComponentResourceOptions,
): Promise<EnvironmentSecrets[]> {
  const { branch, carriers, environments, protectCarriers } = settings;
  const targets = environmentTargets(secrets, carriers, environments, today);
  const reviewers = reviewerIds(settings, { provider });
  const { environments: left } = await leftovers;
  const standing = new StandingEnvironments(settings, await state, { provider });
  const declared = environments.flatMap((deployment) =>
    carriers.map(async (repository) => {
      const slotsIn = (all: readonly EnvironmentSlot[]) =>
        all
          .filter((target) => target.environment === deployment && target.repository === repository)
          .map(({ slot }) => slot);
      const [slots, kept] = [slotsIn(targets), slotsIn(left)];
      // The sync is reviewed in every carrier: an unreviewed job of another one would write the same values.
      if (slots.length + kept.length === 0 && reviewers.length === 0 && protectCarriers === undefined)
        return [];
      const args = { repository, deployment, branch, reviewers, slots, leftovers: kept, guards, values };
      const found = await standing.of(repository, deployment);
      return [new EnvironmentSecrets({ ...args, standing: found }, opts)];
    }),
  );
  return (await Promise.all(declared)).flat();
}
