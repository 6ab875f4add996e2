import type { MiddlewareHandler } from "hono";
import { findRepository, permissionOn } from "./access";
import { apiUrl, type GitHubEnv, type GitHubParts } from "./github-app";

const DOCUMENTATION =
  "https://docs.github.com/rest/guides/best-practices-for-using-the-rest-api#follow-redirects";

/**
 * Leads who asks by a repository's former name to its address by id: reads by 301, everything else by 307, with which
 * clients send method and body again (docs: "Best practices for using the REST API"; google/go-github#184). Until another
 * repository has the name, and only for those who may see the repository.
 */
export function movedRepositories(parts: GitHubParts): MiddlewareHandler<GitHubEnv> {
  return async (c, next) => {
    const { state } = parts.store;
    const [, path = ""] = /^(?:\/api\/v3)?\/repos\/(.*)$/.exec(c.req.path) ?? [];
    const [owner = "", name = "", ...rest] = path.split("/");
    const asked = `${decodeURIComponent(owner)}/${decodeURIComponent(name)}`.toLowerCase();
    const id = state.moved?.find(({ from }) => from.toLowerCase() === asked)?.id;
    const target = state.repositories.find((each) => each.id === id);
    if (target === undefined || findRepository(state, asked) !== undefined) return next();
    if (permissionOn(target, c.get("actor"), state) === "none") return next();
    const url = `${apiUrl(c)}/repositories/${[target.id, ...rest].join("/")}${new URL(c.req.url).search}`;
    const isRead = c.req.method === "GET" || c.req.method === "HEAD";
    const message = isRead ? "Moved Permanently" : "Temporary Redirect";
    return c.json({ message, url, documentation_url: DOCUMENTATION }, isRead ? 301 : 307, { location: url });
  };
}
