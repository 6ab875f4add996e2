import type { TeamAccess } from "../../../secrets/access";
import { auditAccess, declaredAccess, settingsOf } from "../../../secrets/declared-access";
import type { Catalog } from "../../../secrets/entry";
import { pathOf } from "../../../secrets/layout";
import type { Settings } from "../../../secrets/settings";

/**
 * Every team that has a declared right, by name, over all environments: a team made elsewhere may be named in several.
 *
 * @param stacks config of every stack: each decides for its own environments.
 */
export function declaredTeams(
  catalog: Catalog,
  settings: Settings,
  stacks: readonly Settings[],
): Map<string, TeamAccess> {
  const teams = new Map<string, TeamAccess>();
  for (const environment of catalog.environments) {
    const { teams: here } = declaredAccess(catalog, settingsOf(environment, settings, stacks), environment);
    const audit =
      settings.programRepository === undefined ? [] : [auditAccess(catalog, settings, environment)];
    for (const team of [...here, ...audit]) {
      const known = teams.get(team.team);
      const onValues = [...(known?.onValues ?? []), ...team.onValues];
      const onComposites = [...(known?.onComposites ?? []), ...team.onComposites];
      teams.set(team.team, { ...team, onValues, onComposites });
    }
  }
  return teams;
}

/** The ESC environments that a team has a right on, `project/name`. */
export function pathsOf({ onValues, onComposites }: TeamAccess): string[] {
  return [...onValues, ...onComposites].map(({ environment }) => pathOf(environment));
}
