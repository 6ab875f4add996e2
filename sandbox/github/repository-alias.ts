import type { Hono } from "hono";
import type { GitHubContext, GitHubEnv, GitHubParts } from "./github-app";

/**
 * `/repositories/ID` and all below it is GitHub's other address of `/repos/OWNER/NAME/...`: not in its documentation, but the
 * Terraform provider asks there for the secrets of environments.
 */
export function repositoryAlias(app: Hono<GitHubEnv>, parts: GitHubParts): void {
  for (const prefix of ["", "/api/v3"]) {
    app.all(`${prefix}/repositories/:id{[0-9]+}/*`, (c, next) => {
      const repository = parts.store.state.repositories.find((each) => String(each.id) === c.req.param("id"));
      if (repository === undefined) return next();
      return app.fetch(readdressed(c, `/repos/${repository.owner}/${repository.name}`), c.env);
    });
  }
}

function readdressed(c: GitHubContext, target: string): Request {
  const url = c.req.url.replace(/\/repositories\/[0-9]+/, target);
  const { method, headers, body } = c.req.raw;
  const sent = body === null ? {} : { body, duplex: "half" as const };
  return new Request(url, { method, headers, ...sent } as RequestInit);
}
