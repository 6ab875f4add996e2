import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import { programEnvironment } from "../../access/trust";
import type { Settings } from "../../catalog/settings";
import { reviewersOf } from "../github/environment-secrets";

/**
 * The GitHub environments that the program's own jobs run in. What they hold (the GitHub App's key) only jobs of the
 * branch get, but for previews, which run on a pull request's own ref.
 *
 * Reviewers stand before every one but the audit's, which a clock starts: each `up` is an administrator, whichever
 * stack it is for, and a preview runs code that nobody may have read.
 */
export class ProgramEnvironments extends pulumi.ComponentResource {
  constructor(
    repository: string,
    args: {
      settings: Settings;
      stacks: readonly string[];
      /** Ids of GitHub teams of which one must approve each preview and each `up`; none: whom people set in GitHub. */
      reviewers: readonly Promise<number>[];
    },
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("sophia-secrets:github:ProgramEnvironments", repository, {}, opts);
    const { branch } = args.settings;
    // The end of an environment is the end of every secret in it, and of its rule.
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
        { repository, environment, branchPattern: branch },
        { ...kept, dependsOn: [declared] },
      );
    }
    this.registerOutputs({});
  }
}
