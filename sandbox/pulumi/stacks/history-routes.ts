import type { Hono } from "hono";
import { userInfo } from "../environment-event";
import { notFound } from "../service-error";
import { openStack, STACK, type StackParts, updateOf } from "./stack-parts";
import { historyOf, type StackRecord, type UpdateRecord } from "./stack-state";
import { UPDATE } from "./start-routes";
import { expireLease } from "./update-lease";

/** What happened to a stack: `pulumi stack history`, `config refresh`, and the end of an import. */
export function historyRoutes(app: Hono, parts: StackParts): void {
  versionRoutes(app, parts);
  statusRoutes(app, parts);
}

function versionRoutes(app: Hono, parts: StackParts): void {
  app.get(`${STACK}/updates`, (c) => {
    const { stack } = openStack(parts, c, "stack.history");
    return c.json(pageOf(historyOf(stack).map(info), c.req.query()));
  });

  app.get(`${STACK}/updates/latest/previews`, (c) => {
    const { stack } = openStack(parts, c, "stack.history");
    const previews = stack.updates.filter((update) => update.dryRun && update.startTime > 0);
    if (c.req.query("asc") === "false") previews.reverse();
    return c.json(
      pageOf(
        previews.map((update) => described(stack, update)),
        c.req.query(),
      ),
    );
  });

  app.get(`${STACK}/updates/:version{(?:latest|[0-9]+)}`, (c) => {
    const { stack } = openStack(parts, c, "stack.history");
    const asked = c.req.param("version");
    const wanted = asked === "latest" ? stack.version : Number(asked);
    const update = historyOf(stack).find((one) => one.version === wanted);
    if (update === undefined) throw notFound(`Version ${asked} of stack '${stack.stack}'`);
    return c.json(described(stack, update));
  });
}

/** The service's UpdateInfo: more than the CLI's, which it holds. */
function described(stack: StackRecord, update: UpdateRecord): object {
  return {
    info: info(update),
    updateID: update.id,
    version: update.version,
    latestVersion: stack.version,
    requestedBy: userInfo(update.actor),
  };
}

function statusRoutes(app: Hono, parts: StackParts): void {
  app.get(`${UPDATE}/:update`, (c) => {
    const { stack } = openStack(parts, c, "stack.history");
    const update = updateOf(stack, c.req.param("update"));
    expireLease(update);
    // A continuation token says "ask again"; without one the CLI takes the status for the end.
    const more = update.status === "running" ? { continuationToken: "running" } : {};
    return c.json({ status: update.status, events: [], ...more });
  });

  app.get(`${UPDATE}/:update/events`, (c) => {
    updateOf(openStack(parts, c, "stack.history").stack, c.req.param("update"));
    return c.json({ events: [], continuationToken: null });
  });

  app.get(`${STACK}/policypacks`, (c) => {
    openStack(parts, c, "stack.read");
    return c.json({ requiredPolicies: [] });
  });
}

/** @param query `page` from 1 and `pageSize`; everything when the size is left out. */
function pageOf<Item>(items: Item[], query: Record<string, string>): object {
  const size = Math.max(0, Number.parseInt(query.pageSize ?? "0", 10) || 0);
  const page = Math.max(1, Number.parseInt(query.page ?? "1", 10) || 1);
  const updates = size === 0 ? items : items.slice((page - 1) * size, page * size);
  return { updates, itemsPerPage: size, total: items.length };
}

const RESULT = {
  "not started": "not-started",
  running: "in-progress",
  succeeded: "succeeded",
  failed: "failed",
} satisfies Record<UpdateRecord["status"], string>;

function info(update: UpdateRecord): object {
  expireLease(update);
  return {
    kind: update.kind,
    startTime: update.startTime,
    message: update.message,
    environment: update.environment,
    config: update.config,
    result: RESULT[update.status],
    endTime: update.endTime,
    version: update.version,
    ...(update.resourceChanges === undefined ? {} : { resourceChanges: update.resourceChanges }),
    ...(update.resourceCount === undefined ? {} : { resourceCount: update.resourceCount }),
  };
}
