import { z } from "zod";
import { requiresAuthentication } from "./access";
import { body, type GitHubApp, type GitHubContext, type GitHubParts } from "./github-app";
import { executeQuery } from "./graphql-execution";
import { graphqlRoot } from "./graphql-root";

const Query = z.object({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
});

/**
 * GitHub's GraphQL, at github.com's path and at a self-hosted server's: its published schema, of which the sandbox knows
 * people, organizations, repositories and issues, to read.
 */
export function graphqlRoutes(app: GitHubApp, parts: GitHubParts): void {
  const answer = async (c: GitHubContext) => {
    if (c.get("actor").kind === "anonymous") throw requiresAuthentication();
    const sent = await body(c, Query);
    return c.json(executeQuery(sent, graphqlRoot(c, parts)));
  };
  app.post("/graphql", answer);
  app.post("/api/graphql", answer);
}
