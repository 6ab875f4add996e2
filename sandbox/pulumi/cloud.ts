import type { HttpBindings } from "@hono/node-server";
import type { Context, MiddlewareHandler } from "hono";
import type { AuditLog, AuditRecord } from "../core/audit";
import type { HookSender } from "./hook-sender";
import type { OpenSessions } from "./open-sessions";
import type { Principal, PulumiSecurity } from "./principal";
import type { PulumiState } from "./state";

/** What all routes of the service share. */
export interface Cloud {
  readonly state: PulumiState;
  /** Call after every change, before answering. */
  save(): void;
  security: PulumiSecurity;
  audit: AuditLog;
  hooks: HookSender;
  sessions: OpenSessions;
  /** Issuer URL to the URL of the JWKS document that stands for it here. */
  issuers: Record<string, string>;
  /** How many stacks an organization has. */
  stackCount(organization: string): number;
}

/** Hono's types for routes behind `authenticated`. */
export type CloudEnv = { Bindings: HttpBindings; Variables: { principal: Principal } };
export type CloudContext<Path extends string = string> = Context<CloudEnv, Path>;

/** Lets only holders of a valid token through. Put on each path alone: the stack routes have update tokens too. */
export function authenticated(cloud: Cloud): MiddlewareHandler<CloudEnv> {
  return async (c, next) => {
    c.set("principal", cloud.security.authenticate(c.req.header("authorization")));
    await next();
  };
}

/** The name a principal has in the audit log. */
export function actorName(principal: Principal): string {
  if (principal.kind === "personal") return principal.login;
  const scope =
    principal.team === undefined ? principal.organization : `${principal.organization}/${principal.team}`;
  return `${principal.kind}:${scope}:${principal.login}`;
}

/** Writes an audit record. Names only: `target` and `details` never hold a value. */
export function record(
  cloud: Cloud,
  principal: Principal,
  action: string,
  target: string,
  outcome: AuditRecord["outcome"] = "success",
  details?: AuditRecord["details"],
): void {
  const actor = actorName(principal);
  cloud.audit.append({
    service: "pulumi",
    actor,
    action,
    target,
    outcome,
    ...(details === undefined ? {} : { details }),
  });
}

/** An entry of a dictionary, or undefined: never something inherited, whatever the caller's name is ("constructor"). */
export function own<Value>(dictionary: Record<string, Value>, key: string): Value | undefined {
  return Object.hasOwn(dictionary, key) ? dictionary[key] : undefined;
}
