import type { Hono } from "hono";
import { functionSummary } from "../esc/function-summary";
import { stringifyExact } from "../esc/json-number";
import { environmentFor, openLimit, organizationFor, type Place, pathOf } from "./access";
import { actorName, type Cloud, type CloudContext, type CloudEnv, record } from "./cloud";
import { type Evaluated, evaluate, refuseErrors } from "./evaluation";
import { parseGoDuration } from "./go-duration";
import { valueAt } from "./property-path";
import { readText } from "./request-body";
import { revisionOf } from "./revisions";
import { param, routesOf } from "./route-table";
import { badRequest, notFound } from "./service-error";

/** What `pulumi env open` asks for when nobody says how long. */
const DEFAULT_OPEN_MS = 2 * 60 * 60 * 1000;

/** Routes that check and open, stored environments and mere text. Mount them before the routes of single environments. */
export function openRoutes(cloud: Cloud): Hono<CloudEnv> {
  return routesOf(cloud, [
    ["POST", "/:org/yaml/check", checkText],
    ["POST", "/:org/yaml/open", openText],
    ["GET", "/:org/yaml/open/:session", readOpenText],
    ["POST", "/:org/:project/:env/open", openLatest],
    ["POST", "/:org/:project/:env/versions/:version/open", openVersion],
    ["GET", "/:org/:project/:env/open/:session", readOpen],
    // So all of the vendor's ESC SDKs ask for one property: with an empty part in the path.
    ["GET", "/:org/:project/:env/open//:session", readOpen],
    ["POST", "/:org/:project/:env/check", checkLatest],
    ["POST", "/:org/:project/:env/versions/:version/check", checkVersion],
  ]);
}

async function checkText(cloud: Cloud, c: CloudContext): Promise<Response> {
  const organization = organizationFor(cloud, c.var.principal, param(c, "org"));
  const text = await readText(c);
  const mode = c.req.query("showSecrets") === "true" ? "show" : "check";
  const result = await evaluate({
    cloud,
    principal: c.var.principal,
    organization,
    environment: undefined,
    text,
    mode,
  });
  refuseErrors(result);
  if (mode === "show") recordImports(cloud, c, result, `${organization.name}/<yaml>`);
  return exactJson(c, checked(result));
}

async function openText(cloud: Cloud, c: CloudContext): Promise<Response> {
  const organization = organizationFor(cloud, c.var.principal, param(c, "org"));
  const text = await readText(c);
  const duration = durationOf(c);
  const result = await evaluate({
    cloud,
    principal: c.var.principal,
    organization,
    environment: undefined,
    text,
    mode: "open",
  });
  refuseErrors(result);
  recordImports(cloud, c, result, `${organization.name}/<yaml>`);
  return c.json({
    id: keep(cloud, c, organization.name, undefined, result, shortest(cloud, c, duration, result.imported)),
  });
}

function readOpenText(cloud: Cloud, c: CloudContext): Response {
  organizationFor(cloud, c.var.principal, param(c, "org"));
  return session(cloud, c, param(c, "org"), undefined, param(c, "session"));
}

function openLatest(cloud: Cloud, c: CloudContext): Promise<Response> {
  return open(cloud, c, undefined);
}

function openVersion(cloud: Cloud, c: CloudContext): Promise<Response> {
  return open(cloud, c, param(c, "version"));
}

function readOpen(cloud: Cloud, c: CloudContext): Response {
  const place = placeOf(c);
  // Asked for again: whoever lost the right since the opening gets nothing more.
  environmentFor(cloud, c.var.principal, place, "open", "environment-read-open");
  return session(cloud, c, place.org, `${place.project}/${place.env}`, param(c, "session"));
}

function checkLatest(cloud: Cloud, c: CloudContext): Promise<Response> {
  return check(cloud, c, undefined);
}

function checkVersion(cloud: Cloud, c: CloudContext): Promise<Response> {
  return check(cloud, c, param(c, "version"));
}

async function open(cloud: Cloud, c: CloudContext, version: string | undefined): Promise<Response> {
  const place = placeOf(c);
  const about = environmentFor(cloud, c.var.principal, place, "open", "environment-open");
  const duration = durationOf(c);
  const revision = revisionOf(about.environment, version);
  const result = await evaluate({
    cloud,
    principal: c.var.principal,
    ...about,
    text: revision.text,
    mode: "open",
  });
  refuseErrors(result);
  record(cloud, c.var.principal, "environment-open", pathOf(place), "success", {
    revision: revision.number,
  });
  recordImports(cloud, c, result, pathOf(place));
  const life = shortest(cloud, c, duration, [place, ...result.imported]);
  return c.json({ id: keep(cloud, c, place.org, `${place.project}/${place.env}`, result, life) });
}

async function check(cloud: Cloud, c: CloudContext, version: string | undefined): Promise<Response> {
  const reveal = c.req.query("showSecrets") === "true";
  const about = environmentFor(
    cloud,
    c.var.principal,
    placeOf(c),
    reveal ? "open" : "read",
    "environment-read",
  );
  const { text } = revisionOf(about.environment, version);
  const mode = reveal ? "show" : "check";
  const result = await evaluate({ cloud, principal: c.var.principal, ...about, text, mode });
  refuseErrors(result);
  if (reveal) record(cloud, c.var.principal, "environment-open", pathOf(placeOf(c)));
  if (reveal) recordImports(cloud, c, result, pathOf(placeOf(c)));
  return exactJson(c, checked(result));
}

function checked({ environment }: Evaluated) {
  return { ...environment, environmentFunctionSummary: functionSummary(environment.exprs) };
}

function recordImports(cloud: Cloud, c: CloudContext, result: Evaluated, importedBy: string): void {
  for (const place of result.imported)
    record(cloud, c.var.principal, "environment-open", pathOf(place), "success", { importedBy });
}

/** A permission's maxOpenDuration shortens a session rather than refusing it: a plain `env open` asks for two hours. */
function shortest(cloud: Cloud, c: CloudContext, wanted: number, places: Place[]): number {
  const limits = places.map((place) => {
    const organization = organizationFor(cloud, c.var.principal, place.org);
    return openLimit(organization, c.var.principal, place) ?? wanted;
  });
  return Math.min(wanted, ...limits);
}

function keep(
  cloud: Cloud,
  c: CloudContext,
  org: string,
  path: string | undefined,
  result: Evaluated,
  life: number,
): string {
  const { environment } = result;
  return cloud.sessions.add({
    org,
    path,
    actor: actorName(c.var.principal),
    environment,
    expires: Date.now() + life,
  });
}

function session(cloud: Cloud, c: CloudContext, org: string, path: string | undefined, id: string): Response {
  const found = cloud.sessions.find(id, { org, path, actor: actorName(c.var.principal) });
  if (found === undefined) throw notFound("open environment session");
  record(cloud, c.var.principal, "environment-read-open", `${org}/${path ?? "<yaml>"}`);
  const property = c.req.query("property");
  if (property === undefined || property === "") return exactJson(c, found.environment);
  return exactJson(c, valueAt(found.environment, property));
}

const placeOf = (c: CloudContext): Place => c.req.param() as unknown as Place;

function durationOf(c: CloudContext): number {
  const text = c.req.query("duration");
  if (text === undefined || text === "") return DEFAULT_OPEN_MS;
  const duration = parseGoDuration(text);
  if (duration === undefined)
    throw badRequest("the query parameter duration must be a Go duration such as 2h45m");
  return duration;
}

/** Numbers keep their own text: an environment's 1.10 must not become 1.1. */
const exactJson = (c: CloudContext, value: unknown): Response =>
  c.body(stringifyExact(value), 200, { "content-type": "application/json" });
