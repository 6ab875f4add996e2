import * as pulumi from "@pulumi/pulumi";
import * as pulumiservice from "@pulumi/pulumiservice";
import type { Audience, Grant, TeamAccess } from "../../access/team-access";
import { type EscEnvironmentId, pathOf } from "../../catalog/layout";
import type { Settings } from "../../catalog/settings";
import type { AccessRules } from "./access-rules";

/** ESC environments that are declared, by path. */
type Declared = ReadonlyMap<string, pulumiservice.Environment>;

/**
 * The teams of one deployment environment and their permissions, given in two steps: on values before composites import
 * them, on composites after. A composite only opens for teams that may open all it imports. In the other order a new
 * group would lock every application out until the permissions exist.
 */
export class DeploymentAccess {
  /** Composite environments to declare besides the whole one. */
  readonly audiences: readonly Audience[];
  private readonly teams: readonly { access: TeamAccess; declared: TeamPermissions }[];

  /**
   * @param deployment its name.
   * @param args the rules of this run, and the organization they hold in.
   */
  constructor(
    deployment: string,
    { rules, settings }: { rules: AccessRules; settings: Pick<Settings, "pulumiOrganization"> },
    opts: pulumi.ComponentResourceOptions,
  ) {
    const { teams, audiences } = rules.of(deployment);
    this.audiences = audiences;
    this.teams = teams.map((access) => {
      // A team made elsewhere may be named in several deployment environments.
      const name = access.own === undefined ? `${deployment}-${access.team}` : access.team;
      const args = { access, organization: settings.pulumiOrganization, rules };
      return { access, declared: new TeamPermissions(name, args, opts) };
    });
  }

  /** @returns the permissions, for what must come after them. */
  grantOnValues(environments: Declared): pulumi.Resource[] {
    return this.teams.flatMap(({ access, declared }) => declared.grant(access.onValues, environments));
  }

  grantOnComposites(environments: Declared): void {
    for (const { access, declared } of this.teams) declared.grant(access.onComposites, environments);
  }
}

export interface TeamPermissionsArgs {
  /** The team, whether the program makes it, and its permissions. */
  access: TeamAccess;
  /** Pulumi Cloud organization. */
  organization: string;
  /** Confirms that everybody exists, and tells when a permission is replaced. */
  rules: AccessRules;
}

/**
 * A team of Pulumi Cloud and its permissions in ESC.
 *
 * The members of a policy's team are declared. Those of the pipeline's own teams are people's to manage. A team that
 * people made in Pulumi Cloud gets permissions and nothing else.
 */
export class TeamPermissions extends pulumi.ComponentResource {
  private readonly confirmedName: Promise<string>;
  private readonly team: pulumiservice.Team | undefined;

  /** @param named first part of its resources' names. */
  constructor(
    private readonly named: string,
    private readonly args: TeamPermissionsArgs,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("sophia-secrets:esc:TeamAccess", named, {}, opts);
    const { access, organization, rules } = args;
    // Nothing of access is declared before everybody is known to exist.
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
   * Declares permissions, each after its ESC environment.
   *
   * @param environments by path, each grant's among them.
   */
  grant(grants: readonly Grant[], environments: Declared): pulumiservice.TeamEnvironmentPermission[] {
    return grants.map((grant) => {
      const declared = environments.get(pathOf(grant.environment));
      return this.declarePermission(grant, declared === undefined ? [] : [declared]);
    });
  }

  private declarePermission(
    { environment, level, maxOpenDuration }: Grant,
    after: readonly pulumi.Resource[],
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
        dependsOn: team === undefined ? [...after] : [team, ...after],
        hooks: { beforeDelete: [rules.announceWindow] },
      },
    );
  }
}

/** Without the level: deleting the old of two permissions of one team on one environment would delete the new one too. */
function nameOf(team: string, { name }: EscEnvironmentId): string {
  return `${team}-${name}`;
}
