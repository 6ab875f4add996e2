import * as pulumi from "@pulumi/pulumi";
import * as pulumiservice from "@pulumi/pulumiservice";
import type { TeamAccess as Access } from "../../secrets/access";

/** A team of Pulumi Cloud and what it may do in ESC. People join it there; who is in it is not this program's. */
export class TeamAccess extends pulumi.ComponentResource {
  constructor(
    name: string,
    args: { access: Access; organization: string },
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("sophia-secrets:esc:TeamAccess", name, {}, opts);
    const { access, organization } = args;
    const team = new pulumiservice.Team(
      name,
      {
        organizationName: organization,
        teamType: "pulumi",
        name: access.team,
        displayName: access.team,
        description: access.description,
      },
      // Members are people's to manage; undeclared, a refresh would read them and the next up would remove them.
      { parent: this, ignoreChanges: ["members"] },
    );
    for (const { environment, level } of access.grants) {
      new pulumiservice.TeamEnvironmentPermission(
        `${name}-${environment.name}`,
        {
          organization,
          team: team.name.apply((each) => each ?? access.team),
          project: environment.project,
          environment: environment.name,
          permission: level,
        },
        { parent: this, dependsOn: [team] },
      );
    }
    this.registerOutputs({});
  }
}
