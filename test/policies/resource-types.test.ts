import { deepEqual, ok } from "node:assert/strict";
import * as github from "@pulumi/github";
import * as pulumiservice from "@pulumi/pulumiservice";
import { isEnvironment, isGitHubSecret, TYPES } from "../../policies/resource-types";

/** Every type of resource that a provider's package declares, in whatever module. */
function typesIn(module: object, seen = new Set<unknown>()): string[] {
  if (seen.has(module)) return [];
  seen.add(module);
  return Object.values(module).flatMap((each: unknown) => {
    if (typeof each === "function") {
      const type = (each as unknown as Record<string, unknown>).__pulumiType;
      return typeof type === "string" ? [type] : [];
    }
    return typeof each === "object" && each !== null ? typesIn(each, seen) : [];
  });
}

/** What was looked through and carries nothing of a rule's own; its inputs' names and looks are checked as all are. */
const WITHOUT_RULE = `
  agents:Pool agents:Task auth:SAML esc:EnvironmentDraft esc:EnvironmentSchedule esc:OpenEnvironmentRequest
  esc:RevisionTag insights:Account insights:ScheduledScanSettings integrations:AzureDevOpsIntegration
  integrations:BitBucketIntegration integrations:CustomVCSRepository integrations:GitHubEnterpriseIntegration
  integrations:GitHubIntegration integrations:GitLabIntegration services:Item services:Service stacks:Config
  stacks:Stack api:AuditLogExportConfiguration api:DefaultOrganization api:Gate api:PolicyGroup
  api:PolicyGroupInsightsAccountAttachment api:PolicyGroupStackAttachment index:AgentPool index:ApprovalRule
  index:DeploymentSchedule index:DriftSchedule index:EnvironmentRotationSchedule index:EnvironmentVersionTag
  index:InsightsAccount index:PolicyGroup index:PolicyPack index:Stack index:TtlSchedule

  ActionsHostedRunner ActionsOrganizationOidcSubjectClaimCustomizationTemplate ActionsOrganizationPermissions
  ActionsOrganizationSecretRepository ActionsOrganizationVariableRepositories ActionsOrganizationVariableRepository
  ActionsRepositoryAccessLevel ActionsRepositoryOidcSubjectClaimCustomizationTemplate ActionsRepositoryPermissions
  ActionsRunnerGroup AppInstallationRepositories AppInstallationRepository Branch BranchDefault BranchProtection
  BranchProtectionV3 CodespacesOrganizationSecretRepositories DependabotOrganizationSecretRepositories
  DependabotOrganizationSecretRepository EmuGroupMapping EnterpriseActionsPermissions EnterpriseActionsRunnerGroup
  EnterpriseIpAllowListEntry EnterpriseOrganization EnterpriseSecurityAnalysisSettings IssueLabel IssueLabels
  OrganizationBlock OrganizationCustomProperties OrganizationProject OrganizationRuleset OrganizationSecurityManager
  ProjectCard ProjectColumn RepositoryAutolinkReference RepositoryCustomProperty RepositoryDependabotSecurityUpdates
  RepositoryDeploymentBranchPolicy RepositoryEnvironment RepositoryEnvironmentDeploymentPolicy RepositoryMilestone
  RepositoryPages RepositoryProject RepositoryRuleset RepositoryTopics RepositoryVulnerabilityAlerts Team TeamMembers
  TeamMembership TeamSettings TeamSyncGroupMapping UserGpgKey UserInvitationAccepter UserSshKey`
  .trim()
  .split(/\s+/);

describe("the types of resources that the pack knows", () => {
  const installed = [...typesIn(pulumiservice), ...typesIn(github)].filter((type) => type.includes(":"));
  const known: readonly string[] = Object.values(TYPES);

  it("are those of the installed providers", () => {
    const ofProviders = known.filter((type) => /^(?:github|pulumiservice):/.test(type));
    deepEqual(
      ofProviders.filter((type) => !installed.includes(type)),
      [],
    );
    ok(ofProviders.length > 50);
  });

  it("are all that the providers have, looked through one by one: a new one must be looked at", () => {
    const left = installed.filter(
      (type) => !known.includes(type) && !isGitHubSecret(type) && !isEnvironment(type),
    );
    const short = left.map((type) =>
      type.startsWith("github:") ? type.split(":").at(-1) : type.replace(/^pulumiservice:(?:api\/)?/, ""),
    );
    deepEqual(short.sort(), [...WITHOUT_RULE].sort());
  });
});
