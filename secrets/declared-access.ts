import { accessOf, type EnvironmentAccess, type Grant, type TeamAccess } from "./access";
import type { Catalog } from "./entry";
import { escEnvironments } from "./esc-environments";
import type { EnvironmentId } from "./layout";
import { oversightOf } from "./oversight";
import { withRotators } from "./rotators";
import type { Settings } from "./settings";
import { programTeam } from "./trust";

/**
 * Everything that the catalog and the config of an environment's stack come to there: what `up` declares, and what
 * commands compare Pulumi Cloud with. The audit's team is apart, because the organization's stack alone declares it.
 */
export function declaredAccess(catalog: Catalog, settings: Settings, environment: string): EnvironmentAccess {
  const groups = Object.keys(catalog.groups).sort();
  const access = accessOf(settings, environment, groups, catalog.accessPolicies);
  const { approvals } = oversightOf(settings);
  return withRotators(access, settings, environment, { rotators: catalog.rotators ?? [], approvals });
}

/** What the program's nightly job may do in one environment: read all definitions, open none. */
export function auditAccess(catalog: Catalog, settings: Settings, environment: string): TeamAccess {
  const read = (id: EnvironmentId): Grant => ({ environment: id, level: "read" });
  const { kept, composite } = escEnvironments(catalog, settings, environment);
  return {
    team: programTeam(settings, "audit"),
    own: { description: "" },
    onValues: kept.map(read),
    onComposites: [read(composite)],
  };
}

/** The config of the stack that owns an environment, of those known; `settings` where none of them does. */
export function settingsOf(environment: string, settings: Settings, stacks: readonly Settings[]): Settings {
  return stacks.find(({ environments }) => environments.includes(environment)) ?? settings;
}
