import { organizationFor, requireAdmin, teamsOf } from "./access";
import { type Cloud, own } from "./cloud";
import type { Principal } from "./principal";
import type { Organization } from "./state";

/**
 * The organization, for administrators and for whom a role of a team of theirs gives a scope of the organization's. A
 * team token has its team's role ("a team token's effective permissions are the union of all roles assigned to that
 * team", docs, access tokens), a person those of their teams.
 *
 * @throws 403 for any other member, 404 for anybody else.
 */
export function requireScope(
  cloud: Cloud,
  principal: Principal,
  name: string,
  scope: string,
  action: string,
): Organization {
  const organization = organizationFor(cloud, principal, name);
  const roles = teamsOf(organization, principal).flatMap(({ roleId }) =>
    roleId === undefined ? [] : [own(organization.roles, roleId)?.permissions],
  );
  if (roles.flatMap(scopesIn).includes(scope)) return organization;
  return requireAdmin(cloud, principal, name, action);
}

/** Scopes that a role gives without a condition; what it gives on single stacks or environments is not known here. */
function scopesIn(descriptor: unknown): string[] {
  const { __type, permissions, entries } = (descriptor ?? {}) as Record<string, unknown>;
  if (__type === "PermissionDescriptorAllow" && Array.isArray(permissions)) return permissions.map(String);
  if (__type === "PermissionDescriptorGroup" && Array.isArray(entries)) return entries.flatMap(scopesIn);
  return [];
}
