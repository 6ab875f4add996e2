import { randomBytes } from "node:crypto";
import type { Hono } from "hono";
import { z } from "zod";
import { environmentFor, organizationFor, requireAdmin } from "./access";
import { type Cloud, type CloudContext, type CloudEnv, own, record } from "./cloud";
import { requireFeature } from "./editions";
import { readJson } from "./request-body";
import { param, routesOf } from "./route-table";
import { badRequest, notFound, serviceError } from "./service-error";
import type { Hook } from "./state";

const FORMATS = ["raw", "slack", "ms_teams", "pulumi_deployments"] as const;
const NAME = /^[a-zA-Z0-9._-]{1,32}$/; // the CLI's own rule: "mirrors the backend column width"
/** What a PATCH sends to clear the secret; an empty string leaves it as it is (env_webhook_validate.go). */
const REMOVE_SECRET = "__remove-secret";
const Body = z.object({
  name: z.string().nullish(),
  displayName: z.string().default(""),
  payloadUrl: z.string().min(1),
  active: z.boolean().default(false),
  format: z.enum(FORMATS).nullish(),
  filters: z.array(z.string()).nullish(),
  groups: z.array(z.string()).nullish(),
  secret: z.string().nullish(),
  organizationName: z.string().nullish(),
  projectName: z.string().nullish(),
  envName: z.string().nullish(),
});
type HookBody = z.infer<typeof Body>;

/** Where a list of hooks hangs: an organization or one environment. */
interface Owner {
  hooks: Record<string, Hook>;
  target: string;
  names: { organizationName: string; projectName?: string; envName?: string };
}

/** Webhooks of organizations (administrators only, as the vendor documents). Mount at `/api/orgs`. */
export const organizationHookRoutes = (cloud: Cloud): Hono<CloudEnv> => hookRoutes(cloud, "/:org/hooks");

/** Webhooks of environments: reading needs `read`, changing `write`. Mount at `/api/esc/environments`. */
export const environmentHookRoutes = (cloud: Cloud): Hono<CloudEnv> =>
  hookRoutes(cloud, "/:org/:project/:env/hooks");

function hookRoutes(cloud: Cloud, base: string): Hono<CloudEnv> {
  return routesOf(cloud, [
    ["GET", base, listHooks],
    ["POST", base, createHook],
    ["GET", `${base}/:hook`, showHook],
    ["PATCH", `${base}/:hook`, updateHook],
    ["DELETE", `${base}/:hook`, deleteHook],
    ["GET", `${base}/:hook/deliveries`, (cloud, c) => c.json(existing(ownerOf(cloud, c), c).deliveries)],
    ["POST", `${base}/:hook/ping`, ping],
    ["POST", `${base}/:hook/deliveries/:event/redeliver`, redeliver],
  ]);
}

function listHooks(cloud: Cloud, c: CloudContext): Response {
  const owner = ownerOf(cloud, c);
  return c.json(Object.values(owner.hooks).map((hook) => describe(owner, hook)));
}

async function createHook(cloud: Cloud, c: CloudContext): Promise<Response> {
  const owner = ownerOf(cloud, c);
  requireFeature(organizationFor(cloud, c.var.principal, param(c, "org")), "webhooks");
  const body = await readJson(c, Body);
  const name = body.name || randomBytes(4).toString("hex");
  if (!NAME.test(name)) throw badRequest("a webhook name holds 1 to 32 letters, digits, '.', '_' or '-'");
  refuseOtherOwner(owner, body);
  if (own(owner.hooks, name) !== undefined)
    throw serviceError(409, "Conflict: Webhook with this name already exists");
  const hook: Hook = { name, format: body.format ?? "raw", deliveries: [], ...shared(body) };
  if (body.secret) hook.secret = cloud.security.encrypt(Buffer.from(body.secret));
  owner.hooks[name] = hook;
  saved(cloud, c, owner, name, "created");
  return c.json(describe(owner, hook), 201);
}

function showHook(cloud: Cloud, c: CloudContext): Response {
  const owner = ownerOf(cloud, c);
  return c.json(describe(owner, existing(owner, c)));
}

async function updateHook(cloud: Cloud, c: CloudContext): Promise<Response> {
  const owner = ownerOf(cloud, c);
  const hook = existing(owner, c);
  const body = await readJson(c, Body);
  // All but format and secret are replaced, left out or not: the vendor's PATCH wants the whole wish.
  Object.assign(hook, shared(body));
  if (body.format) hook.format = body.format;
  if (body.secret === REMOVE_SECRET) delete hook.secret;
  else if (body.secret) hook.secret = cloud.security.encrypt(Buffer.from(body.secret));
  saved(cloud, c, owner, hook.name, "updated");
  return c.json(describe(owner, hook));
}

function deleteHook(cloud: Cloud, c: CloudContext): Response {
  const owner = ownerOf(cloud, c);
  const { name } = existing(owner, c);
  delete owner.hooks[name];
  saved(cloud, c, owner, name, "deleted");
  return c.body(null, 204);
}

async function ping(cloud: Cloud, c: CloudContext): Promise<Response> {
  const owner = ownerOf(cloud, c);
  const hook = existing(owner, c);
  return c.json(await cloud.hooks.send(hook, "ping", { ...owner.names, webhook: hook.name }));
}

async function redeliver(cloud: Cloud, c: CloudContext): Promise<Response> {
  const hook = existing(ownerOf(cloud, c), c);
  const delivery = hook.deliveries.find((sent) => sent.id === param(c, "event"));
  if (delivery === undefined) throw notFound("webhook delivery");
  return c.json(await cloud.hooks.send(hook, delivery.kind, JSON.parse(delivery.payload)));
}

function ownerOf(cloud: Cloud, c: CloudContext): Owner {
  const [org, project, env] = [param(c, "org"), param(c, "project"), param(c, "env")];
  if (env === "") {
    const { hooks, name } = requireAdmin(cloud, c.var.principal, org, "webhook");
    return { hooks, target: name, names: { organizationName: name } };
  }
  const level = c.req.method === "GET" ? "read" : "write";
  const { environment } = environmentFor(cloud, c.var.principal, { org, project, env }, level, "webhook");
  return {
    hooks: environment.hooks,
    target: `${org}/${project}/${env}`,
    names: { organizationName: org, projectName: project, envName: env },
  };
}

function saved(cloud: Cloud, c: CloudContext, owner: Owner, webhook: string, what: string): void {
  cloud.save();
  record(cloud, c.var.principal, `webhook-${what}`, owner.target, "success", { webhook });
}

function existing(owner: Owner, c: CloudContext): Hook {
  const hook = own(owner.hooks, param(c, "hook"));
  if (hook === undefined) throw notFound("Webhook");
  return hook;
}

const shared = (body: HookBody) => ({
  displayName: body.displayName,
  payloadUrl: body.payloadUrl,
  active: body.active,
  filters: body.filters ?? [],
  groups: body.groups ?? [],
});

function refuseOtherOwner(owner: Owner, body: HookBody): void {
  const { organizationName, projectName, envName } = owner.names;
  const same = (given: string | null | undefined, real: string | undefined) => !given || given === real;
  if (!same(body.organizationName, organizationName))
    throw badRequest("Organization name from request body doesn't match URL.");
  if (!same(body.projectName, projectName) || !same(body.envName, envName))
    throw badRequest("Environment from request body doesn't match URL.");
  if (body.format === "pulumi_deployments" && envName === undefined)
    throw badRequest("'pulumi_deployments' format can only be used on stack or environment webhooks.");
}

/** The secret itself is never answered; its ciphertext lets a client see that it changed, as the vendor does. */
function describe(owner: Owner, { deliveries: _, secret, ...hook }: Hook) {
  return { ...hook, ...owner.names, hasSecret: secret !== undefined, secretCiphertext: secret ?? "" };
}
