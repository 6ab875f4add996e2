import { isAdmin } from "./access";
import type { Cloud } from "./cloud";
import { has } from "./editions";
import type { Principal } from "./principal";
import { STACK_PERMISSIONS } from "./stack-access";
import type { Edition, Organization } from "./state";

/** Default levels on stacks, by number; of the specification's, to administer and to create stacks are not known here. */
export const STACK_DEFAULTS = {
  0: "none",
  101: STACK_PERMISSIONS[101],
  102: STACK_PERMISSIONS[102],
} as const;

const PRODUCTS = {
  individual: "individual",
  team: "team-growth",
  enterprise: "enterprise",
  "business-critical": "business-critical",
} satisfies Record<Edition, string>;

/** What the sandbox knows nothing of: nothing is switched on, and members may do what they may by default. */
const NOT_KNOWN = {
  accountCount: 0,
  aiEnablement: "disabled",
  defaultAccountPermission: 0,
  insightsTrialUsingPolicy: false,
  membersCanCreateAccounts: false,
  membersCanCreateStacks: true,
  membersCanCreateTeams: false,
  membersCanDeleteStacks: false,
  membersCanTransferStacks: false,
  naturalLanguageSearchDisabled: true,
  neoAgentDisabled: true,
  neoApprovalMode: "manual",
  neoCLIExplanationsDisabled: true,
  neoEnabled: false,
  neoTaskSharingMode: "none",
  preferredVCS: "github",
};

/** Features of the service that the sandbox does not have. */
const NOT_HERE = [
  ...["agentIntegrationCatalogEnabled", "agentPoolRegistrationEnabled", "agentScheduledTasksEnabled"],
  ...["aiAgentsEnabled", "aleEnabled", "auditLogUIFilteringEnabled", "bitbucketVCSEnabled"],
  ...["bringYourOwnKeyEnabled", "cliIntegrationCatalogEnabled", "crossGuardEnabled", "customRoleCondition"],
  ...["customTemplatesEnabled", "customVCSEnabled", "dependencyCachingEnabled", "deployEnabled"],
  ...["discoveredStacksEnabled", "driftDetectionEnabled", "environmentsRestoreEnabled"],
  ...["escEditorRevampEnabled", "escOnboardingAzureOAuthClientEnabled", "escOnboardingEnabled"],
  ...["escOnboardingGcpOAuthClientEnabled", "escOnboardingV2Enabled", "fixDriftWithNeoEnabled"],
  ...["ghAppDetailedDiffEnabled", "gitHubEnterpriseIntegrationEnabled", "iacCloudImportEnabled"],
  ...["insightsAutoPolicyPacksEnabled", "insightsMonetizationEnabled", "integrationAssistantEnabled"],
  ...["legacyDeploymentsOrgToken", "neoByokEnabled", "neoPlanModeEnabled", "neoTaskSharingEnabled"],
  ...["nlpSearchEnabled", "pangeaAccountsScanPageEnabled", "policyIssueManagementEnabled"],
  ...["policyManagementV2Enabled", "propertySearchUIEnabled", "resourceExportEnabled"],
  ...["resourceSearchEnabled", "restoreStacksEnabled", "scimEnabled", "selfHostedDeploymentsEnabled"],
  ...["selfServeIDPRemoval", "serviceBackedConfigEnabled", "themingEnabled"],
];

/** The vendor's OrganizationMetadata, as somebody sees it. */
export function organizationMetadata(cloud: Cloud, principal: Principal, organization: Organization) {
  return {
    ...NOT_KNOWN,
    id: organization.id,
    created: organization.created,
    kind: "pulumi",
    product: PRODUCTS[organization.edition],
    userRole: isAdmin(organization, principal) ? "admin" : "member",
    defaultEnvironmentPermission: organization.defaultEnvironmentPermission,
    defaultStackPermission: numberOf(organization.defaultStackPermission ?? "none"),
    environmentCount: Object.keys(organization.environments).length,
    memberCount: organization.members.length,
    stackCount: cloud.stackCount(organization.name),
    auditLogsEnabled: has(organization, "audit-logs"),
    webhooksEnabled: has(organization, "webhooks"),
    features: featuresOf(organization),
  };
}

function featuresOf(organization: Organization): Record<string, boolean> {
  return {
    ...Object.fromEntries(NOT_HERE.map((name) => [name, false])),
    approvalsEnabled: has(organization, "approvals"),
    auditLogsEnabled: has(organization, "audit-logs"),
    customRolesEnabled: has(organization, "roles"),
    environmentRevisionTagsEnabled: true,
    environmentSecretRotationEnabled: true,
    environmentsEnabled: true,
    teamsEnabled: has(organization, "teams"),
    webhooksEnabled: has(organization, "webhooks"),
  };
}

function numberOf(level: string): number {
  return Number(Object.entries(STACK_DEFAULTS).find(([, name]) => name === level)?.[0]);
}
