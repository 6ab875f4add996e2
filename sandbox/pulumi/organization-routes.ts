import type { Hono } from "hono";
import { z } from "zod";
import { isAdmin, organizationFor, requireAdmin } from "./access";
import { type Cloud, type CloudContext, type CloudEnv, record } from "./cloud";
import { has } from "./editions";
import { userInfo } from "./environment-event";
import { readJson } from "./request-body";
import { param, routesOf } from "./route-table";
import { STACK_PERMISSIONS } from "./stack-access";

import { LEVELS, type Organization } from "./state";

/** Default levels on stacks, by number; of the specification's, to administer and to create stacks are not known here. */
const STACK_DEFAULTS = { 0: "none", 101: STACK_PERMISSIONS[101], 102: STACK_PERMISSIONS[102] } as const;

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

// The specification gives `defaultEnvironmentPermission` in /metadata and in the answer to PATCH; the plain GET
// answers both shapes here, so that either way of asking works.
function showOrganization(cloud: Cloud, c: CloudContext): Response {
  const organization = organizationFor(cloud, c.var.principal, param(c, "org"));
  return c.json({ ...userInfo(organization.name), repos: [], ...metadata(c, organization) });
}

function showMetadata(cloud: Cloud, c: CloudContext): Response {
  return c.json(metadata(c, organizationFor(cloud, c.var.principal, param(c, "org"))));
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
  return c.json(metadata(c, organization));
}

function listMembers(cloud: Cloud, c: CloudContext): Response {
  const organization = organizationFor(cloud, c.var.principal, param(c, "org"));
  const members = organization.members.map(({ login, role }) => ({
    created: organization.created,
    knownToPulumi: true,
    role,
    user: userInfo(login),
    virtualAdmin: false,
    teams: Object.values(organization.teams)
      .filter((team) => team.members.includes(login))
      .map((team) => team.name),
  }));
  return c.json({ members });
}

function numberOf(level: string): number {
  return Number(Object.entries(STACK_DEFAULTS).find(([, name]) => name === level)?.[0]);
}

/** The part of the vendor's OrganizationMetadata that the sandbox knows something about. */
function metadata(c: CloudContext, organization: Organization) {
  return {
    id: organization.id,
    created: organization.created,
    kind: "pulumi",
    product: organization.edition,
    userRole: isAdmin(organization, c.var.principal) ? "admin" : "member",
    defaultEnvironmentPermission: organization.defaultEnvironmentPermission,
    defaultStackPermission: numberOf(organization.defaultStackPermission ?? "none"),
    environmentCount: Object.keys(organization.environments).length,
    memberCount: organization.members.length,
    auditLogsEnabled: has(organization, "audit-logs"),
    webhooksEnabled: true,
    features: {
      auditLogsEnabled: has(organization, "audit-logs"),
      environmentsEnabled: true,
      environmentRevisionTagsEnabled: true,
      environmentSecretRotationEnabled: false,
    },
  };
}
