import type { Hono } from "hono";
import { z } from "zod";
import { organizationFor, requireAdmin } from "./access";
import { type Cloud, type CloudContext, type CloudEnv, record } from "./cloud";
import { userInfo } from "./environment-event";
import { organizationMetadata, STACK_DEFAULTS } from "./organization-metadata";
import { readJson } from "./request-body";
import { param, routesOf } from "./route-table";
import { LEVELS } from "./state";

const Settings = z.object({
  setDefaultEnvironmentPermission: z.enum(LEVELS).optional(),
  setDefaultStackPermission: z.literal([0, 101, 102]).optional(),
});

/** Routes of `/api/orgs/:org` itself: settings, metadata and members. */
export function organizationRoutes(cloud: Cloud): Hono<CloudEnv> {
  return routesOf(cloud, [
    ["GET", "/:org", showOrganization],
    ["GET", "/:org/metadata", showMetadata],
    ["PATCH", "/:org", updateSettings],
    ["GET", "/:org/members", listMembers],
  ]);
}

function showOrganization(cloud: Cloud, c: CloudContext): Response {
  const { name } = organizationFor(cloud, c.var.principal, param(c, "org"));
  return c.json({ ...userInfo(name), repos: [] });
}

function showMetadata(cloud: Cloud, c: CloudContext): Response {
  return c.json(
    organizationMetadata(cloud, c.var.principal, organizationFor(cloud, c.var.principal, param(c, "org"))),
  );
}

async function updateSettings(cloud: Cloud, c: CloudContext): Promise<Response> {
  const organization = requireAdmin(cloud, c.var.principal, param(c, "org"), "organization-settings-updated");
  const given = await readJson(c, Settings);
  const { setDefaultEnvironmentPermission: level, setDefaultStackPermission: number } = given;
  if (level !== undefined) organization.defaultEnvironmentPermission = level;
  if (number !== undefined) organization.defaultStackPermission = STACK_DEFAULTS[number];
  cloud.save();
  record(cloud, c.var.principal, "organization-settings-updated", organization.name, "success", {
    defaultEnvironmentPermission: organization.defaultEnvironmentPermission,
  });
  return c.json(organizationMetadata(cloud, c.var.principal, organization));
}

/** The names of the roles that every organization has. */
const BUILT_IN_ROLES = { admin: "Admin", member: "Member" } as const;

function listMembers(cloud: Cloud, c: CloudContext): Response {
  const organization = organizationFor(cloud, c.var.principal, param(c, "org"));
  const members = organization.members.map(({ login, role }) => ({
    created: organization.created,
    knownToPulumi: true,
    role,
    fgaRole: {
      id: `${organization.id}-${role}`,
      name: BUILT_IN_ROLES[role],
      modifiedAt: organization.created,
    },
    user: userInfo(login),
    virtualAdmin: false,
    teams: Object.values(organization.teams)
      .filter((team) => team.members.includes(login))
      .map((team) => team.name),
  }));
  return c.json({ members });
}
