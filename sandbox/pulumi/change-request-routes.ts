import type { Hono } from "hono";
import { z } from "zod";
import { environmentFor, levelOf, organizationFor, type Place, pathOf } from "./access";
import { evaluateGates, mayApprove } from "./approvals";
import { actorName, type Cloud, type CloudContext, type CloudEnv, own, record } from "./cloud";
import { isOpen } from "./draft-routes";
import { announce, userInfo } from "./environment-event";
import { readJson } from "./request-body";
import { addRevision, latestOf } from "./revisions";
import { param, routesOf } from "./route-table";
import { forbidden, notFound, serviceError } from "./service-error";
import type { ChangeRequest, Environment, Level, Organization } from "./state";

const Submission = z.object({ description: z.string().nullish() });
const Approval = z.object({ revisionNumber: z.int().positive(), comment: z.string().optional() });
const ONE = "/:org/:request";

/** Proposed changes: who approved them, and their becoming revisions. Mount at `/api/change-requests`. */
export function changeRequestRoutes(cloud: Cloud): Hono<CloudEnv> {
  return routesOf(cloud, [
    ["GET", "/:org", list],
    ["GET", ONE, show],
    ["POST", `${ONE}/submit`, submit],
    ["POST", `${ONE}/approve`, approve],
    ["DELETE", `${ONE}/approve`, unapprove],
    ["POST", `${ONE}/close`, close],
    ["POST", `${ONE}/apply`, apply],
  ]);
}

/** Those on environments that the caller may read. */
function list(cloud: Cloud, c: CloudContext): Response {
  const organization = organizationFor(cloud, c.var.principal, param(c, "org"));
  const mine = Object.values(organization.changeRequests ?? {}).filter(
    ({ project, env }) => levelOf(organization, c.var.principal, project, env) !== "none",
  );
  return c.json({ changeRequests: mine.map((each) => describe(organization, each)), continuationToken: "" });
}

function show(cloud: Cloud, c: CloudContext): Response {
  const { organization, environment, request } = at(cloud, c, "read");
  const gateEvaluation = evaluateGates(organization, environment, request);
  return c.json({ ...describe(organization, request), gateEvaluation });
}

async function submit(cloud: Cloud, c: CloudContext): Promise<Response> {
  const { request } = open(cloud, c, "write");
  const { description } = await readJson(c, Submission);
  request.status = "submitted";
  request.description = description ?? request.description;
  return done(cloud, c, request, "submitted");
}

async function approve(cloud: Cloud, c: CloudContext): Promise<Response> {
  const { organization, environment, request } = open(cloud, c, "read");
  const { revisionNumber } = await readJson(c, Approval);
  if (!mayApprove(organization, environment, request, c.var.principal))
    throw forbidden("you are not eligible to approve this change request");
  if (request.status !== "submitted" || revisionNumber !== request.texts.length)
    throw serviceError(
      400,
      "Bad Request: only the latest revision of a submitted change request can be approved",
    );
  request.approvals.push({ by: actorName(c.var.principal), revision: revisionNumber });
  return done(cloud, c, request, "approved");
}

function unapprove(cloud: Cloud, c: CloudContext): Response {
  const { request } = open(cloud, c, "read");
  request.approvals = request.approvals.filter(({ by }) => by !== actorName(c.var.principal));
  return done(cloud, c, request, "unapproved");
}

function close(cloud: Cloud, c: CloudContext): Response {
  const { request } = open(cloud, c, "write");
  request.status = "closed";
  return done(cloud, c, request, "closed");
}

function apply(cloud: Cloud, c: CloudContext): Response {
  const about = open(cloud, c, "write");
  const { organization, environment, request } = about;
  if (request.status !== "submitted" || !evaluateGates(organization, environment, request).satisfied)
    throw serviceError(409, "Conflict: the change request lacks approvals");
  if (latestOf(environment).number !== request.base)
    throw serviceError(409, "Conflict: the environment has changed since the change was proposed");
  const { number } = addRevision(environment, request.texts.at(-1) ?? "", actorName(c.var.principal));
  request.status = "applied";
  cloud.save();
  announce(cloud, c.var.principal, about, {
    audit: "environment-updated",
    filter: "environment_revision_created",
    kind: "environment_revision",
    details: { revision: number },
  });
  const { project, env } = request;
  return c.json({ entityUrl: `/api/esc/environments/${organization.name}/${project}/${env}`, message: "" });
}

interface About {
  organization: Organization;
  environment: Environment;
  request: ChangeRequest;
}

function at(cloud: Cloud, c: CloudContext, level: Level): About {
  const organization = organizationFor(cloud, c.var.principal, param(c, "org"));
  const request = own(organization.changeRequests ?? {}, param(c, "request"));
  if (request === undefined) throw notFound("change request");
  const place: Place = { org: organization.name, project: request.project, env: request.env };
  return { ...environmentFor(cloud, c.var.principal, place, level, "change-request"), request };
}

/** @throws 409 for one that was applied or closed. */
function open(cloud: Cloud, c: CloudContext, level: Level): About {
  const about = at(cloud, c, level);
  if (!isOpen(about.request))
    throw serviceError(409, `Conflict: the change request is ${about.request.status}`);
  return about;
}

function done(cloud: Cloud, c: CloudContext, request: ChangeRequest, what: string): Response {
  cloud.save();
  const place = { org: param(c, "org"), project: request.project, env: request.env };
  record(cloud, c.var.principal, `change-request-${what}`, pathOf(place), "success", { request: request.id });
  return c.body(null, 204);
}

function describe(organization: Organization, request: ChangeRequest) {
  return {
    id: request.id,
    orgID: organization.id,
    status: request.status,
    description: request.description,
    action: "update",
    createdBy: userInfo(request.createdBy),
    createdAt: request.createdAt,
    latestRevisionNumber: request.texts.length,
    entity: { entityType: "environment", project: request.project, name: request.env },
  };
}
