import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import { programEnvironment } from "../../access/trust";
import { reviewersOf } from "../github/reviewers";
import {
  importOf,
  type StandingEnvironment,
  type StandingEnvironments,
} from "../github/standing-environments";

interface ProgramEnvironmentsArgs {
  /** The only branch whose jobs may use them, except for previews. */
  branch: string;
  /** Names of all stacks of the project: each has a GitHub environment for its `up`. */
  stacks: readonly string[];
  /** Ids of GitHub teams of which one must approve each preview and `up`. None: those that people set in GitHub stay. */
  reviewers: readonly Promise<number>[];
  /** What GitHub has of each that the state does not have, by the last part of its name. */
  standing: ReadonlyMap<string, StandingEnvironment>;
}

/** The last parts of their names: one for previews, one for the audit, one for the `up` of each stack. */
function partsOf(stacks: readonly string[]): string[] {
  return ["preview", "audit", ...stacks];
}

/**
 * The GitHub environments that the program's own jobs run in. Only jobs of the branch get what they hold (the GitHub
 * App's key), except for previews, which run on a pull request's own ref.
 *
 * Reviewers guard every one but the audit's, which a schedule starts: each `up` is an administrator, whichever stack it
 * is for, and a preview runs code that nobody may have read.
 */
class ProgramEnvironments extends pulumi.ComponentResource {
  /** @param repository the program's own. */
  constructor(repository: string, args: ProgramEnvironmentsArgs, opts: pulumi.ComponentResourceOptions) {
    super("sophia-secrets:github:ProgramEnvironments", repository, {}, opts);
    // Deleting a GitHub environment deletes every secret in it, and its branch rule.
    const kept = { parent: this, retainOnDelete: true, protect: true };
    for (const each of partsOf(args.stacks)) {
      const { importId, branchRuleId } = args.standing.get(each) ?? {};
      const environment = programEnvironment(each);
      const name = `${repository}/${environment}`;
      const anyRef = each === "preview";
      const reviewers = reviewersOf(each === "audit" ? [] : args.reviewers);
      const declared = new github.RepositoryEnvironment(
        name,
        {
          repository,
          environment,
          ...(anyRef
            ? {}
            : { deploymentBranchPolicy: { protectedBranches: false, customBranchPolicies: true } }),
          ...reviewers.declared,
        },
        { ...kept, ...importOf(importId), ignoreChanges: reviewers.ignoreChanges },
      );
      if (anyRef) continue;
      new github.RepositoryEnvironmentDeploymentPolicy(
        name,
        { repository, environment, branchPattern: args.branch },
        { ...kept, ...importOf(branchRuleId), dependsOn: [declared] },
      );
    }
    this.registerOutputs({});
  }
}

/**
 * Declares them, and imports those that stand: GitHub's request that creates one takes away the reviewers and the timer
 * that a person gave it.
 *
 * @throws pulumi.RunError when GitHub does not tell what stands.
 */
export async function declareProgramEnvironments(
  repository: string,
  args: Omit<ProgramEnvironmentsArgs, "standing">,
  standing: Promise<StandingEnvironments>,
  opts: pulumi.ComponentResourceOptions,
): Promise<void> {
  const asked = await standing;
  const pairs = partsOf(args.stacks).map(
    async (each) => [each, await asked.of(repository, programEnvironment(each))] as const,
  );
  new ProgramEnvironments(repository, { ...args, standing: new Map(await Promise.all(pairs)) }, opts);
}
