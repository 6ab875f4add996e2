import type { AccessPolicy } from "../catalog/access-policy";
import type { ResolvedCatalog } from "../catalog/entry";
import { escLayout } from "../catalog/esc-environments";
import { type EscEnvironmentId, pathOf } from "../catalog/layout";
import type { Settings } from "../catalog/settings";
import type { Problem } from "../errors";
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
  deployment: string,
): EnvironmentAccess {
  const groups = Object.keys(catalog.groups).sort();
  const access = accessOf(settings, deployment, groups, catalog.accessPolicies, catalog.applications);
  const { approvals } = oversightOf(settings);
  return withRotators(access, settings, deployment, { rotators: catalog.rotators, approvals });
}

/** What the program's nightly job may do in one environment: read all definitions, open none. */
export function auditAccess(catalog: ResolvedCatalog, settings: Settings, deployment: string): TeamAccess {
  const read = (id: EscEnvironmentId): Grant => ({ environment: id, level: "read" });
  const { kept, composite } = escLayout(catalog, settings, deployment);
  return {
    team: programTeam(settings, "audit"),
    own: { description: "" },
    onValues: kept.map(read),
    onComposites: [read(composite)],
  };
}

/** The config of the stack that owns an environment, of those known; `settings` where none of them does. */
export function settingsOf(deployment: string, settings: Settings, stacks: readonly Settings[]): Settings {
  return stacks.find(({ environments }) => environments.includes(deployment)) ?? settings;
}

/** The default environment permission, which everybody has besides what the policies give. */
export function openDefault(organization: string, level: string) {
  const effect = level === "read" ? "shows everybody every name" : "makes every access policy moot";
  return {
    code: "default-permission-open" as const,
    subject: organization,
    cause: `its default environment permission is ${level}: every member, and every team's token, has it on every environment, which ${effect}`,
    remedy: `${COMMAND} access --close-default, when all stacks are up`,
  };
}

/** That the default environment permission could not be asked, and why. */
export function unknownDefault(organization: string, why: string): Problem {
  return {
    code: "default-permission-unknown",
    subject: organization,
    cause: `every member, and every team's token, has its default environment permission as well, which could not be asked: ${why}`,
    remedy: `${COMMAND} access shows it`,
  };
}

/**
 * What everybody may do with every stack of the organization, and so the jobs that have a team's token. It is everybody's
 * who works on stacks there, so no command of this program's sets it.
 */
export function openStackDefault(organization: string, level: string) {
  const may =
    level === "read" ? "read every stack's state and config" : "change, import into and destroy every stack";
  return {
    code: "default-stack-permission-open" as const,
    subject: organization,
    cause: `its default stack permission is ${level}: every member, and every team's token, may ${may}`,
    remedy:
      "set it to none in Pulumi Cloud (Settings, Access Management), once teams give people the stacks they work on",
  };
}

/** What an edition without teams leaves undeclared, and what the sync needs instead. */
export function withoutTeams(
  { edition, syncAuthentication }: Settings,
  policies: readonly AccessPolicy[],
): Problem {
  const named = policies.map(({ name }) => name).join(", ");
  const token = edition === "individual" ? "a personal access token" : "an organization's access token";
  const [identity, remedy] =
    syncAuthentication === "oidc"
      ? [
          "; the sync job gets no token by its identity",
          `set syncAuthentication to token, and the carriers' secret PULUMI_ACCESS_TOKEN to ${token}`,
        ]
      : ["", `use a larger edition; ${COMMAND} access shows what everybody has until then`];
  return {
    code: "edition-without-teams",
    subject: "config edition",
    cause: `${edition} has no teams, so nothing of access is declared or enforced: ${named === "" ? "" : `not the policies ${named} with their levels and maxOpenDuration, `}not the teams of the application and the sync, not their tokens; every member has the organization's default environment permission on every environment${identity}`,
    remedy,
  };
}

/** A permission that the provider will replace, and so take away for a moment. */
export function permissionReplaced(
  team: string,
  before: { level: string; maxOpenDuration: string | undefined },
  after: Grant,
): Problem {
  const change = `${termsOf(before.level, before.maxOpenDuration)} -> ${termsOf(after.level, after.maxOpenDuration)}`;
  return {
    code: "permission-replaced",
    subject: `team ${team} on ${pathOf(after.environment)}`,
    cause: `${change}: the provider takes the old permission away before it gives the new one, and in between those who have it by this team alone have none`,
    remedy: "pulumi up when they can do without it for a moment",
  };
}

function termsOf(level: string, maxOpenDuration: string | undefined): string {
  return maxOpenDuration === undefined ? level : `${level} for ${maxOpenDuration}`;
}
