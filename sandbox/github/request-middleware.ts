import { createHash, randomBytes } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import { actorName, authenticate } from "./actor";
import type { GitHubContext, GitHubEnv, GitHubParts } from "./github-app";
import { errorResponse, GitHubError } from "./github-error";
import { callerName, type RateLimits, type Refusal, type Standing } from "./rate-limits";

/** API versions that are accepted; without the header GitHub takes the older one. */
const VERSIONS = ["2026-03-10", "2022-11-28"];

/**
 * All that GitHub does before and after an endpoint: user agent, version, token, limits, ETag, headers, and the
 * record of what was refused.
 */
export function requestMiddleware(parts: GitHubParts, rates: RateLimits): MiddlewareHandler<GitHubEnv> {
  return async (c, next) => {
    c.set("actor", { kind: "anonymous" });
    c.set("acceptedScopes", []);
    const crowded = rates.begin();
    if (crowded !== undefined) return refuse(c, crowded, requestId());
    try {
      return await admitted(c, parts, rates, next);
    } finally {
      rates.end();
    }
  };
}

async function admitted(
  c: GitHubContext,
  parts: GitHubParts,
  rates: RateLimits,
  next: () => Promise<void>,
): Promise<Response | undefined> {
  const id = requestId();
  let standing: Standing | undefined;
  try {
    checkHeaders(c);
    c.set(
      "actor",
      authenticate(c.req.header("authorization"), parts.store.state, parts.installationTokens, parts.now()),
    );
    const taken = take(c, rates);
    standing = taken.standing;
    if (taken.refusal !== undefined) c.res = refuse(c, taken.refusal, id);
    else await next();
  } catch (error) {
    c.res = errorResponse(error, c);
  }
  if (await unchanged(c)) standing = rates.refundPrimary(c.get("actor"));
  recordRefusal(c, parts);
  decorate(c, id, standing);
  return c.res;
}

function checkHeaders(c: GitHubContext): void {
  if (!c.req.header("user-agent")) {
    throw new GitHubError(
      403,
      "Request forbidden by administrative rules. Please make sure your request has a User-Agent header (https://docs.github.com/en/rest/overview/resources-in-the-rest-api#user-agent-required). Check https://developer.github.com for other possible causes.",
    );
  }
  const version = c.req.header("x-github-api-version");
  if (version === undefined || VERSIONS.includes(version)) return;
  throw new GitHubError(
    400,
    `The version you specified in the "X-GitHub-API-Version" request header, ${JSON.stringify(version)}, is not a supported version. The following versions are currently supported: "${VERSIONS[0]}" (most recent), "${VERSIONS[1]}".`,
  );
}

function take(c: GitHubContext, rates: RateLimits): { standing: Standing; refusal: Refusal | undefined } {
  const actor = c.get("actor");
  // Asking how one stands is free.
  if (c.req.path.endsWith("/rate_limit")) return { standing: rates.standingOf(actor), refusal: undefined };
  const primary = rates.takePrimary(actor);
  if (primary.refusal !== undefined) return primary;
  // `/orgs/ORG/actions/secrets` and all below it are one endpoint.
  const endpoint = c.req.path
    .replace(/^\/api\/v3/, "")
    .split("/")
    .slice(0, 5)
    .join("/");
  return { ...primary, refusal: rates.takeSecondary(actor, c.req.method, endpoint) };
}

/** Sets the ETag of a JSON answer; true when the caller already has it, and then the answer is a bare 304. */
async function unchanged(c: GitHubContext): Promise<boolean> {
  const json = c.res.headers.get("content-type")?.startsWith("application/json");
  if (c.req.method !== "GET" || c.res.status !== 200 || !json) return false;
  const digest = createHash("sha256")
    .update(await c.res.clone().text())
    .digest("hex");
  const etag = `W/"${digest}"`;
  c.res.headers.set("etag", etag);
  c.res.headers.set("cache-control", "private, max-age=60, s-maxage=60");
  const known = c.req
    .header("if-none-match")
    ?.split(",")
    .map((each) => each.trim().replace(/^W\//, ""));
  if (!known?.includes(`"${digest}"`)) return false;
  c.res = new Response(null, { status: 304, headers: { etag } });
  return true;
}

/** GitHub's own audit log has no such records; the sandbox's has, so that a run can be explained afterwards. */
function recordRefusal(c: GitHubContext, parts: GitHubParts): void {
  if (c.res.status !== 401 && c.res.status !== 403) return;
  parts.audit.append({
    service: "github",
    actor: actorName(c.get("actor")),
    action: `${c.req.method} refused with ${c.res.status}`,
    target: c.req.path,
    outcome: "denied",
  });
}

function decorate(c: GitHubContext, id: string, standing: Standing | undefined): void {
  const { headers } = c.res;
  const actor = c.get("actor");
  headers.set("x-github-request-id", id);
  headers.set("x-github-media-type", "github.v3; format=json");
  headers.set("x-github-api-version-selected", c.req.header("x-github-api-version") ?? "2022-11-28");
  if (actor.kind === "user") {
    headers.set("x-oauth-scopes", actor.scopes.join(", "));
    headers.set("x-accepted-oauth-scopes", c.get("acceptedScopes").join(", "));
  }
  if (standing === undefined) return;
  headers.set("x-ratelimit-resource", "core");
  for (const key of ["limit", "remaining", "used", "reset"] as const) {
    headers.set(`x-ratelimit-${key}`, String(standing[key]));
  }
}

const PRIMARY_PAGE = "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api";
/** Clients (go-github, octokit) know a secondary limit by the end of this address. */
const SECONDARY_PAGE =
  "https://docs.github.com/free-pro-team@latest/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits";

function refuse(c: GitHubContext, refusal: Refusal, id: string): Response {
  const support = `If you reach out to GitHub Support for help, please include the request ID ${id}`;
  if (refusal.by === "primary") {
    const message = `API rate limit exceeded for ${callerName(c.get("actor"))}. ${support}`;
    return errorResponse(new GitHubError(403, message, { documentation: PRIMARY_PAGE }), c);
  }
  const message = `You have exceeded a secondary rate limit. Please wait a few minutes before you try again. ${support}`;
  const headers = { "retry-after": String(refusal.retryAfter) };
  return errorResponse(new GitHubError(403, message, { documentation: SECONDARY_PAGE, headers }), c);
}

function requestId(): string {
  return randomBytes(9).toString("hex").toUpperCase();
}
