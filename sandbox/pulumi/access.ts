import { type Cloud, own, record } from "./cloud";
import { parseGoDuration } from "./go-duration";
import type { Principal } from "./principal";
import { forbidden, notFound, serviceError } from "./service-error";
import {
  type Environment,
  LEVELS,
  type Level,
  type Organization,
  type Team,
  type TeamEnvironment,
} from "./state";

/** Which environment a request is about. */
export interface Place {
  org: string;
  project: string;
  env: string;
}

/** `organization/project/name`, as audit records and messages call an environment. */
export const pathOf = (place: Place): string => `${place.org}/${place.project}/${place.env}`;

const atLeast = (level: Level, needed: Level) => LEVELS.indexOf(level) >= LEVELS.indexOf(needed);

/**
 * The organization, for somebody who belongs to it.
 * @throws 404 otherwise: who is outside learns not even that it exists.
 */
export function organizationFor(cloud: Cloud, principal: Principal, name: string): Organization {
  const organization = own(cloud.state.organizations, name);
  if (organization === undefined || !cloud.security.organizationsOf(principal).includes(name))
    throw notFound(`organization '${name}'`);
  return organization;
}

/** True for an administrator of this organization and for its admin tokens; never for a team token. */
export function isAdmin(organization: Organization, principal: Principal): boolean {
  if (principal.kind === "team") return false;
  if (principal.kind === "organization")
    return principal.admin && principal.organization === organization.name;
  return organization.members.some((m) => m.login === principal.login && m.role === "admin");
}

/** @throws 403 for a member who is not administrator, 404 for anybody else. */
export function requireAdmin(cloud: Cloud, principal: Principal, name: string, action: string): Organization {
  const organization = organizationFor(cloud, principal, name);
  if (isAdmin(organization, principal)) return organization;
  record(cloud, principal, action, name, "denied");
  throw forbidden(`${action} needs an administrator of organization '${name}'`);
}

/** What the teams of a principal were given on one environment. */
function teamGrants(
  organization: Organization,
  principal: Principal,
  project: string,
  env: string,
): TeamEnvironment[] {
  return teamsOf(organization, principal)
    .flatMap((t) => t.environments)
    .filter((e) => e.projectName === project && e.envName === env);
}

/** Teams whose rights a principal has: a person's, or the one that a token speaks for. */
export function teamsOf(organization: Organization, principal: Principal): Team[] {
  if (principal.kind === "organization") return [];
  return Object.values(organization.teams).filter((team) =>
    principal.kind === "team" ? team.name === principal.team : team.members.includes(principal.login),
  );
}

/**
 * What a principal may do in an environment: the highest of the organization's default, which team tokens get as well
 * ("a team token also receives your organization's default Member permissions", docs, access tokens), and of what
 * their teams were given. Creating an environment gives its creator nothing extra: the vendor documents no such
 * right, and assuming one would hide a missing permission.
 */
export function levelOf(
  organization: Organization,
  principal: Principal,
  project: string,
  env: string,
): Level {
  if (isAdmin(organization, principal)) return "admin";
  const granted = teamGrants(organization, principal, project, env).map((grant) => grant.permission);
  return [organization.defaultEnvironmentPermission, ...granted].reduce<Level>(
    (best, level) => (atLeast(level, best) ? level : best),
    "none",
  );
}

/**
 * The longest a principal may keep an environment open, in milliseconds; undefined when nothing limits it.
 * The most generous of the grants that allow opening counts, as with levels.
 */
export function openLimit(
  organization: Organization,
  principal: Principal,
  place: Place,
): number | undefined {
  if (isAdmin(organization, principal)) return undefined;
  if (atLeast(organization.defaultEnvironmentPermission, "open")) return undefined;
  const grants = teamGrants(organization, principal, place.project, place.env);
  const limits = grants
    .filter((grant) => atLeast(grant.permission, "open"))
    .map((grant) =>
      grant.maxOpenDuration === undefined ? Infinity : (parseGoDuration(grant.maxOpenDuration) ?? 0),
    );
  const most = Math.max(...limits);
  return Number.isFinite(most) ? most : undefined;
}

/**
 * The environment, for somebody who has at least the needed level on it.
 *
 * @throws 404 when it does not exist or the caller may not even read it (the vendor's specification lists 404 and
 *   no 403 for reading, so that names do not leak); 403 when the caller may read it but not do this.
 */
export function environmentFor(
  cloud: Cloud,
  principal: Principal,
  place: Place,
  needed: Level,
  action: string,
): { organization: Organization; environment: Environment } {
  const organization = organizationFor(cloud, principal, place.org);
  const environment = own(organization.environments, `${place.project}/${place.env}`);
  const level = levelOf(organization, principal, place.project, place.env);
  if (environment !== undefined && atLeast(level, needed)) return { organization, environment };
  if (environment !== undefined) {
    // The vendor's one name for a refused opening; other refusals keep the action's own name.
    const name = needed === "open" ? "environment-unauthorized-open" : action;
    record(cloud, principal, name, pathOf(place), "denied", { needed, has: level });
  }
  if (environment === undefined || level === "none") throw notFound(`environment '${pathOf(place)}'`);
  throw serviceError(
    403,
    `Forbidden: environment '${pathOf(place)}' needs the permission '${needed}', you have '${level}'`,
  );
}
