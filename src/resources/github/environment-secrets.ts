import type { RepositoryEnvironmentArgs } from "@pulumi/github";
import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import { type Catalog, resolveCatalog } from "../../catalog/entry";
import { environmentTargets } from "../../catalog/environment-slots";
import { SENTINEL } from "../../catalog/layout";
import type { Settings } from "../../catalog/settings";
import type { SlotName } from "../../catalog/slots";
import { saidByProvider } from "../provider-answers";
import type { SlotRules } from "./secret-guards";

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

/**
 * For each of the stack's environments that has secrets of its own or reviewers: that environment of each carrier that
 * syncs some of them or must be reviewed, and the secrets.
 */
export function declareEnvironmentSlots(
  catalog: Catalog,
  settings: Settings,
  rules: SlotRules,
  opts: { providers: pulumi.ProviderResource[] },
): EnvironmentSlots[] {
  const { branch, carriers } = settings;
  const targets = environmentTargets(resolveCatalog(catalog), carriers, settings.environments, rules.today);
  return settings.environments.flatMap((environment) => {
    const inIt = targets.filter((target) => target.environment === environment);
    const reviewers = (settings.environmentReviewers ?? []).map((slug) => teamId(slug, rules.invoke));
    return carriers.flatMap((repository) => {
      const slots = inIt.filter((target) => target.repository === repository).map(({ slot }) => slot);
      // Whoever reviews the sync does so in every carrier: a job of the other would write the same values unasked.
      if (slots.length === 0 && reviewers.length === 0) return [];
      return [new EnvironmentSlots({ repository, environment, branch, reviewers, slots, rules }, opts)];
    });
  });
}

/** @throws pulumi.RunError when GitHub does not show the team. */
export async function teamId(slug: string, opts: pulumi.InvokeOptions): Promise<number> {
  try {
    return Number((await github.getTeam({ slug, summaryOnly: true }, opts)).id);
  } catch (error) {
    throw new pulumi.RunError(
      `team ${slug}: GitHub does not show it (${saidByProvider(error)}). Remedy: create it, or write the last part of its address into config environmentReviewers`,
    );
  }
}

/** What protects a GitHub environment besides its branch, and is people's to set: this program declares none of it. */
const PEOPLES = ["waitTimer", "preventSelfReview", "canAdminsBypass"];

/**
 * The reviewers of a GitHub environment. Where the stack declares some, they are what it says; where it declares none,
 * those that people set in GitHub stay. Not ignored, a refresh would read them and the next up would take them away,
 * and with them the wait in front of what the environment holds.
 *
 * @param teams ids of teams of which one must approve each job.
 */
export function reviewersOf(teams: readonly Promise<number>[]): {
  declared: Pick<RepositoryEnvironmentArgs, "reviewers">;
  ignoreChanges: string[];
} {
  if (teams.length === 0) return { declared: {}, ignoreChanges: ["reviewers", ...PEOPLES] };
  return { declared: { reviewers: [{ teams: [...teams] }] }, ignoreChanges: [...PEOPLES] };
}
