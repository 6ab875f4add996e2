import * as pulumi from "@pulumi/pulumi";
import * as pulumiservice from "@pulumi/pulumiservice";
import { auditAccess } from "../../access/declared-access";
import { programTeam } from "../../access/trust";
import type { ResolvedCatalog } from "../../catalog/entry";
import type { Settings } from "../../catalog/settings";

export interface ProgramAccessArgs {
  /** Its groups and deployment environments name the ESC environments that the audit reads. */
  catalog: ResolvedCatalog;
  /** The stack's config: how things are named. */
  settings: Settings;
  /** Names of all stacks of the project: previews read each. */
  stacks: readonly string[];
}

/**
 * The two teams that the program's own jobs read with. They need no members: they exist for the tokens.
 *
 * preview: every stack of the project, to preview it; that includes its state and its encrypted config. Nothing in ESC.
 * audit: the definition of every ESC environment of the pipeline, which it cannot open, except composites of policies.
 * The trust in GitHub's identities, which it cannot change. No stack.
 *
 * Both also have what the organization gives every member by default: `access` and `verify` tell when that is not none.
 */
export class ProgramAccess extends pulumi.ComponentResource {
  private readonly organization: string;

  constructor(name: string, args: ProgramAccessArgs, opts: pulumi.ComponentResourceOptions) {
    super("sophia-secrets:esc:ProgramAccess", name, {}, opts);
    const { catalog, settings, stacks } = args;
    this.organization = settings.pulumiOrganization;
    const preview = this.declareTeam(programTeam(settings, "preview"), "Previews of pull requests, by OIDC");
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
    const audit = this.declareTeam(
      programTeam(settings, "audit"),
      "The nightly audit, by OIDC: reads, opens nothing",
    );
    for (const { environment: id, level } of catalog.environments.flatMap((deployment) => {
      const { onValues, onComposites } = auditAccess(catalog, settings, deployment);
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

  private declareTeam(name: string, description: string) {
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
 * these two scopes by themselves (Pulumi's documentation, "RBAC scopes, organization settings"), and a team token has
 * its team's roles ("access tokens"). Neither writes anything, and neither shows a value.
 */
const AUDIT_SCOPES = ["oidc_issuers:read", "auth_policies:read"] as const;

/**
 * A role of these scopes, and its assignment to the audit's team. A team has one role, and an assignment replaces
 * another, so only a team of this program gets one.
 *
 * @param team the team; the role has the same name.
 */
function declareAuditRole(
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
