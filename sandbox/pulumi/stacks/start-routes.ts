import type { Hono } from "hono";
import { z } from "zod";
import { requestBody } from "./request-text";
import { latestCheckpoint, openStack, record, STACK, type StackParts, updateOf } from "./stack-parts";
import { fullName, nowSeconds, type StackRecord, type UpdateKind, type UpdateRecord } from "./stack-state";
import { checkTags } from "./stack-tags";
import { conflict, expireLease, grantLease, requireIdle } from "./update-lease";
import { newUpdate } from "./update-record";

/**
 * Path of the updates of a stack. Once one is created the CLI says `update`, whatever its kind.
 * The group is needed: Hono anchors the pattern as it stands, and `^update|..` would match `update/ID` as well.
 */
export const UPDATE = `${STACK}/:kind{(?:update|preview|refresh|destroy)}`;

/** Previews and never started updates kept per stack: only the newest preview is ever asked for. */
const KEPT_WITHOUT_VERSION = 20;

const createBody = z.object({
  options: z.object({ dryRun: z.boolean().nullish() }).nullish(),
  config: z
    .record(z.string(), z.object({ string: z.string(), secret: z.boolean(), object: z.boolean().optional() }))
    .nullish(),
  metadata: z
    .object({ message: z.string().nullish(), environment: z.record(z.string(), z.string()).nullish() })
    .nullish(),
});

const startBody = z.object({ tags: z.record(z.string(), z.string()).nullish() });

/** Creating an update of any kind, and starting it: the moment it takes the stack's lock. */
export function startRoutes(app: Hono, parts: StackParts): void {
  app.post(UPDATE, async (c) => {
    const body = await requestBody(c, createBody);
    const kind = c.req.param("kind") as UpdateKind;
    const dryRun = kind === "preview" || body.options?.dryRun === true;
    const { principal, stack } = openStack(parts, c, dryRun ? "update.preview" : "update.create");
    const update = newUpdate(kind, principal.login, body.metadata?.message ?? "");
    update.dryRun ||= dryRun;
    update.environment = body.metadata?.environment ?? {};
    for (const [key, value] of Object.entries(body.config ?? {}))
      update.config[key] = { string: value.string, secret: value.secret, object: value.object ?? false };
    forgetOld(stack);
    stack.updates.push(update);
    parts.store.save();
    return c.json({ updateID: update.id, requiredPolicies: [] });
  });

  app.post(`${UPDATE}/:update`, async (c) => {
    const { tags } = await requestBody(c, startBody);
    const update = updateOf(openStack(parts, c, "stack.read").stack, c.req.param("update"));
    const { principal, stack } = openStack(parts, c, update.dryRun ? "update.preview" : "update.start");
    if (update.status !== "not started") throw conflict("The Update has already started");
    if (!update.dryRun) requireIdle(stack);
    const checked = tags && !update.dryRun ? checkTags(tags) : stack.tags;
    const details = { kind: update.kind, preview: update.dryRun, update: update.id };
    record(parts, principal.login, "update.start", fullName(stack), details);
    stack.tags = checked;
    if (!update.dryRun) takeVersion(parts, stack, update);
    update.status = "running";
    update.startTime = nowSeconds();
    const token = grantLease(update, parts.leaseSeconds);
    parts.store.save();
    // No journalVersion: the CLI then sends whole checkpoints, each of them good by itself.
    return c.json({ version: stack.version, token, tokenExpiration: expiration(update) });
  });
}

/** Unix seconds at which an update's lease ends. */
export const expiration = (update: UpdateRecord) => Math.floor((update.leaseExpires ?? 0) / 1000);

/** The new version begins as what the stack holds, so that an update that dies early loses nothing. */
function takeVersion(parts: StackParts, stack: StackRecord, update: UpdateRecord): void {
  update.version = stack.version + 1;
  const checkpoint = latestCheckpoint(parts, stack);
  parts.checkpoints.write(stack.id, update.version, checkpoint.text);
  update.resourceCount = checkpoint.resources;
  stack.version = update.version;
  stack.activeUpdate = update.id;
}

function forgetOld(stack: StackRecord): void {
  for (const update of stack.updates) expireLease(update); // a preview that was killed never says its end
  const idle = stack.updates.filter((update) => update.version === 0 && update.status !== "running");
  const old = new Set(idle.slice(0, Math.max(0, idle.length - KEPT_WITHOUT_VERSION)));
  stack.updates = stack.updates.filter((update) => !old.has(update));
}
