import type { AccessPolicy } from "../catalog/access-policy";
import type { ResolvedCatalog } from "../catalog/entry";
import { escEnvironments } from "../catalog/esc-environments";
import { type EscEnvironment, pathOf } from "../catalog/layout";
import type { Settings } from "../catalog/settings";
import { COMMAND } from "../text";
import { oversightOf } from "./oversight";
import { accessOf, type EnvironmentAccess, type Grant, type TeamAccess, withRotators } from "./team-access";
import { programTeam } from "./trust";

/**
 * Everything that the catalog and the config of an environment's stack come to there: what `up` declares, and what
 * commands compare Pulumi Cloud with. The audit's team is apart, because the organization's stack alone declares it.
 */
export function declaredAccess(
  catalog: ResolvedCatalog,
  settings: Settings,
  environment: string,
): EnvironmentAccess {
  const groups = Object.keys(catalog.groups).sort();
  const access = accessOf(settings, environment, groups, catalog.accessPolicies);
  const { approvals } = oversightOf(settings);
  return withRotators(access, settings, environment, { rotators: catalog.rotators, approvals });
}

/** What the program's nightly job may do in one environment: read all definitions, open none. */
export function auditAccess(catalog: ResolvedCatalog, settings: Settings, environment: string): TeamAccess {
  const read = (id: EscEnvironment): Grant => ({ environment: id, level: "read" });
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

/** What the organization gives everybody besides the policies; or why that could not be asked. One line. */
export function describeDefault(
  organization: string,
  found: { level: string } | { unknown: string },
): string {
  const everybody = "every member, and every team's token,";
  if ("unknown" in found)
    return `access: ${everybody} has the default environment permission of ${organization} as well, which could not be asked: ${found.unknown}. ${COMMAND} access says which it is`;
  const moot = found.level === "read" ? "shows everybody every name" : "makes every access policy moot";
  return `access: ${everybody} has ${found.level} on every environment of ${organization} by default, which ${moot}. Remedy: ${COMMAND} access --close-default, when all stacks are up`;
}

/** What everybody may do with every stack of the organization, and so the jobs that have a team's token. */
export function describeStackDefault(level: string): string {
  const may =
    level === "read" ? "read every stack's state and config" : "change, import into and destroy every stack";
  return `its default stack permission is ${level}: every member, and every team's token, may ${may}`;
}

/** It is everybody's who works on stacks there, so no command of this program's sets it. */
export const STACK_DEFAULT_REMEDY =
  "set it to none in Pulumi Cloud (Settings, Access Management), once teams give people the stacks they work on";

/** What an edition without teams leaves undeclared, and what the sync needs instead. One line. */
export function describeWithoutTeams(
  { edition, syncAuthentication }: Settings,
  policies: readonly AccessPolicy[],
): string {
  const named = policies.map(({ name }) => name).join(", ");
  const sentences = [
    `edition ${edition} has no teams, so nothing of access is declared or enforced: ${named === "" ? "" : `not the policies ${named} with their levels and maxOpenDuration, `}not the teams of the application and the sync, not their tokens`,
    `Every member has the organization's default environment permission on every environment (${COMMAND} access says which)`,
  ];
  if (syncAuthentication === "oidc") {
    const token = edition === "individual" ? "a personal access token" : "an organization's access token";
    sentences.push(
      `The sync job gets no token by its identity: set syncAuthentication to token, and the carriers' secret PULUMI_ACCESS_TOKEN to ${token}`,
    );
  }
  return sentences.join(". ");
}

/** A permission that the provider will replace, and so take away for a moment. */
export function describeWindow(
  team: string,
  before: { level: string; maxOpenDuration: string | undefined },
  after: Grant,
): string {
  const change = `${termsOf(before.level, before.maxOpenDuration)} -> ${termsOf(after.level, after.maxOpenDuration)}`;
  return `access: team ${team} on ${pathOf(after.environment)}: ${change}. The provider takes the old permission away before it gives the new one: in between, who has it by this team alone has none. Nobody else's is touched`;
}

function termsOf(level: string, maxOpenDuration: string | undefined): string {
  return maxOpenDuration === undefined ? level : `${level} for ${maxOpenDuration}`;
}
