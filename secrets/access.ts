import {
  applicationTeam,
  compositeEnvironment,
  type EnvironmentId,
  groupTeam,
  ledgerEnvironment,
  type Naming,
  syncTeam,
  valuesEnvironment,
} from "./layout";

/** Pulumi ESC's levels that this program grants; each includes those before it. */
export type Level = "read" | "open" | "write";

/** A team and all that it may do. */
export interface TeamAccess {
  team: string;
  description: string;
  grants: readonly { environment: EnvironmentId; level: Level }[];
}

/**
 * Least privilege in its simplest form, for one environment: a team per group opens that group; the application's
 * team opens the composite and, because opening needs the right on every import, all groups; the sync's team
 * writes the values and the ledger, and can not even see the composite.
 */
export function accessOf(naming: Naming, environment: string, groups: readonly string[]): TeamAccess[] {
  const values = groups.map((group) => valuesEnvironment(naming, environment, group));
  const perGroup = groups.map((group) => ({
    team: groupTeam(naming, environment, group),
    description: `Opens ${group} of ${environment}`,
    grants: [{ environment: valuesEnvironment(naming, environment, group), level: "open" as const }],
  }));
  return [
    ...perGroup,
    {
      team: applicationTeam(naming, environment),
      description: `Opens every group of ${environment}: the application's loader`,
      grants: [compositeEnvironment(naming, environment), ...values].map((id) => ({
        environment: id,
        level: "open" as const,
      })),
    },
    {
      team: syncTeam(naming, environment),
      description: `Writes the values and the ledger of ${environment}: the sync job, by OIDC`,
      grants: [...values, ledgerEnvironment(naming, environment)].map((id) => ({
        environment: id,
        level: "write" as const,
      })),
    },
  ];
}
