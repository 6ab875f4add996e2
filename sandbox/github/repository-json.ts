import { permissionOn } from "./access";
import { nodeId, simpleUser } from "./account-json";
import { apiUrl, type GitHubContext, type GitHubParts, webUrl } from "./github-app";
import type { Repository } from "./github-state";

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
    ...addresses(`${apiUrl(c)}/repos/${fullName}`),
  };
}

/** What lists of an organization's repositories add. */
export function listedRepository(c: GitHubContext, parts: GitHubParts, repository: Repository) {
  const fullName = `${repository.owner}/${repository.name}`;
  const web = `${webUrl(c)}/${fullName}`;
  return {
    ...minimalRepository(c, parts, repository),
    created_at: repository.createdAt,
    updated_at: repository.createdAt,
    pushed_at: repository.createdAt,
    git_url: `git:${web.replace(/^https?:/, "")}.git`,
    ssh_url: `git@${new URL(web).hostname}:${fullName}.git`,
    clone_url: `${web}.git`,
    svn_url: web,
    mirror_url: null,
    homepage: null,
    language: null,
    size: 0,
    forks_count: 0,
    forks: 0,
    stargazers_count: 0,
    watchers_count: 0,
    watchers: 0,
    open_issues_count: 0,
    open_issues: 0,
    has_issues: true,
    has_projects: true,
    has_downloads: true,
    has_wiki: true,
    has_pages: false,
    has_discussions: false,
    archived: repository.archived === true,
    disabled: false,
    license: null,
    allow_forking: !repository.private,
    is_template: false,
    web_commit_signoff_required: false,
    topics: [],
    visibility: repository.private ? "private" : "public",
    default_branch: repository.defaultBranch,
    permissions: permissionsOf(c, parts, repository),
  };
}

/** A repository by itself. */
export function fullRepository(c: GitHubContext, parts: GitHubParts, repository: Repository) {
  const listed = listedRepository(c, parts, repository);
  return { ...listed, network_count: 0, subscribers_count: 0, organization: listed.owner };
}

/** What the caller may do there. */
function permissionsOf(c: GitHubContext, parts: GitHubParts, repository: Repository) {
  const permission = permissionOn(repository, c.get("actor"), parts.store.state);
  const mayWrite = permission === "admin" || permission === "write";
  return {
    admin: permission === "admin",
    maintain: permission === "admin",
    push: mayWrite,
    triage: mayWrite,
    pull: true,
  };
}

/** Addresses below a repository's, by the name of their property; many lead to what the sandbox does not have. */
function addresses(url: string) {
  return {
    url,
    archive_url: `${url}/{archive_format}{/ref}`,
    assignees_url: `${url}/assignees{/user}`,
    blobs_url: `${url}/git/blobs{/sha}`,
    branches_url: `${url}/branches{/branch}`,
    collaborators_url: `${url}/collaborators{/collaborator}`,
    comments_url: `${url}/comments{/number}`,
    commits_url: `${url}/commits{/sha}`,
    compare_url: `${url}/compare/{base}...{head}`,
    contents_url: `${url}/contents/{+path}`,
    contributors_url: `${url}/contributors`,
    deployments_url: `${url}/deployments`,
    downloads_url: `${url}/downloads`,
    events_url: `${url}/events`,
    forks_url: `${url}/forks`,
    git_commits_url: `${url}/git/commits{/sha}`,
    git_refs_url: `${url}/git/refs{/sha}`,
    git_tags_url: `${url}/git/tags{/sha}`,
    hooks_url: `${url}/hooks`,
    issue_comment_url: `${url}/issues/comments{/number}`,
    issue_events_url: `${url}/issues/events{/number}`,
    issues_url: `${url}/issues{/number}`,
    keys_url: `${url}/keys{/key_id}`,
    labels_url: `${url}/labels{/name}`,
    languages_url: `${url}/languages`,
    merges_url: `${url}/merges`,
    milestones_url: `${url}/milestones{/number}`,
    notifications_url: `${url}/notifications{?since,all,participating}`,
    pulls_url: `${url}/pulls{/number}`,
    releases_url: `${url}/releases{/id}`,
    stargazers_url: `${url}/stargazers`,
    statuses_url: `${url}/statuses/{sha}`,
    subscribers_url: `${url}/subscribers`,
    subscription_url: `${url}/subscription`,
    tags_url: `${url}/tags`,
    teams_url: `${url}/teams`,
    trees_url: `${url}/git/trees{/sha}`,
  };
}
