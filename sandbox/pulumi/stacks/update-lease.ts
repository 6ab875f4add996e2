import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { serviceError } from "../service-error";
import type { StackRecord, UpdateRecord } from "./stack-state";

/**
 * Seconds an update may stay silent before it counts as dead. The CLI assumes five minutes, whatever it is told,
 * and renews after half of them, looking every 37.5 s: anything under 190 would kill a healthy, quiet update.
 */
export const LEASE_SECONDS = 300;

/** 409 in the service's words. */
export const conflict = (what: string) => serviceError(409, `Conflict: ${what}`);

const hash = (token: string) => createHash("sha256").update(token).digest("hex");

/** Gives an update its token; only a hash of it is kept. */
export function grantLease(update: UpdateRecord, seconds: number): string {
  const token = randomBytes(32).toString("hex");
  update.tokenHash = hash(token);
  update.leaseExpires = Date.now() + seconds * 1000;
  return token;
}

/**
 * The update token of a request's `Authorization: update-token T`.
 * @throws 403 when it is not this update's: the CLI stops its renewals on nothing but a 403.
 */
export function checkToken(update: UpdateRecord, header: string | undefined): string {
  const token = /^update-token +(\S+)$/i.exec(header?.trim() ?? "")?.[1];
  const known = Buffer.from(update.tokenHash ?? hash(""), "hex");
  if (token === undefined || !timingSafeEqual(Buffer.from(hash(token), "hex"), known))
    throw serviceError(403, "Forbidden: the update token is not valid for this update");
  return token;
}

/** Fails an update whose CLI fell silent for longer than its lease. Returns whether it just did. */
export function expireLease(update: UpdateRecord): boolean {
  if (update.status !== "running" || (update.leaseExpires ?? 0) > Date.now()) return false;
  update.status = "failed";
  update.ended = "timed out";
  update.endTime = Math.floor((update.leaseExpires ?? 0) / 1000);
  return true;
}

/** The update that holds the stack now, if any; previews hold nothing. */
export function runningUpdate(stack: StackRecord): UpdateRecord | undefined {
  const running = stack.updates.find((update) => update.status === "running" && !update.dryRun);
  return running === undefined || expireLease(running) ? undefined : running;
}

/** @throws 409 while another update holds the stack. */
export function requireIdle(stack: StackRecord): void {
  if (runningUpdate(stack) !== undefined) throw conflict("Another update is currently in progress.");
}

/** @throws 409 saying why, when the update can take nothing more. */
export function requireRunning(update: UpdateRecord): void {
  expireLease(update);
  if (update.status === "running") return;
  if (update.status === "not started") throw conflict("The Update has not started");
  if (update.ended === "cancelled") throw conflict("The Update has been cancelled");
  if (update.ended === "timed out") throw conflict("The Update has already timed out");
  throw conflict("The Update has already completed");
}
