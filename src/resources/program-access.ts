import * as pulumi from "@pulumi/pulumi";
import * as pulumiservice from "@pulumi/pulumiservice";
import { auditAccess } from "../../secrets/declared-access";
import type { Catalog } from "../../secrets/entry";
import type { Settings } from "../../secrets/settings";
import { programTeam } from "../../secrets/trust";
import { declareAuditRole } from "./audit-role";

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
