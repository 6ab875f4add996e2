import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../../secrets/settings";
import { programEnvironment } from "../../secrets/trust";

/**
 * The GitHub environments that the program's own jobs run in. What they hold (the GitHub App's key) only jobs of the
 * branch get, but for previews, which run on a pull request's own ref; a stack that has reviewers waits for one.
 */
export class ProgramEnvironments extends pulumi.ComponentResource {
  constructor(
    repository: string,
    args: {
      settings: Settings;
      stacks: readonly string[];
      /** Ids of GitHub teams of which one must approve each `up` of the organization's stack. */
      reviewers: readonly Promise<number>[];
    },
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("sophia-secrets:github:ProgramEnvironments", repository, {}, opts);
    const { branch, organizationStack } = args.settings;
    // The end of an environment is the end of every secret in it, and of its rule.
    const kept = { parent: this, retainOnDelete: true, protect: true };
    new github.RepositoryEnvironment(
      `${repository}/${programEnvironment("preview")}`,
      { repository, environment: programEnvironment("preview") },
      kept,
    );
    for (const each of ["audit", ...args.stacks]) {
      const environment = programEnvironment(each);
      const name = `${repository}/${environment}`;
      const reviewed = each === organizationStack && args.reviewers.length > 0;
      const declared = new github.RepositoryEnvironment(
        name,
        {
          repository,
          environment,
          deploymentBranchPolicy: { protectedBranches: false, customBranchPolicies: true },
          ...(reviewed ? { reviewers: [{ teams: [...args.reviewers] }] } : {}),
        },
        kept,
      );
      new github.RepositoryEnvironmentDeploymentPolicy(
        name,
        { repository, environment, branchPattern: branch },
        { ...kept, dependsOn: [declared] },
      );
    }
    this.registerOutputs({});
  }
}
