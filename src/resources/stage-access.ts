import type * as pulumi from "@pulumi/pulumi";
import type * as pulumiservice from "@pulumi/pulumiservice";
import type { TeamAccess as Access, Audience } from "../../secrets/access";
import type { StackSettings } from "./stack-settings";
import { TeamAccess } from "./team-access";

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
