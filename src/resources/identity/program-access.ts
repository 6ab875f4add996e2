import * as pulumi from "@pulumi/pulumi";
import * as pulumiservice from "@pulumi/pulumiservice";
import { auditAccess } from "../../access/declared-access";
import { programTeam } from "../../access/trust";
import type { Catalog } from "../../catalog/entry";
import type { Settings } from "../../catalog/settings";

/**
 * The two teams that the program's own jobs read with. They need no members: they are there for the tokens.
 *
 * preview: every stack of the project, to preview it; that is its state and its encrypted config too. Nothing in ESC.
 * audit: the definition of every ESC environment of the pipeline, which it can not open; composites of policies aside.
 * The trust in GitHub's identities, which it can not change. No stack.
 *
 * Both have what the organization gives every member by default as well: `access` and `verify` tell where that is not none.
 */
export class ProgramAccess extends pulumi.ComponentResource {
  private readonly organization: string;

  constructor(
    name: string,
    args: { catalog: Catalog; settings: Settings; stacks: readonly string[] },
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("sophia-secrets:esc:ProgramAccess", name, {}, opts);
    const { catalog, settings, stacks } = args;
    this.organization = settings.pulumiOrganization;
    const preview = this.team(programTeam(settings, "preview"), "Previews of pull requests, by OIDC");
    for (const stack of stacks) {
      new pulumiservice.TeamStackPermission(
        `${preview.name}-${stack}`,
        {
          organization: this.organization,
          project: pulumi.getProject(),
          stack,
          team: preview.name,
          permission: pulumiservice.types.enums.TeamStackPermissionScope.Read,
        },
        { parent: this, dependsOn: [preview.resource] },
      );
    }
    const audit = this.team(
      programTeam(settings, "audit"),
      "The nightly audit, by OIDC: reads, opens nothing",
    );
    for (const { environment: id, level } of catalog.environments.flatMap((each) => {
      const { onValues, onComposites } = auditAccess(catalog, settings, each);
      return [...onValues, ...onComposites];
    })) {
      const { project, name: environment } = id;
      new pulumiservice.TeamEnvironmentPermission(
        `${audit.name}-${environment}`,
        { organization: this.organization, team: audit.name, project, environment, permission: level },
        { parent: this, dependsOn: [audit.resource] },
      );
    }
    declareAuditRole(this.organization, audit, this);
    this.registerOutputs({});
  }

  private team(name: string, description: string) {
    const resource = new pulumiservice.Team(
      name,
      { organizationName: this.organization, teamType: "pulumi", name, displayName: name, description },
      // Members are people's to manage; undeclared, a refresh would read them and the next up would remove them.
      { parent: this, ignoreChanges: ["members"] },
    );
    return { name, resource };
  }
}

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
