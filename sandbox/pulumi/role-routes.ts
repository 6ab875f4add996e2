import { randomUUID } from "node:crypto";
import type { Hono } from "hono";
import { z } from "zod";
import { organizationFor, requireAdmin } from "./access";
import { type Cloud, type CloudContext, type CloudEnv, own, record } from "./cloud";
import { requireFeature } from "./editions";
import { readJson } from "./request-body";
import { param, routesOf } from "./route-table";

import { badRequest, notFound, serviceError } from "./service-error";
import type { Organization, Role } from "./state";
import { existing as existingTeam } from "./team-routes";

const NewRole = z.object({
  name: z.string().min(1),
  description: z.string().default(""),
  resourceType: z.string().default("global"),
  uxPurpose: z.string().default("role"),
  details: z.record(z.string(), z.unknown()).default({}),
});
const Change = z.object({
  name: z.string().min(1).optional(),
  description: z.string().optional(),
  details: z.record(z.string(), z.unknown()).optional(),
});

/**
 * Custom roles and their assignment to teams. Kept; of what they give, the scopes that `role-scopes.ts` is asked for are
 * enforced, for of environments the sandbox knows the four levels only.
 */
export function roleRoutes(cloud: Cloud): Hono<CloudEnv> {
  return routesOf(cloud, [
    ["GET", "/:org/roles", listRoles],
    ["POST", "/:org/roles", createRole],
    ["GET", "/:org/roles/:role", showRole],
    ["PATCH", "/:org/roles/:role", updateRole],
    ["DELETE", "/:org/roles/:role", deleteRole],
    ["GET", "/:org/teams/:team/roles", listTeamRoles],
    ["POST", "/:org/teams/:team/roles/:role", assignRole],
    ["DELETE", "/:org/teams/:team/roles/:role", unassignRole],
  ]);
}

function listRoles(cloud: Cloud, c: CloudContext): Response {
  const organization = organizationFor(cloud, c.var.principal, param(c, "org"));
  return c.json({ roles: Object.values(organization.roles).map((role) => describe(organization, role)) });
}

async function createRole(cloud: Cloud, c: CloudContext): Promise<Response> {
  const organization = admin(cloud, c, "role-created");
  requireFeature(organization, "roles");
  const { details, ...given } = await readJson(c, NewRole);
  refuseTaken(organization, given.name);
  const now = new Date().toISOString();
  const role: Role = { id: randomUUID(), ...given, permissions: details, created: now, modified: now };
  organization.roles[role.id] = role;
  return done(cloud, c, organization, role, "role-created");
}

function showRole(cloud: Cloud, c: CloudContext): Response {
  const organization = organizationFor(cloud, c.var.principal, param(c, "org"));
  return c.json(describe(organization, existing(organization, param(c, "role"))));
}

async function updateRole(cloud: Cloud, c: CloudContext): Promise<Response> {
  const organization = admin(cloud, c, "role-updated");
  const role = existing(organization, param(c, "role"));
  const change = await readJson(c, Change);
  if (change.name !== undefined && change.name !== role.name) refuseTaken(organization, change.name);
  role.name = change.name ?? role.name;
  role.description = change.description ?? role.description;
  role.permissions = change.details ?? role.permissions;
  role.modified = new Date().toISOString();
  return done(cloud, c, organization, role, "role-updated");
}

function deleteRole(cloud: Cloud, c: CloudContext): Response {
  const organization = admin(cloud, c, "role-deleted");
  const { id, name } = existing(organization, param(c, "role"));
  const holders = Object.values(organization.teams).filter((team) => team.roleId === id);
  if (holders.length > 0 && c.req.query("force") !== "true")
    throw badRequest("the role is assigned to a team; use force to delete it anyway");
  for (const team of holders) delete team.roleId;
  delete organization.roles[id];
  cloud.save();
  record(cloud, c.var.principal, "role-deleted", `${organization.name}/${name}`);
  return c.body(null, 204);
}

function listTeamRoles(cloud: Cloud, c: CloudContext): Response {
  const organization = organizationFor(cloud, c.var.principal, param(c, "org"));
  const { roleId } = existingTeam(organization, param(c, "team"));
  return c.json({
    roles: roleId === undefined ? [] : [describe(organization, existing(organization, roleId))],
  });
}

// One role a team: a second assignment replaces the first.
function assignRole(cloud: Cloud, c: CloudContext): Response {
  const organization = admin(cloud, c, "team-role-assigned");
  const team = existingTeam(organization, param(c, "team"));
  team.roleId = existing(organization, param(c, "role")).id;
  cloud.save();
  record(cloud, c.var.principal, "team-role-assigned", `${organization.name}/${team.name}`);
  return c.body(null, 204);
}

function unassignRole(cloud: Cloud, c: CloudContext): Response {
  const organization = admin(cloud, c, "team-role-removed");
  const team = existingTeam(organization, param(c, "team"));
  if (team.roleId !== param(c, "role")) throw notFound("Role");
  delete team.roleId;
  cloud.save();
  record(cloud, c.var.principal, "team-role-removed", `${organization.name}/${team.name}`);
  return c.body(null, 204);
}

const admin = (cloud: Cloud, c: CloudContext, action: string) =>
  requireAdmin(cloud, c.var.principal, param(c, "org"), action);

function done(
  cloud: Cloud,
  c: CloudContext,
  organization: Organization,
  role: Role,
  action: string,
): Response {
  cloud.save();
  record(cloud, c.var.principal, action, `${organization.name}/${role.name}`);
  return c.json(describe(organization, role));
}

function existing(organization: Organization, id: string): Role {
  const role = own(organization.roles, id);
  if (role === undefined) throw notFound("Role");
  return role;
}

function refuseTaken(organization: Organization, name: string): void {
  if (Object.values(organization.roles).some((role) => role.name === name))
    throw serviceError(409, "Conflict: Role with this name already exists");
}

const describe = (organization: Organization, { permissions, ...role }: Role) => ({
  ...role,
  details: permissions,
  orgId: organization.id,
  isOrgDefault: false,
  version: 1,
});
