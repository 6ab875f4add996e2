import { randomUUID } from "node:crypto";
import type { Hono } from "hono";
import { z } from "zod";
import { requireAdmin } from "./access";
import { type Cloud, type CloudContext, type CloudEnv, own, record } from "./cloud";
import { requireFeature } from "./editions";
import { userInfo } from "./environment-event";
import { readJson } from "./request-body";
import { param, routesOf } from "./route-table";

import { notFound } from "./service-error";
import type { ChangeGate, Organization } from "./state";

const Gate = z.object({
  name: z.string().min(1),
  enabled: z.boolean(),
  rule: z.object({
    ruleType: z.string(),
    numApprovalsRequired: z.int().positive().exactOptional(),
    allowSelfApproval: z.boolean().exactOptional(),
    requireReapprovalOnChange: z.boolean().exactOptional(),
    eligibleApprovers: z.array(
      z.object({
        eligibilityType: z.string(),
        teamName: z.string().exactOptional(),
        userLogin: z.string().exactOptional(),
        permission: z.string().exactOptional(),
      }),
    ),
  }),
  target: z.looseObject({
    actionTypes: z.array(z.enum(["update", "open"])),
    entityType: z.literal("environment"),
    qualifiedName: z.string().exactOptional(),
  }),
});

/** Approval rules, at `/api/change-gates`; `approvals.ts` enforces those on changes. */
export function changeGateRoutes(cloud: Cloud): Hono<CloudEnv> {
  return routesOf(cloud, [
    ["GET", "/:org", listGates],
    ["POST", "/:org", createGate],
    ["GET", "/:org/:id", showGate],
    ["PUT", "/:org/:id", updateGate],
    ["DELETE", "/:org/:id", deleteGate],
  ]);
}

function listGates(cloud: Cloud, c: CloudContext): Response {
  const wanted = c.req.query("qualifiedName");
  const gates = Object.values(admin(cloud, c, "change-gate-read").changeGates).filter(
    (gate) => wanted === undefined || gate.target.qualifiedName === wanted,
  );
  return c.json({ gates: gates.map(describe), continuationToken: "" });
}

async function createGate(cloud: Cloud, c: CloudContext): Promise<Response> {
  const organization = admin(cloud, c, "change-gate-created");
  requireFeature(organization, "approvals");
  return save(
    cloud,
    c,
    organization,
    { id: randomUUID(), ...(await readJson(c, Gate)) },
    "change-gate-created",
    201,
  );
}

function showGate(cloud: Cloud, c: CloudContext): Response {
  return c.json(describe(existing(admin(cloud, c, "change-gate-read"), param(c, "id"))));
}

async function updateGate(cloud: Cloud, c: CloudContext): Promise<Response> {
  const organization = admin(cloud, c, "change-gate-updated");
  existing(organization, param(c, "id"));
  return save(
    cloud,
    c,
    organization,
    { id: param(c, "id"), ...(await readJson(c, Gate)) },
    "change-gate-updated",
    200,
  );
}

function deleteGate(cloud: Cloud, c: CloudContext): Response {
  const organization = admin(cloud, c, "change-gate-deleted");
  existing(organization, param(c, "id"));
  delete organization.changeGates[param(c, "id")];
  cloud.save();
  record(cloud, c.var.principal, "change-gate-deleted", organization.name);
  return c.body(null, 204);
}

const admin = (cloud: Cloud, c: CloudContext, action: string) =>
  requireAdmin(cloud, c.var.principal, param(c, "org"), action);

function save(
  cloud: Cloud,
  c: CloudContext,
  organization: Organization,
  gate: ChangeGate,
  action: string,
  status: 200 | 201,
) {
  organization.changeGates[gate.id] = gate;
  cloud.save();
  record(cloud, c.var.principal, action, organization.name, "success", { gate: gate.id });
  return c.json(describe(gate), status);
}

function existing(organization: Organization, id: string): ChangeGate {
  const gate = own(organization.changeGates, id);
  if (gate === undefined) throw notFound("change gate");
  return gate;
}

/** The vendor answers approvers in another shape than it takes them: `teamName` as `name`, `userLogin` as a user. */
function describe(gate: ChangeGate): Record<string, unknown> {
  const { rule } = gate;
  const eligibleApprovers = (rule.eligibleApprovers ?? []).map(({ teamName, userLogin, ...rest }) => ({
    ...rest,
    ...(teamName ? { name: teamName, displayName: teamName } : {}),
    ...(userLogin ? { user: userInfo(userLogin) } : {}),
  }));
  const defaults = { numApprovalsRequired: 1, allowSelfApproval: false, requireReapprovalOnChange: false };
  return { ...gate, rule: { ...defaults, ...rule, eligibleApprovers } };
}
