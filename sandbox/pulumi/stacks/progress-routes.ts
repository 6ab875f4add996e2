import type { Context, Hono } from "hono";
import { z } from "zod";
import { badRequest, serviceError } from "../service-error";
import { type Checkpoint, checkpointFrom, verbatimCheckpointFrom } from "./checkpoint";
import { requestBody, requestText } from "./request-text";
import { openStack, record, type StackParts, stackOf, updateOf } from "./stack-parts";
import { fullName, nowSeconds, type StackRecord, type UpdateRecord } from "./stack-state";
import { expiration, UPDATE } from "./start-routes";
import { checkToken, requireRunning } from "./update-lease";

const ONE = `${UPDATE}/:update`;

const renewBody = z.object({ duration: z.number() });
const completeBody = z.object({ status: z.string() });
const changes = z.record(z.string(), z.number());
const eventsBody = z.object({
  events: z.array(
    z.looseObject({ summaryEvent: z.looseObject({ resourceChanges: changes.nullish() }).nullish() }),
  ),
});

/** What a running update sends, each call under its update token. */
export function progressRoutes(app: Hono, parts: StackParts): void {
  leaseRoutes(app, parts);
  checkpointRoutes(app, parts);
}

function leaseRoutes(app: Hono, parts: StackParts): void {
  app.post(`${ONE}/renew_lease`, async (c) => {
    const { duration } = await requestBody(c, renewBody);
    if (duration < 0 || duration > 300)
      throw badRequest("Renewal duration must be between 0 and 300 seconds");
    const { update, token } = underToken(parts, c);
    requireRunning(update);
    update.leaseExpires = Date.now() + Math.min(duration, parts.leaseSeconds) * 1000;
    parts.store.save();
    // The same token: requests of the CLI that are under way still carry it.
    return c.json({ token, tokenExpiration: expiration(update) });
  });

  app.post(`${ONE}/complete`, async (c) => {
    const { status } = await requestBody(c, completeBody);
    const { stack, update } = underToken(parts, c);
    complete(parts, stack, update, status);
    return c.body(null, 204);
  });

  app.post(`${ONE}/cancel`, (c) => {
    const { principal, stack } = openStack(parts, c, "update.cancel");
    const update = updateOf(stack, c.req.param("update"));
    requireRunning(update);
    record(parts, principal.login, "update.cancel", fullName(stack), { update: update.id });
    Object.assign(update, { status: "failed", ended: "cancelled", endTime: nowSeconds() });
    parts.store.save();
    return c.body(null, 204);
  });
}

function checkpointRoutes(app: Hono, parts: StackParts): void {
  app.patch(`${ONE}/checkpoint`, async (c) => {
    const checkpoint = checkpointFrom(await requestText(c));
    const { stack, update } = underToken(parts, c);
    saveCheckpoint(parts, stack, update, checkpoint);
    return c.body(null, 204);
  });

  app.patch(`${ONE}/checkpointverbatim`, async (c) => {
    const { checkpoint, sequence } = verbatimCheckpointFrom(await requestText(c));
    const { stack, update } = underToken(parts, c);
    if (sequence > (update.sequence ?? -1)) {
      saveCheckpoint(parts, stack, update, checkpoint);
      update.sequence = sequence;
      parts.store.save();
    }
    return c.body(null, 204);
  });

  app.post(`${ONE}/events/batch`, async (c) => {
    const { events } = await requestBody(c, eventsBody);
    if (events.length === 0) throw badRequest("No events provided.");
    const { update } = underToken(parts, c);
    requireRunning(update);
    update.events += events.length;
    for (const { summaryEvent } of events)
      if (summaryEvent?.resourceChanges) update.resourceChanges = summaryEvent.resourceChanges;
    parts.store.save();
    return c.body(null, 200);
  });
}

/** The update in the path, for the one CLI that holds its token. @throws 403, 404. */
function underToken(
  parts: StackParts,
  c: Context,
): { stack: StackRecord; update: UpdateRecord; token: string } {
  const stack = stackOf(parts, c);
  const update = updateOf(stack, c.req.param("update"));
  return { stack, update, token: checkToken(update, c.req.header("authorization")) };
}

function saveCheckpoint(parts: StackParts, stack: StackRecord, update: UpdateRecord, next: Checkpoint): void {
  requireRunning(update);
  if (update.dryRun)
    throw serviceError(403, "Updating the checkpoint is not permitted for preview operations.");
  parts.checkpoints.write(stack.id, update.version, next.text);
  update.resourceCount = next.resources; // saved with the next change: only lists show it
}

/** The CLI repeats this call when an answer got lost: the same end told twice is not a conflict. */
function complete(parts: StackParts, stack: StackRecord, update: UpdateRecord, status: string): void {
  if (!["succeeded", "failed", "cancelled"].includes(status)) throw badRequest("unrecognized status");
  const end = status === "succeeded" ? "succeeded" : "failed";
  if (update.status === end && update.ended === undefined) return;
  requireRunning(update);
  const details = { update: update.id, version: update.version, preview: update.dryRun, status };
  parts.audit.append({
    service: "pulumi",
    actor: update.actor,
    action: "update.complete",
    target: fullName(stack),
    outcome: status === "succeeded" ? "success" : "failed",
    details,
  });
  update.status = end;
  update.endTime = nowSeconds();
  if (status === "cancelled") update.ended = "cancelled";
  parts.store.save();
}
