import { type Actor, hasScope } from "./actor";
import { type GitHubContext, type GitHubParts, param } from "./github-app";
import { GitHubError, isArchived, needsAdmin, notForIntegration, notFound } from "./github-error";
import type { RepositoryPermission } from "./github-seed";
import type { GitHubState, Organization, Repository } from "./github-state";

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/** The organization of a path's `:org`. @throws GitHubError 404 */
export function organizationOf(c: GitHubContext, parts: GitHubParts, login = param(c, "org")): Organization {
  const found = parts.store.state.organizations.find((organization) => same(organization.login, login));
  if (found === undefined) throw notFound();
  return found;
}

/**
 * The organization, for one of its owners.
 * @param accepted scopes of which a classic token needs one: `admin:org` for everything about secrets.
 * @throws GitHubError 401 without a token; 404 for everyone else; 403 for members, GITHUB_TOKENs and a missing scope.
 */
export function organizationForOwner(
  c: GitHubContext,
  parts: GitHubParts,
  accepted: string[] = ["admin:org"],
  login = param(c, "org"),
): Organization {
  c.set("acceptedScopes", accepted);
  const organization = organizationOf(c, parts, login);
  const actor = c.get("actor");
  if (actor.kind === "anonymous") throw requiresAuthentication();
  if (actor.kind === "installation") throw notForIntegration();
  const role = organization.members[actor.login];
  if (role === undefined) throw notFound();
  if (role !== "admin" || !hasScope(actor.scopes, accepted)) throw needsAdmin();
  return organization;
}

/** The organization, for any member with one of the scopes. @throws GitHubError as `organizationForOwner`. */
export function organizationForMember(
  c: GitHubContext,
  parts: GitHubParts,
  accepted: string[],
  login = param(c, "org"),
): Organization {
  c.set("acceptedScopes", accepted);
  const organization = organizationOf(c, parts, login);
  const actor = c.get("actor");
  if (actor.kind === "anonymous") throw requiresAuthentication();
  if (actor.kind === "installation") throw notForIntegration();
  if (organization.members[actor.login] === undefined) throw notFound();
  if (!hasScope(actor.scopes, accepted)) throw needsAdmin();
  return organization;
}

const RANK: Record<RepositoryPermission, number> = { none: 0, read: 1, write: 2, admin: 3 };

/**
 * The repository of `:owner/:repo`, when the actor may do `level` there.
 *
 * @param tokenPermission what a GITHUB_TOKEN needs, e.g. `["contents", "write"]`; undefined: never allowed.
 * @throws GitHubError 404 when the repository is not there or may not even be seen, 403 when it may be seen only, or is
 *   archived and what is asked below its address is no read.
 */
export function repositoryFor(
  c: GitHubContext,
  parts: GitHubParts,
  level: "read" | "write" | "admin",
  tokenPermission?: readonly [name: string, access: "read" | "write"],
): Repository {
  const repository = findRepository(parts.store.state, `${param(c, "owner")}/${param(c, "repo")}`);
  if (repository === undefined) throw notFound();
  c.set("acceptedScopes", repository.private || level === "admin" ? ["repo"] : ["public_repo", "repo"]);
  const actor = c.get("actor");
  if (actor.kind === "installation") {
    checkInstallation(actor, repository, tokenPermission);
    refuseArchived(c, repository);
    return repository;
  }
  const permission = permissionOn(repository, actor, parts.store.state);
  if (permission === "none") throw notFound();
  if (RANK[permission] >= RANK[level]) {
    refuseArchived(c, repository);
    return repository;
  }
  throw actor.kind === "anonymous" ? requiresAuthentication() : needsAdmin();
}

/** The repository itself can be unarchived, transferred and deleted; queries of GraphQL are no writes. */
function refuseArchived(c: GitHubContext, { archived }: Repository): void {
  if (archived !== true || c.req.method === "GET" || c.req.method === "HEAD") return;
  if (/\/repos\/[^/]+\/[^/]+(\/transfer)?$|\/graphql$/.test(c.req.path)) return;
  throw isArchived();
}

/** @param fullName `owner/name`, in any case. */
export function findRepository(state: GitHubState, fullName: string): Repository | undefined {
  return state.repositories.find((repository) => same(`${repository.owner}/${repository.name}`, fullName));
}

/** What an actor may do on a repository: its role, cut down to what the token's scopes carry. */
export function permissionOn(repository: Repository, actor: Actor, state: GitHubState): RepositoryPermission {
  const open: RepositoryPermission = repository.private ? "none" : "read";
  if (actor.kind === "anonymous") return open;
  if (actor.kind === "installation") {
    return actor.installation.repositoryId === repository.id ? "read" : open;
  }
  const scopes = repository.private ? ["repo"] : ["public_repo"];
  return hasScope(actor.scopes, scopes) ? roleOn(repository, actor.login, state) : open;
}

function roleOn(repository: Repository, login: string, state: GitHubState): RepositoryPermission {
  const organization = state.organizations.find((each) => same(each.login, repository.owner));
  const member = organization?.members[login];
  if (member === "admin") return "admin";
  const given = repository.collaborators[login];
  if (given !== undefined) return given;
  // GitHub's base permission for members is "read".
  return member !== undefined || !repository.private ? "read" : "none";
}

function checkInstallation(
  actor: Extract<Actor, { kind: "installation" }>,
  repository: Repository,
  needed: readonly [name: string, access: "read" | "write"] | undefined,
): void {
  const { repositoryId, permissions } = actor.installation;
  if (repositoryId !== repository.id) {
    if (repository.private) throw notFound();
    if (needed?.[1] !== "read") throw notForIntegration();
    return;
  }
  if (needed === undefined) throw notForIntegration();
  const [name, access] = needed;
  const held = name === "metadata" ? "read" : (permissions[name] ?? "none");
  if (held !== "write" && held !== access) throw notForIntegration();
}

export function requiresAuthentication(): GitHubError {
  return new GitHubError(401, "Requires authentication");
}
