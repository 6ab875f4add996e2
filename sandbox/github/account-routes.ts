import { z } from "zod";
import {
  organizationForMember,
  organizationOf,
  permissionOn,
  repositoryFor,
  requiresAuthentication,
} from "./access";
import { organizationJson, privateUser, publicUser, simpleUser } from "./account-json";
import { actorName } from "./actor";
import { apiUrl, body, type GitHubApp, type GitHubParts, param } from "./github-app";
import { GitHubError, notFound } from "./github-error";
import { repositoryOf } from "./github-state";
import { page } from "./pagination";
import type { RateLimits } from "./rate-limits";
import { fullRepository, listedRepository } from "./repository-json";
import { rootJson } from "./root-json";
import { toSeconds } from "./timestamps";

/** What a self-hosted server of today says it is: who asks at /api/v3 takes the sandbox for one. */
const SERVER_VERSION = "3.21.0";

/** With a first commit, as `auto_init` has it: the sandbox has no empty repositories. */
const NewRepository = z.object({
  name: z.string().regex(/^[\w.-]+$/),
  private: z.boolean().default(false),
  auto_init: z.literal(true),
});

function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** No seed says since when somebody is at GitHub. */
const SINCE = "2011-01-25T18:44:36Z";

/** The root of the API, organizations, users, repositories, and how the caller stands under the rate limit. */
export function accountRoutes(app: GitHubApp, parts: GitHubParts, rates: RateLimits): void {
  app.get("/", (c) => c.json(rootJson(apiUrl(c))));

  app.get("/orgs/:org", (c) => {
    const organization = organizationOf(c, parts);
    const isMember = organization.members[actorName(c.get("actor"))] !== undefined;
    return c.json(organizationJson(c, parts, organization, isMember));
  });

  app.get("/orgs/:org/members", (c) => {
    const organization = organizationForMember(c, parts, ["read:org"]);
    const logins = page(c, Object.keys(organization.members).sort());
    return c.json(logins.map((login) => simpleUser(c, login, parts.store.state.users[login] ?? 0)));
  });

  app.get("/orgs/:org/repos", (c) => {
    const organization = organizationOf(c, parts);
    const all = parts.store.state.repositories.filter(
      (each) =>
        each.owner === organization.login && permissionOn(each, c.get("actor"), parts.store.state) !== "none",
    );
    return c.json(page(c, all).map((each) => listedRepository(c, parts, each)));
  });

  app.post("/orgs/:org/repos", async (c) => {
    const organization = organizationForMember(c, parts, ["repo"]);
    const { name, private: isPrivate } = await body(c, NewRepository);
    const { repositories } = parts.store.state;
    if (repositories.some((each) => each.owner === organization.login && sameName(each.name, name)))
      throw new GitHubError(422, "Repository creation failed.");
    const repository = repositoryOf(organization.login, { name, private: isPrivate }, toSeconds(parts.now()));
    // Whoever makes one administers it.
    repository.collaborators[actorName(c.get("actor"))] = "admin";
    repositories.push(repository);
    parts.git.begin(repository);
    parts.store.save();
    return c.json(fullRepository(c, parts, repository), 201);
  });

  app.get("/repos/:owner/:repo", (c) =>
    c.json(fullRepository(c, parts, repositoryFor(c, parts, "read", ["metadata", "read"]))),
  );

  app.get("/user", (c) => {
    const actor = c.get("actor");
    if (actor.kind !== "user") throw requiresAuthentication();
    return c.json(privateUser(c, actor.login, actor.id, SINCE));
  });

  app.get("/users/:login", (c) => {
    const login = param(c, "login");
    const id = parts.store.state.users[login];
    if (id !== undefined) return c.json(publicUser(c, login, id, SINCE));
    const organization = parts.store.state.organizations.find((each) => each.login === login);
    if (organization === undefined) throw notFound();
    return c.json(publicUser(c, organization.login, organization.id, organization.createdAt, "Organization"));
  });

  app.get("/rate_limit", (c) => {
    const core = rates.standingOf(c.get("actor"));
    // Nothing but the core is counted here: the others are shown as untouched.
    const untouched = { ...core, remaining: core.limit, used: 0 };
    return c.json({ resources: { core, search: untouched, graphql: untouched }, rate: core });
  });

  app.get("/meta", (c) => {
    const version = apiUrl(c).endsWith("/api/v3") ? { installed_version: SERVER_VERSION } : {};
    return c.json({ verifiable_password_authentication: false, ...version });
  });
}
