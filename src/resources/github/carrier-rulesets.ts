import * as github from "@pulumi/github";
import type * as pulumi from "@pulumi/pulumi";
import { SYNC_FILES } from "../../access/carrier-protection";
import type { Settings } from "../../catalog/settings";

/** A review of every change, by someone other than who pushed last. All fields, because GitHub answers all of them. */
const REVIEWED = {
  requiredApprovingReviewCount: 1,
  dismissStaleReviewsOnPush: true,
  requireLastPushApproval: true,
  requireCodeOwnerReview: false,
  requiredReviewThreadResolution: false,
  allowedMergeMethods: ["merge", "squash", "rebase"],
};

/**
 * The rulesets of config `protectCarriers`: one for the branch, and one that keeps everyone else from pushing the sync's
 * two files. Both are beside the rulesets that people made, which stay. Organization owners and the deploying GitHub App
 * may pass them, for `pulumi up` commits the files itself.
 */
export function declareRulesets(
  repository: string,
  settings: Settings,
  opts: { parent: pulumi.Resource; dependsOn: pulumi.Resource[] },
): void {
  const { protectCarriers, application, branch, deployAppId } = settings;
  if (protectCarriers === undefined) return;
  const bypassActors = [
    { actorType: "OrganizationAdmin", bypassMode: "always" },
    ...(deployAppId === undefined
      ? []
      : [{ actorId: deployAppId, actorType: "Integration", bypassMode: "always" }]),
  ];
  const common = { repository, enforcement: "active", bypassActors };
  new github.RepositoryRuleset(
    `${repository}/branch`,
    {
      ...common,
      name: `${application} sync: branch`,
      target: "branch",
      conditions: { refName: { includes: [`refs/heads/${branch}`], excludes: [] } },
      rules: { deletion: true, nonFastForward: true, pullRequest: REVIEWED },
    },
    opts,
  );
  if (protectCarriers !== "branch-and-files") return;
  new github.RepositoryRuleset(
    `${repository}/files`,
    {
      ...common,
      name: `${application} sync: files`,
      target: "push",
      rules: { filePathRestriction: { restrictedFilePaths: [...SYNC_FILES] } },
    },
    opts,
  );
}
