import type { Context } from "hono";
import type { AuditLog } from "../../core/audit";
import type { Store } from "../../core/store";
import type { Principal, PulumiSecurity, StackLevel } from "../principal";
import { forbidden, notFound } from "../service-error";
import { includes } from "../stack-access";
import { type Checkpoint, checkpointFrom, EMPTY_CHECKPOINT } from "./checkpoint";
import type { CheckpointFiles } from "./checkpoint-files";
import { fullName, type StackRecord, type StacksState, type UpdateRecord } from "./stack-state";

/** Path of one stack; the routes add to it. */
export const STACK = "/api/stacks/:org/:project/:stack";

/** What all stack routes work with. */
export interface StackParts {
  security: PulumiSecurity;
  audit: AuditLog;
  store: Store<StacksState>;
  checkpoints: CheckpointFiles;
  leaseSeconds: number;
}

/** Writes an audit record of something that succeeded. */
export function record(
  parts: StackParts,
  actor: string,
  action: string,
  target: string,
  details: Record<string, string | number | boolean> = {},
): void {
  parts.audit.append({ service: "pulumi", actor, action, target, outcome: "success", details });
}

/**
 * Who asks, once it is clear that they belong to the organization in the path.
 * @throws 401 without a valid token; 403, with an audit record, for someone outside the organization.
 */
export function enter(parts: StackParts, c: Context, action: string): Principal {
  const principal = parts.security.authenticate(c.req.header("authorization"));
  const org = c.req.param("org") ?? "";
  if (parts.security.organizationsOf(principal).includes(org)) return principal;
  throw denied(parts, c, principal, action, `${principal.login} is not a member of ${org}`);
}

/** What each kind of work asks for (docs, RBAC scopes of stacks); the rest asks for `write`. */
const NEEDED: Readonly<Record<string, StackLevel>> = {
  "stack.read": "read",
  "stack.history": "read",
  "stack.export": "read",
  "stack.encrypt": "read",
  "stack.decrypt": "read",
  "update.preview": "read",
  "stack.rename": "admin",
  "stack.delete": "admin",
};

/** The stack in the path, for a caller who may do this with it. @throws 401, 403, 404. */
export function openStack(
  parts: StackParts,
  c: Context,
  action: string,
): { principal: Principal; stack: StackRecord } {
  const principal = enter(parts, c, action);
  const { org = "", project = "", stack: name = "" } = c.req.param() as Record<string, string>;
  const stack = findStack(parts, org, project, name);
  const level = parts.security.stackLevelOf(principal, { org, project, stack: name }, stack?.creator);
  const needed = NEEDED[action] ?? "write";
  if (!includes(level, needed))
    throw denied(
      parts,
      c,
      principal,
      action,
      `this needs the permission '${needed}' on the stack, you have '${level}'`,
    );
  return { principal, stack: stackOf(parts, c) };
}

function denied(parts: StackParts, c: Context, principal: Principal, action: string, why: string) {
  const target = c.req.path.split("/").slice(3, 6).join("/");
  parts.audit.append({ service: "pulumi", actor: principal.login, action, target, outcome: "denied" });
  return forbidden(why);
}

/** The stack in the path, whoever asks. @throws 404. */
export function stackOf(parts: StackParts, c: Context): StackRecord {
  const { org = "", project = "", stack = "" } = c.req.param() as Record<string, string>;
  const found = findStack(parts, org, project, stack);
  if (found === undefined) throw notFound(`Stack '${org}/${project}/${stack}'`);
  return found;
}

export function findStack(
  parts: StackParts,
  org: string,
  project: string,
  stack: string,
): StackRecord | undefined {
  return parts.store.state.stacks.find((s) => s.org === org && s.project === project && s.stack === stack);
}

/** The update in the path. @throws 404. */
export function updateOf(stack: StackRecord, id: string | undefined): UpdateRecord {
  const found = stack.updates.find((update) => update.id === id);
  if (found === undefined) throw notFound(`Update '${id}' of stack '${fullName(stack)}'`);
  return found;
}

/** What the stack holds now, a running update's work so far included. */
export function latestCheckpoint(parts: StackParts, stack: StackRecord): Checkpoint {
  return checkpointFrom(parts.checkpoints.read(stack.id, stack.version) ?? EMPTY_CHECKPOINT);
}
