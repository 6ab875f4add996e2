import * as pulumi from "@pulumi/pulumi";
import * as pulumiservice from "@pulumi/pulumiservice";
import {
  compositeEnvironment,
  type EnvironmentId,
  ledgerEnvironment,
  valuesEnvironment,
} from "../../secrets/layout";
import type { Settings } from "../../secrets/settings";
import { programTeam } from "../../secrets/trust";

/**
 * The two teams that the program's own jobs read with. They need no members: they are there for the tokens.
 *
 * preview: every stack of the project, to preview it; that is its state and its encrypted config too. Nothing in ESC.
 * audit: the definition of every ESC environment of the pipeline, which it can not open. No stack.
 */
export class ProgramAccess extends pulumi.ComponentResource {
  private readonly organization: string;

  constructor(
    name: string,
    args: {
      settings: Settings;
      stacks: readonly string[];
      environments: readonly string[];
      groups: readonly string[];
    },
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("sophia-secrets:esc:ProgramAccess", name, {}, opts);
    const { settings, stacks } = args;
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
    for (const { project, name: environment } of args.environments.flatMap((each) =>
      idsOf(settings, each, args.groups),
    )) {
      new pulumiservice.TeamEnvironmentPermission(
        `${audit.name}-${environment}`,
        { organization: this.organization, team: audit.name, project, environment, permission: "read" },
        { parent: this, dependsOn: [audit.resource] },
      );
    }
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

/** Every ESC environment of one environment that no person's text decides. */
function idsOf(settings: Settings, environment: string, groups: readonly string[]): EnvironmentId[] {
  return [
    ...groups.map((group) => valuesEnvironment(settings, environment, group)),
    ledgerEnvironment(settings, environment),
    compositeEnvironment(settings, environment),
  ];
}
