import { permissionOn } from "./access";
import { apiUrl, type GitHubContext, type GitHubParts, webUrl } from "./github-app";
import type { Organization, Repository } from "./github-state";

/** GitHub's opaque global id. */
export function nodeId(kind: string, id: number): string {
  return Buffer.from(`0${kind.length}:${kind}${id}`).toString("base64");
}

/** GitHub's "simple user", also for organizations as owners. */
export function simpleUser(
  c: GitHubContext,
  login: string,
  id: number,
  type: "User" | "Organization" = "User",
) {
  const url = `${apiUrl(c)}/users/${login}`;
  return {
    login,
    id,
    node_id: nodeId(type, id),
    url,
    html_url: `${webUrl(c)}/${login}`,
    repos_url: `${url}/repos`,
    type,
    site_admin: false,
  };
}

/** A repository in lists. */
export function minimalRepository(c: GitHubContext, parts: GitHubParts, repository: Repository) {
  const fullName = `${repository.owner}/${repository.name}`;
  const organization = parts.store.state.organizations.find((each) => each.login === repository.owner);
  return {
    id: repository.id,
    node_id: nodeId("Repository", repository.id),
    name: repository.name,
    full_name: fullName,
    private: repository.private,
    owner: simpleUser(c, repository.owner, organization?.id ?? 0, "Organization"),
    html_url: `${webUrl(c)}/${fullName}`,
    description: null,
    fork: false,
    url: `${apiUrl(c)}/repos/${fullName}`,
    visibility: repository.private ? "private" : "public",
    default_branch: repository.defaultBranch,
    archived: false,
    disabled: false,
    created_at: repository.createdAt,
    updated_at: repository.createdAt,
    pushed_at: repository.createdAt,
  };
}

/** A repository by itself: with what the actor may do there. */
export function fullRepository(c: GitHubContext, parts: GitHubParts, repository: Repository) {
  const permission = permissionOn(repository, c.get("actor"), parts.store.state);
  return {
    ...minimalRepository(c, parts, repository),
    is_template: false,
    topics: [],
    has_issues: true,
    has_projects: true,
    has_wiki: true,
    permissions: {
      admin: permission === "admin",
      maintain: permission === "admin",
      push: permission === "admin" || permission === "write",
      triage: permission === "admin" || permission === "write",
      pull: true,
    },
  };
}

export function organizationJson(c: GitHubContext, organization: Organization) {
  const url = `${apiUrl(c)}/orgs/${organization.login}`;
  return {
    login: organization.login,
    id: organization.id,
    node_id: nodeId("Organization", organization.id),
    url,
    repos_url: `${url}/repos`,
    members_url: `${url}/members{/member}`,
    html_url: `${webUrl(c)}/${organization.login}`,
    name: organization.login,
    type: "Organization",
    created_at: organization.createdAt,
    updated_at: organization.createdAt,
    plan: { name: organization.plan },
  };
}
