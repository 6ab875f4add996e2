import { z } from "zod";
import { requiresAuthentication } from "./access";
import { actorName } from "./actor";
import { body, type GitHubApp, type GitHubContext } from "./github-app";

const Query = z.object({ query: z.string() });

/** The one query that is answered. */
const VIEWER = /^\s*(query\s*)?\{\s*viewer\s*\{\s*login\s*\}\s*\}\s*$/;

/**
 * Who asks: the one part of GitHub's GraphQL that is here, at github.com's path and at a self-hosted server's. Unlike
 * `GET /user` it answers Apps too, with `slug[bot]` (seen at fullsend-ai/fullsend#1953).
 */
export function viewerRoutes(app: GitHubApp): void {
  const answer = async (c: GitHubContext) => {
    if (c.get("actor").kind === "anonymous") throw requiresAuthentication();
    const { query } = await body(c, Query);
    if (VIEWER.test(query)) return c.json({ data: { viewer: { login: actorName(c.get("actor")) } } });
    return c.json({ errors: [{ message: "the sandbox answers { viewer { login } } alone" }] });
  };
  app.post("/graphql", answer);
  app.post("/api/graphql", answer);
}
