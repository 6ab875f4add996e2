import * as pulumi from "@pulumi/pulumi";
import * as pulumiservice from "@pulumi/pulumiservice";
import type { TeamAccess as Access, Audience, Grant } from "../../access/team-access";
import { type EscEnvironment, pathOf } from "../../catalog/layout";
import type { StackSettings } from "../stack-settings";
import type { AccessRules } from "./access-rules";

type Environments = ReadonlyMap<string, pulumiservice.Environment>;

/**
 * The teams of one environment and their permissions, given in two steps: on values before composites import them, on
 * composites after. A composite only opens for whoever may open all it imports, so that in the other order a new group
 * would shut every application out until the permissions are there.
 */
export class StageAccess {
  /** Composite environments to declare besides the whole one. */
  readonly audiences: readonly Audience[];
  private readonly teams: readonly { access: Access; declared: TeamAccess }[];

  constructor(environment: string, settings: StackSettings, opts: pulumi.ComponentResourceOptions) {
    const { access: rules, pulumiOrganization: organization } = settings;
    const { teams, audiences } = rules.of(environment);
    this.audiences = audiences;
    this.teams = teams.map((access) => {
      // A team made elsewhere may be named in several environments.
      const name = access.own === undefined ? `${environment}-${access.team}` : access.team;
      return { access, declared: new TeamAccess(name, { access, organization, rules }, opts) };
    });
  }

  grantOnValues(environments: Environments): pulumi.Resource[] {
    return this.teams.flatMap(({ access, declared }) => declared.grant(access.onValues, environments));
  }

  grantOnComposites(environments: Environments): void {
    for (const { access, declared } of this.teams) declared.grant(access.onComposites, environments);
  }
}

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
function nameOf(team: string, { name }: EscEnvironment): string {
  return `${team}-${name}`;
}
