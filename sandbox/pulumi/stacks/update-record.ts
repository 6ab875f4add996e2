import { randomUUID } from "node:crypto";
import type { Checkpoint } from "./checkpoint";
import type { StackParts } from "./stack-parts";
import { historyOf, nowSeconds, type StackRecord, type UpdateKind, type UpdateRecord } from "./stack-state";

/** A new record of work on a stack, not started yet. */
export function newUpdate(kind: UpdateKind, actor: string, message = ""): UpdateRecord {
  return {
    id: randomUUID(),
    kind,
    dryRun: kind === "preview",
    status: "not started",
    version: 0,
    startTime: 0,
    endTime: 0,
    message,
    environment: {},
    config: {},
    actor,
    events: 0,
  };
}

/**
 * Makes a checkpoint the stack's next version at one stroke, as an import or a rename does. Saves the stack.
 *
 * The configuration is that of the update before: `pulumi config refresh` writes the newest update's over the file.
 */
export function commitCheckpoint(
  parts: StackParts,
  stack: StackRecord,
  update: UpdateRecord,
  checkpoint: Checkpoint,
): void {
  const now = nowSeconds();
  const version = stack.version + 1;
  parts.checkpoints.write(stack.id, version, checkpoint.text);
  const { config, environment } = historyOf(stack)[0] ?? update;
  Object.assign(update, { config, environment });
  Object.assign(update, { status: "succeeded", version, startTime: now, endTime: now });
  update.resourceCount = checkpoint.resources;
  stack.updates.push(update);
  stack.version = version;
  stack.activeUpdate = update.id;
  parts.store.save();
}
