import { randomUUID } from "node:crypto";
import type { Hono } from "hono";
import { environmentFor, type Place, pathOf } from "./access";
import { actorName, type Cloud, type CloudContext, type CloudEnv, own, record } from "./cloud";
import { requireFeature } from "./editions";
import { sealDefinition } from "./environment-text";
import { readText } from "./request-body";
import { etagOf, latestOf, refuseStale } from "./revisions";
import { param, routesOf } from "./route-table";
import { notFound, serviceError } from "./service-error";
import type { ChangeRequest, Level } from "./state";

const ONE = "/:org/:project/:env/drafts";

/** Drafts: changes of an environment that wait for approval. Mount at `/api/esc/environments`. */
export function draftRoutes(cloud: Cloud): Hono<CloudEnv> {
  return routesOf(cloud, [
    ["POST", ONE, create],
    ["GET", `${ONE}/:request`, show],
    ["PATCH", `${ONE}/:request`, update],
  ]);
}

async function create(cloud: Cloud, c: CloudContext): Promise<Response> {
  const about = at(cloud, c, "write");
  const { organization, environment } = about;
  requireFeature(organization, "approvals");
  refuseStale(environment, [c.req.header("etag"), c.req.header("if-match")]);
  organization.changeRequests ??= {};
  const requests = organization.changeRequests;
  const open = Object.values(requests).find(
    (each) => isOpen(each) && each.project === environment.project && each.env === environment.name,
  );
  // "Only one draft can be active on an environment at a time" (docs, ESC approvals).
  if (open !== undefined) throw serviceError(409, `Conflict: draft ${open.id} is active on this environment`);
  const { text } = await sealDefinition(cloud, c.var.principal, about, await readText(c));
  const id = randomUUID();
  requests[id] = {
    id,
    status: "draft",
    description: "",
    project: environment.project,
    env: environment.name,
    createdBy: actorName(c.var.principal),
    createdAt: new Date().toISOString(),
    base: latestOf(environment).number,
    texts: [text],
    approvals: [],
  };
  cloud.save();
  record(cloud, c.var.principal, "environment-draft-created", pathOf(placeOf(c)), "success", { request: id });
  return c.json({ changeRequestId: id, latestRevisionNumber: 1 });
}

function show(cloud: Cloud, c: CloudContext): Response {
  const { organization, environment } = at(cloud, c, "read");
  const request = requestOf(organization.changeRequests, c);
  return c.body(request.texts.at(-1) ?? "", 200, {
    "content-type": "application/x-yaml",
    ETag: etagOfDraft(request, etagOf(environment)),
  });
}

async function update(cloud: Cloud, c: CloudContext): Promise<Response> {
  const about = at(cloud, c, "write");
  const request = requestOf(about.organization.changeRequests, c);
  const tag = c.req.header("if-match");
  if (tag !== undefined && tag !== etagOfDraft(request, etagOf(about.environment)))
    throw serviceError(409, "Conflict: the draft has changed since it was read");
  const { text } = await sealDefinition(cloud, c.var.principal, about, await readText(c));
  request.texts.push(text);
  cloud.save();
  record(cloud, c.var.principal, "environment-draft-updated", pathOf(placeOf(c)), "success", {
    request: request.id,
  });
  return c.json({ changeRequestId: request.id, latestRevisionNumber: request.texts.length });
}

/** Whether a request can still become a change. */
export const isOpen = ({ status }: ChangeRequest): boolean => status === "draft" || status === "submitted";

const etagOfDraft = ({ id, texts }: ChangeRequest, base: string) => `${base}-${id}-${texts.length}`;

const placeOf = (c: CloudContext): Place => c.req.param() as unknown as Place;

const at = (cloud: Cloud, c: CloudContext, level: Level) =>
  environmentFor(cloud, c.var.principal, placeOf(c), level, "environment-draft");

function requestOf(requests: Record<string, ChangeRequest> = {}, c: CloudContext): ChangeRequest {
  const { project, env } = placeOf(c);
  const found = own(requests, param(c, "request"));
  if (found === undefined || !isOpen(found) || found.project !== project || found.env !== env)
    throw notFound("draft");
  return found;
}
