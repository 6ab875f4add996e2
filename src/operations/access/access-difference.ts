import { auditAccess, declaredAccess, settingsOf } from "../../access/declared-access";
import type { TeamAccess } from "../../access/team-access";
import type { ResolvedCatalog } from "../../catalog/entry";
import { pathOf } from "../../catalog/layout";
import type { Settings } from "../../catalog/settings";
import type { Problem } from "../../errors";

/** What is declared and not in Pulumi Cloud yet: whom it is for is shut out once the default permission is none. */
const NOT_YET = ["team-not-created", "team-member-missing", "team-permission-missing"] as const;

/** One difference from the declared access. The subject is an organization, a login or a team. */
export interface AccessDifference extends Problem {
  code:
    | (typeof NOT_YET)[number]
    | "default-permission-open"
    | "default-stack-permission-open"
    | "account-missing"
    | "team-missing"
    | "team-member-undeclared"
    | "team-permission-differs"
    | "team-permission-undeclared";
  /** The ESC environments it is about, `project/name`; absent where it is about none of them alone. */
  paths?: readonly string[];
}

/** Whether something that is declared is not in Pulumi Cloud yet; the others give more or other rights than declared. */
export function isMissing({ code }: AccessDifference): boolean {
  return (NOT_YET as readonly string[]).includes(code);
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
