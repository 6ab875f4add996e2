import { accessOf, type Grant, type TeamAccess } from "../../../secrets/access";
import type { Catalog } from "../../../secrets/entry";
import {
  compositeEnvironment,
  type EnvironmentId,
  ledgerEnvironment,
  valuesEnvironment,
} from "../../../secrets/layout";
import type { Settings } from "../../../secrets/settings";
import { programTeam } from "../../../secrets/trust";

/** Every team that has a declared right, by name, over all environments: a team made elsewhere may be named in several. */
export function declaredTeams(catalog: Catalog, settings: Settings): Map<string, TeamAccess> {
  const groups = Object.keys(catalog.groups);
  const teams = new Map<string, TeamAccess>();
  for (const environment of catalog.environments) {
    const { teams: here } = accessOf(settings, environment, groups, catalog.accessPolicies);
    for (const team of [...here, ...auditTeam(settings, environment, groups)]) {
      const known = teams.get(team.team);
      const onValues = [...(known?.onValues ?? []), ...team.onValues];
      teams.set(team.team, {
        ...team,
        onValues,
        onComposites: [...(known?.onComposites ?? []), ...team.onComposites],
      });
    }
  }
  return teams;
}

/** The team of the program's own nightly job, declared with the trust in it. */
function auditTeam(settings: Settings, environment: string, groups: readonly string[]): TeamAccess[] {
  if (settings.programRepository === undefined) return [];
  const read = (id: EnvironmentId): Grant => ({ environment: id, level: "read" });
  const values = groups.map((group) => valuesEnvironment(settings, environment, group));
  return [
    {
      team: programTeam(settings, "audit"),
      own: { description: "" },
      onValues: [...values, ledgerEnvironment(settings, environment)].map(read),
      onComposites: [read(compositeEnvironment(settings, environment))],
    },
  ];
}
