import type { Catalog } from "./entry";
import { syncTeam } from "./layout";
import { EDITIONS_WITH_TEAMS, type Settings } from "./settings";
import { programRules, type Repository, syncRules, type TrustRule } from "./trust";

/** Repositories whose jobs Pulumi Cloud is to trust, each once; none where the edition has no team tokens. */
export function trustedRepositories({
  edition,
  syncAuthentication,
  carriers,
  programRepository,
}: Settings): string[] {
  if (!EDITIONS_WITH_TEAMS.includes(edition)) return [];
  const program = programRepository === undefined ? [] : [programRepository];
  return [...new Set([...(syncAuthentication === "oidc" ? carriers : []), ...program])];
}

/**
 * Every rule that the organization's stack declares, for all stacks.
 *
 * @param settings that stack's config.
 * @param stacks names of all stacks of the project.
 * @param repositories `trustedRepositories` with their ids.
 */
export function declaredTrust(
  catalog: Catalog,
  settings: Settings,
  stacks: readonly string[],
  repositories: readonly Repository[],
): TrustRule[] {
  const targets = catalog.environments.map((environment) => ({
    environment,
    team: syncTeam(settings, environment),
  }));
  const { syncAuthentication, carriers } = settings;
  const program = repositories.find(({ name }) => name === settings.programRepository);
  return [
    ...(syncAuthentication === "oidc"
      ? syncRules(
          settings,
          targets,
          repositories.filter(({ name }) => carriers.includes(name)),
        )
      : []),
    ...(program === undefined ? [] : programRules(settings, stacks, program)),
  ];
}
