import type * as pulumi from "@pulumi/pulumi";
import * as pulumiservice from "@pulumi/pulumiservice";

/**
 * What the audit's team reads of the organization: whom Pulumi Cloud trusts, and by which rules. Only administrators have
 * these two by themselves (Pulumi's documentation, "RBAC scopes, organization settings"), and a team token has its
 * team's roles ("access tokens"). Neither writes anything, and neither shows a value.
 */
export const AUDIT_SCOPES = ["oidc_issuers:read", "auth_policies:read"] as const;

/**
 * A role of these scopes, and its assignment to the audit's team. A team has one role: an assignment takes the place of
 * another, which is why it is given to a team of this program's own alone.
 *
 * @param team the team's name, which is the role's too.
 */
export function declareAuditRole(
  organizationName: string,
  team: { name: string; resource: pulumi.Resource },
  parent: pulumi.Resource,
): void {
  const { name } = team;
  const role = new pulumiservice.OrganizationRole(
    name,
    {
      organizationName,
      name,
      description: "The nightly audit: reads the trust in GitHub's identities, writes nothing",
      permissions: { __type: "PermissionDescriptorAllow", permissions: [...AUDIT_SCOPES] },
    },
    { parent },
  );
  new pulumiservice.TeamRoleAssignment(
    name,
    { organizationName, teamName: name, roleId: role.roleId },
    { parent, dependsOn: [team.resource] },
  );
}
