import { apiUrl, type GitHubContext, type GitHubParts, webUrl } from "./github-app";
import type { Organization } from "./github-state";

/** GitHub's opaque global id. */
export function nodeId(kind: string, id: number): string {
  return Buffer.from(`0${kind.length}:${kind}${id}`).toString("base64");
}

/** The number that a global id of that kind holds; undefined for any other text. */
export function idOfNode(kind: string, node: string): number | undefined {
  const text = Buffer.from(node, "base64").toString();
  const number = text.startsWith(`0${kind.length}:${kind}`)
    ? text.slice(`0${kind.length}:${kind}`.length)
    : "";
  return /^\d+$/.test(number) ? Number(number) : undefined;
}

/** GitHub's "simple user", also for organizations as owners. */
export function simpleUser(
  c: GitHubContext,
  login: string,
  id: number,
  type: "User" | "Organization" | "Bot" = login.endsWith("[bot]") ? "Bot" : "User",
) {
  const url = `${apiUrl(c)}/users/${encodeURIComponent(login)}`;
  return {
    login,
    id,
    node_id: nodeId(type, id),
    avatar_url: avatarUrl(c, id),
    gravatar_id: "",
    url,
    html_url: `${webUrl(c)}/${encodeURIComponent(login)}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type,
    user_view_type: "public",
    site_admin: false,
  };
}

/** A user or an organization with its profile, which nobody here fills in. */
export function publicUser(
  c: GitHubContext,
  login: string,
  id: number,
  createdAt: string,
  type: "User" | "Organization" = "User",
) {
  return {
    ...simpleUser(c, login, id, type),
    name: null,
    company: null,
    blog: "",
    location: null,
    email: null,
    hireable: null,
    bio: null,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: createdAt,
    updated_at: createdAt,
  };
}

/** The caller, with what only they are told. */
export function privateUser(c: GitHubContext, login: string, id: number, createdAt: string) {
  return {
    ...publicUser(c, login, id, createdAt),
    user_view_type: "private",
    private_gists: 0,
    total_private_repos: 0,
    owned_private_repos: 0,
    disk_usage: 0,
    collaborators: 0,
    two_factor_authentication: true,
  };
}

/** An organization by itself. `plan` is for its members alone. */
export function organizationJson(
  c: GitHubContext,
  parts: GitHubParts,
  organization: Organization,
  isMember: boolean,
) {
  const { login, id, createdAt } = organization;
  const url = `${apiUrl(c)}/orgs/${login}`;
  const own = parts.store.state.repositories.filter(({ owner }) => owner === login);
  const open = own.filter((each) => !each.private).length;
  return {
    login,
    id,
    node_id: nodeId("Organization", id),
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: avatarUrl(c, id),
    description: null,
    name: login,
    has_organization_projects: true,
    has_repository_projects: true,
    public_repos: open,
    public_gists: 0,
    followers: 0,
    following: 0,
    html_url: `${webUrl(c)}/${login}`,
    type: "Organization",
    created_at: createdAt,
    updated_at: createdAt,
    archived_at: null,
    ...(isMember ? { plan: planJson(organization) } : {}),
  };
}

/** Space and number of private repositories are those that GitHub shows of paid plans: no limit in practice. */
function planJson({ plan, members }: Organization) {
  const seats = Object.keys(members).length;
  return { name: plan, space: 976_562_499, private_repos: 999_999, filled_seats: seats, seats };
}

function avatarUrl(c: GitHubContext, id: number): string {
  return `${webUrl(c)}/avatars/u/${id}?v=4`;
}
