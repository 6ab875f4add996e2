import type { Hono } from "hono";
import { z } from "zod";
import { requireAdmin } from "./access";
import { type Cloud, type CloudContext, type CloudEnv, record } from "./cloud";
import { requireFeature } from "./editions";
import { readJson } from "./request-body";
import { param, routesOf } from "./route-table";
import { badRequest, notFound } from "./service-error";

const Wish = z.object({
  newEnabled: z.boolean(),
  newS3Configuration: z.object({
    s3BucketName: z.string().min(1),
    s3PathPrefix: z.string().optional(),
    iamRoleArn: z.string().min(1),
  }),
});

/** Where the audit log is exported to: kept, and nothing is ever sent. Mount at `/api/orgs`, before other audit routes. */
export function auditExportRoutes(cloud: Cloud): Hono<CloudEnv> {
  const path = "/:org/auditlogs/export/config";
  return routesOf(cloud, [
    ["GET", path, show],
    ["POST", path, write],
    ["DELETE", path, remove],
  ]);
}

function show(cloud: Cloud, c: CloudContext): Response {
  const { auditExport } = requireAdmin(cloud, c.var.principal, param(c, "org"), "audit-log-export-read");
  if (auditExport === undefined) throw notFound("Audit log export configuration");
  return c.json({ ...auditExport, lastResult: { timestamp: 0, message: "" } });
}

async function write(cloud: Cloud, c: CloudContext): Promise<Response> {
  const organization = requireAdmin(cloud, c.var.principal, param(c, "org"), "audit-log-export-updated");
  requireFeature(organization, "audit-log-export");
  const { newEnabled, newS3Configuration } = await readJson(c, Wish);
  organization.auditExport = { enabled: newEnabled, s3Config: newS3Configuration };
  cloud.save();
  record(cloud, c.var.principal, "audit-log-export-updated", organization.name);
  return c.body(null, 204);
}

/** Also where the edition has no export any more, as the vendor documents. */
function remove(cloud: Cloud, c: CloudContext): Response {
  const organization = requireAdmin(cloud, c.var.principal, param(c, "org"), "audit-log-export-deleted");
  if (organization.auditExport === undefined)
    throw badRequest("Organization has not configured audit log export.");
  delete organization.auditExport;
  cloud.save();
  record(cloud, c.var.principal, "audit-log-export-deleted", organization.name);
  return c.body(null, 204);
}
