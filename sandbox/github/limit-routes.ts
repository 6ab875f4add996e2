import type { Hono } from "hono";
import { z } from "zod";
import type { GitHubContext, GitHubEnv } from "./github-app";
import { GITHUB_LIMITS, type Limits, type RateLimits } from "./rate-limits";

const limit = z.number().int().min(0).nullable().optional();
const LimitsBody = z.strictObject(
  Object.fromEntries(Object.keys(GITHUB_LIMITS).map((name) => [name, limit])) as Record<
    keyof Limits,
    typeof limit
  >,
);

/**
 * The sandbox's own endpoint for the limits: `GET`, `PUT` with some of them (null: off), `DELETE` back to the start with
 * all counts forgotten. The answer is always the limits in force.
 */
export function limitRoutes(app: Hono<GitHubEnv>, rates: RateLimits): void {
  const path = "/_sandbox/limits";
  const inForce = (c: GitHubContext) => c.json(rates.limits);
  app.get(path, inForce);
  app.put(path, async (c) => {
    const sent = LimitsBody.safeParse(await c.req.json().catch(() => undefined));
    if (!sent.success) return c.json({ message: sent.error.issues[0]?.message }, 422);
    Object.assign(rates.limits, sent.data);
    return inForce(c);
  });
  app.delete(path, (c) => {
    rates.reset();
    return inForce(c);
  });
}
