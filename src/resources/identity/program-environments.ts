import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import { programEnvironment } from "../../access/trust";
import { reviewersOf } from "../github/reviewers";

export interface ProgramEnvironmentsArgs {
  /** The only branch whose jobs may use them, except for previews. */
  branch: string;
  /** Names of all stacks of the project: each has a GitHub environment for its `up`. */
  stacks: readonly string[];
  /** Ids of GitHub teams of which one must approve each preview and `up`. None: those that people set in GitHub stay. */
  reviewers: readonly Promise<number>[];
}

/**
 * The GitHub environments that the program's own jobs run in. Only jobs of the branch get what they hold (the GitHub
 * App's key), except for previews, which run on a pull request's own ref.
 *
 * Reviewers guard every one but the audit's, which a schedule starts: each `up` is an administrator, whichever stack it
 * is for, and a preview runs code that nobody may have read.
 */
export class ProgramEnvironments extends pulumi.ComponentResource {
  /** @param repository the program's own. */
  constructor(repository: string, args: ProgramEnvironmentsArgs, opts: pulumi.ComponentResourceOptions) {
    super("sophia-secrets:github:ProgramEnvironments", repository, {}, opts);
    // Deleting a GitHub environment deletes every secret in it, and its branch rule.
    const kept = { parent: this, retainOnDelete: true, protect: true };
    for (const each of ["preview", "audit", ...args.stacks]) {
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
        { ...kept, ignoreChanges: reviewers.ignoreChanges },
      );
      if (anyRef) continue;
      new github.RepositoryEnvironmentDeploymentPolicy(
        name,
        { repository, environment, branchPattern: args.branch },
        { ...kept, dependsOn: [declared] },
      );
    }
    this.registerOutputs({});
  }
}
