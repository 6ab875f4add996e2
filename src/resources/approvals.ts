import type * as pulumi from "@pulumi/pulumi";
import * as pulumiservice from "@pulumi/pulumiservice";
import type { Settings } from "../../secrets/settings";

/**
 * Nobody changes these environments without somebody of the config's teams: Pulumi Cloud refuses every direct write,
 * the sync's among them, which therefore only proposes (`src/clients/pulumi-proposals.ts`).
 */
export function declareApprovals(
  name: string,
  environments: Readonly<Record<string, pulumiservice.Environment>>,
  settings: Settings,
  opts: pulumi.ComponentResourceOptions,
): void {
  for (const [part, environment] of Object.entries(environments)) {
    new pulumiservice.ApprovalRule(
      `${name}-${part}`,
      {
        name: "sophia-secrets",
        enabled: true,
        targetActionTypes: ["update"],
        environmentIdentifier: {
          organization: environment.organization,
          project: environment.project.apply((project) => project ?? settings.escProject),
          name: environment.name,
        },
        approvalRuleConfig: {
          numApprovalsRequired: 1,
          allowSelfApproval: false,
          requireReapprovalOnChange: true,
          eligibleApprovers: settings.approvers.map((teamName) => ({ teamName })),
        },
      },
      { ...opts, dependsOn: [environment] },
    );
  }
}
