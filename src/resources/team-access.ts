import * as pulumi from "@pulumi/pulumi";
import * as pulumiservice from "@pulumi/pulumiservice";
import type { TeamAccess as Access, Grant } from "../../secrets/access";
import { type EnvironmentId, pathOf } from "../../secrets/layout";
import type { AccessRules } from "./access-rules";

/**
 * A team of Pulumi Cloud and what it may do in ESC.
 *
 * The members of a policy's team are declared. Those of the pipeline's own teams are people's to manage, and a team
 * that people made there gets permissions and nothing else.
 */
export class TeamAccess extends pulumi.ComponentResource {
  private readonly confirmedName: Promise<string>;
  private readonly team: pulumiservice.Team | undefined;

  constructor(
    private readonly named: string,
    private readonly args: { access: Access; organization: string; rules: AccessRules },
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("sophia-secrets:esc:TeamAccess", named, {}, opts);
    const { access, organization, rules } = args;
    // Nothing of access is declared before everybody is known to be there.
    this.confirmedName = rules.confirm({ parent: this }).then(() => access.team);
    const { own } = access;
    if (own === undefined) return;
    const { members } = own;
    this.team = new pulumiservice.Team(
      named,
      {
        organizationName: organization,
        teamType: "pulumi",
        name: this.confirmedName,
        displayName: access.team,
        description: own.description,
        ...(members === undefined ? {} : { members: [...members] }),
      },
      // Undeclared, a refresh would read members and the next up would remove them.
      { parent: this, ignoreChanges: members === undefined ? ["members"] : [] },
    );
  }

  /**
   * Permissions on environments that are there.
   *
   * @param environments by path, each grant's among them.
   */
  grant(
    grants: readonly Grant[],
    environments: ReadonlyMap<string, pulumiservice.Environment>,
  ): pulumiservice.TeamEnvironmentPermission[] {
    return grants.map((grant) => {
      const there = environments.get(pathOf(grant.environment));
      return this.permission(grant, there === undefined ? [] : [there]);
    });
  }

  private permission(
    { environment, level, maxOpenDuration }: Grant,
    there: readonly pulumi.Resource[],
  ): pulumiservice.TeamEnvironmentPermission {
    const { access, organization, rules } = this.args;
    const { team } = this;
    return new pulumiservice.TeamEnvironmentPermission(
      nameOf(this.named, environment),
      {
        organization,
        team: team?.name.apply((each) => each ?? access.team) ?? this.confirmedName,
        project: environment.project,
        environment: environment.name,
        permission: level,
        ...(maxOpenDuration === undefined ? {} : { maxOpenDuration }),
      },
      {
        parent: this,
        dependsOn: team === undefined ? [...there] : [team, ...there],
        hooks: { beforeDelete: [rules.sayWindow] },
      },
    );
  }
}

/** Without the level: of two permissions of one team on one environment, the going one would take the new one along. */
function nameOf(team: string, { name }: EnvironmentId): string {
  return `${team}-${name}`;
}
