import type { ProviderDefinition } from "../provider/definition";
import { approvalRule } from "./approval-rule";
import { auditLogExportConfiguration } from "./audit-log-export-configuration";
import { CloudClient } from "./cloud-client";
import { cloudSettings, defaultApiUrl } from "./cloud-settings";
import { environment } from "./environment";
import { environmentRotationSchedule } from "./environment-rotation-schedule";
import { environmentSettings } from "./environment-settings";
import { environmentTag } from "./environment-tag";
import { environmentVersionTag } from "./environment-version-tag";
import { getOrganizationMembers } from "./get-organization-members";
import { oidcIssuer } from "./oidc-issuer";
import { orgAccessToken } from "./org-access-token";
import { organizationRole } from "./organization-role";
import { team } from "./team";
import { teamEnvironmentPermission } from "./team-environment-permission";
import { teamRoleAssignment } from "./team-role-assignment";
import { teamStackPermission } from "./team-stack-permission";
import { webhook } from "./webhook";

/**
 * Stand-in for the pulumiservice provider 1.3.0.
 *
 * To add a resource: one file with its `ResourceDefinition`, one line here.
 */
export const pulumiserviceProvider: ProviderDefinition<CloudClient> = {
  name: "pulumiservice",
  version: "1.3.0",
  bridged: false,
  checkSettings: (settings) => ({ apiUrl: defaultApiUrl(process.env), ...settings }),
  connect: async (settings) => new CloudClient(cloudSettings(settings, process.env)),
  resources: {
    "pulumiservice:api:AuditLogExportConfiguration": auditLogExportConfiguration,
    "pulumiservice:api/esc:EnvironmentSettings": environmentSettings,
    "pulumiservice:api/esc:EnvironmentTag": environmentTag,
    "pulumiservice:index:ApprovalRule": approvalRule,
    "pulumiservice:index:Environment": environment,
    "pulumiservice:index:EnvironmentRotationSchedule": environmentRotationSchedule,
    "pulumiservice:index:EnvironmentVersionTag": environmentVersionTag,
    "pulumiservice:index:OidcIssuer": oidcIssuer,
    "pulumiservice:index:OrgAccessToken": orgAccessToken,
    "pulumiservice:index:OrganizationRole": organizationRole,
    "pulumiservice:index:Team": team,
    "pulumiservice:index:TeamEnvironmentPermission": teamEnvironmentPermission,
    "pulumiservice:index:TeamRoleAssignment": teamRoleAssignment,
    "pulumiservice:index:TeamStackPermission": teamStackPermission,
    "pulumiservice:index:Webhook": webhook,
  },
  functions: { "pulumiservice:index:getOrganizationMembers": getOrganizationMembers },
  describeError: (error) => error.message,
};
