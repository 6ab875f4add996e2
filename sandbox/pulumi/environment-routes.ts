import type { Hono } from "hono";
import { z } from "zod";
import { environmentFor, organizationFor, type Place, pathOf } from "./access";
import { refuseGated } from "./approvals";
import { actorName, type Cloud, type CloudContext, type CloudEnv, record } from "./cloud";
import { cloneInto } from "./environment-clone";
import { createEnvironment } from "./environment-creation";
import { announce } from "./environment-event";
import { listEnvironments } from "./environment-listing";
import { sealDefinition } from "./environment-text";
import { readJson, readText } from "./request-body";
import { addRevision, etagOf, refuseStale, revisionOf } from "./revisions";
import { param, routesOf } from "./route-table";
import { serviceError } from "./service-error";
import type { Environment, Level, Organization, Revision } from "./state";

const NewEnvironment = z.object({ project: z.string(), name: z.string() });
const Clone = z.object({
  project: z.string().optional(),
  name: z.string(),
  version: z.int().nonnegative().optional(),
  preserveHistory: z.boolean().optional(),
  preserveAccess: z.boolean().optional(),
  preserveEnvironmentTags: z.boolean().optional(),
  preserveRevisionTags: z.boolean().optional(),
});

/** Routes below `/api/esc/environments`: an environment's existence and definition. */
export function environmentRoutes(cloud: Cloud): Hono<CloudEnv> {
  return routesOf(cloud, [
    ["GET", "/", listAll],
    ["GET", "/:org", listOfOrganization],
    ["POST", "/:org", createOne],
    ["GET", "/:org/:project/:env", readLatest],
    ["GET", "/:org/:project/:env/versions/:version", readVersion],
    ["PATCH", "/:org/:project/:env", update],
    ["DELETE", "/:org/:project/:env", remove],
    ["POST", "/:org/:project/:env/clone", clone],
  ]);
}

function listAll(cloud: Cloud, c: CloudContext): Response {
  const only = c.req.query("organization");
  const names = cloud.security
    .organizationsOf(c.var.principal)
    .filter((n) => only === undefined || n === only);
  return c.json(
    listEnvironments(
      c,
      names.map((name) => organizationFor(cloud, c.var.principal, name)),
    ),
  );
}

function listOfOrganization(cloud: Cloud, c: CloudContext): Response {
  return c.json(listEnvironments(c, [organizationFor(cloud, c.var.principal, param(c, "org"))]));
}

async function createOne(cloud: Cloud, c: CloudContext): Promise<Response> {
  const organization = organizationFor(cloud, c.var.principal, param(c, "org"));
  const { project, name } = await readJson(c, NewEnvironment);
  createEnvironment(cloud, c.var.principal, organization, project, name);
  cloud.save();
  return c.body(null, 200);
}

function readLatest(cloud: Cloud, c: CloudContext): Response {
  return definition(cloud, c, undefined);
}

function readVersion(cloud: Cloud, c: CloudContext): Response {
  return definition(cloud, c, param(c, "version"));
}

async function update(cloud: Cloud, c: CloudContext): Promise<Response> {
  const about = at(cloud, c, "write", "environment-updated");
  refuseGated(cloud, c.var.principal, about, "environment-updated");
  const { environment } = about;
  const conditions = [c.req.header("etag"), c.req.header("if-match")];
  refuseStale(environment, conditions);
  const { text, warnings } = await sealDefinition(cloud, c.var.principal, about, await readText(c));
  // Reading and checking took time: what was current may not be any more, and the right may be gone.
  if (at(cloud, c, "write", "environment-updated").environment !== environment)
    throw serviceError(409, "Conflict: the environment was deleted and created again");
  refuseStale(environment, conditions);
  const { number } = addRevision(environment, text, actorName(c.var.principal));
  cloud.save();
  announce(cloud, c.var.principal, about, {
    audit: "environment-updated",
    filter: "environment_revision_created",
    kind: "environment_revision",
    details: { revision: number },
  });
  c.header("Pulumi-ESC-Revision", String(number));
  c.header("ETag", etagOf(environment));
  // `{}` when there is nothing to say: the provider takes any `diagnostics`, even an empty list, for a failure.
  return c.json(warnings.length === 0 ? {} : { diagnostics: warnings });
}

function remove(cloud: Cloud, c: CloudContext): Response {
  const about = at(cloud, c, "admin", "environment-deleted");
  const { organization, environment } = about;
  if (environment.deletionProtected)
    throw serviceError(
      409,
      `Conflict: environment '${pathOf(placeOf(organization, environment))}' is deletion-protected`,
    );
  delete organization.environments[`${environment.project}/${environment.name}`];
  for (const team of Object.values(organization.teams))
    team.environments = team.environments.filter(
      (e) => e.projectName !== environment.project || e.envName !== environment.name,
    );
  cloud.save();
  announce(cloud, c.var.principal, about, {
    audit: "environment-deleted",
    filter: "environment_deleted",
    kind: "environment",
  });
  return c.body(null, 200);
}

async function clone(cloud: Cloud, c: CloudContext): Promise<Response> {
  const source = at(cloud, c, "open", "environment-clone"); // environment:clone comes with Environment Open
  const wish = await readJson(c, Clone);
  const target = createEnvironment(
    cloud,
    c.var.principal,
    source.organization,
    wish.project ?? source.environment.project,
    wish.name,
  );
  cloneInto(cloud, source, target, wish);
  cloud.save();
  record(cloud, c.var.principal, "environment-clone", pathOf(c.req.param() as unknown as Place), "success", {
    to: `${target.project}/${target.name}`,
  });
  return c.body(null, 204);
}

const at = (cloud: Cloud, c: CloudContext, level: Level, action: string) =>
  environmentFor(cloud, c.var.principal, c.req.param() as unknown as Place, level, action);

// HEAD answers here too: Hono runs the GET route and drops the body.
function definition(cloud: Cloud, c: CloudContext, version: string | undefined): Response {
  const { environment } = at(cloud, c, "read", "environment-read");
  const revision = revisionOf(environment, version);
  record(cloud, c.var.principal, "environment-read", pathOf(c.req.param() as unknown as Place), "success", {
    revision: revision.number,
  });
  return yamlAnswer(c, environment, revision, revision.text);
}

/** Answers a definition with the headers that every client depends on. */
export function yamlAnswer(
  c: CloudContext,
  environment: Environment,
  revision: Revision,
  text: string,
): Response {
  return c.body(text, 200, {
    "content-type": "application/x-yaml",
    ETag: etagOf(environment, revision),
    "Pulumi-ESC-Revision": String(revision.number),
  });
}

const placeOf = (organization: Organization, environment: Environment): Place => ({
  org: organization.name,
  project: environment.project,
  env: environment.name,
});
