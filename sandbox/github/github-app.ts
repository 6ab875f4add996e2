import type { HttpBindings } from "@hono/node-server";
import type { Context, Hono } from "hono";
import type { z } from "zod";
import type { AuditLog } from "../core/audit";
import type { Store } from "../core/store";
import type { Actor } from "./actor";
import type { GitRepositories } from "./git-repositories";
import { GitHubError, notSupplied } from "./github-error";
import type { GitHubState } from "./github-state";
import type { InstallationTokens } from "./installation-tokens";
import type { KeyRing } from "./key-ring";
import type { PendingReviews } from "./pending-reviews";
import type { WorkflowRunner, WorkflowRuns } from "./workflow-runs";

/** What the middleware leaves for the routes. */
export interface GitHubEnv {
  Bindings: HttpBindings;
  Variables: {
    actor: Actor;
    /** Scopes of which the endpoint needs one: GitHub shows them in X-Accepted-OAuth-Scopes. */
    acceptedScopes: string[];
  };
}

export type GitHubContext = Context<GitHubEnv>;
export type GitHubApp = Hono<GitHubEnv>;

/** What every group of routes works on. */
export interface GitHubParts {
  store: Store<GitHubState>;
  keys: KeyRing;
  audit: AuditLog;
  git: GitRepositories;
  runs: WorkflowRuns;
  installationTokens: InstallationTokens;
  reviews: PendingReviews;
  /** The runner, if this sandbox has one. */
  runner: WorkflowRunner | undefined;
  now: () => Date;
}

/** Where the request's API begins: `http://127.0.0.1:PORT` or the same with `/api/v3`, as the caller wrote it. */
export function apiUrl(c: GitHubContext): string {
  const url = new URL(c.req.url);
  return url.origin + (/^\/api\/v3(\/|$)/.test(url.pathname) ? "/api/v3" : "");
}

/** Web address of the service, which stands for github.com. */
export function webUrl(c: GitHubContext): string {
  return new URL(c.req.url).origin;
}

/** A path parameter, percent-decoded. */
export function param(c: GitHubContext, name: string): string {
  return c.req.param(name) ?? "";
}

/**
 * The request's JSON body.
 * @throws GitHubError 400 when it is not JSON, 422 when it does not fit the schema; neither repeats a value.
 */
export async function body<Shape extends z.ZodType>(c: GitHubContext, shape: Shape): Promise<z.infer<Shape>> {
  const sent = parse(await c.req.text());
  const result = shape.safeParse(sent);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const field = issue?.path[0];
  if (issue?.path.length === 1 && sent[String(field)] === undefined) throw notSupplied(String(field));
  throw new GitHubError(
    422,
    `Invalid request.\n\nFor 'properties/${issue?.path.join("/")}', ${issue?.message}.`,
  );
}

function parse(text: string): Record<string, unknown> {
  let value: unknown = {};
  try {
    if (text !== "") value = JSON.parse(text);
  } catch {
    throw new GitHubError(400, "Problems parsing JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new GitHubError(400, "Body should be a JSON object");
  }
  return value as Record<string, unknown>;
}
