import { auditAccess, declaredAccess, settingsOf } from "../../access/declared-access";
import type { TeamAccess } from "../../access/team-access";
import type { ResolvedCatalog } from "../../catalog/entry";
import { pathOf } from "../../catalog/layout";
import type { Settings } from "../../catalog/settings";

/** Something that is not as declared. */
export interface AccessDifference {
  kind: "default" | "account" | "team" | "member" | "missing" | "permission";
  /** An organization, a login, a team. */
  thing: string;
  what: string;
  remedy: string;
  /** The ESC environments it is about, `project/name`; absent where it is about none of them alone. */
  paths?: readonly string[];
}

export interface Terms {
  level: string;
  maxOpenDuration?: string;
}

/** A right in words: `open`, `open for 8h`. */
export function termsOf({ level, maxOpenDuration }: Terms): string {
  return maxOpenDuration === undefined ? level : `${level} for ${maxOpenDuration}`;
}

/**
 * Every team that has a declared right, by name, over all environments: a team made elsewhere may be named in several.
 *
 * @param stacks config of every stack: each decides for its own environments.
 */
export function declaredTeams(
  catalog: ResolvedCatalog,
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
