import { nodeId, simpleUser } from "./account-json";
import { apiUrl, type GitHubContext, type GitHubParts, webUrl } from "./github-app";
import type { PullRequest, Repository } from "./github-state";
import { listedRepository } from "./repository-json";

/** A pull request in lists. */
export function simplePull(c: GitHubContext, parts: GitHubParts, repository: Repository, pull: PullRequest) {
  const full = `${repository.owner}/${repository.name}`;
  const api = `${apiUrl(c)}/repos/${full}`;
  const url = `${api}/pulls/${pull.number}`;
  const html = `${webUrl(c)}/${full}/pull/${pull.number}`;
  const id = repository.id * 1_000 + pull.number;
  const repo = listedRepository(c, parts, repository);
  const end = (ref: string, sha: string) => ({
    label: `${repository.owner}:${ref}`,
    ref,
    sha,
    user: repo.owner,
    repo,
  });
  const href = (address: string) => ({ href: address });
  return {
    id,
    node_id: nodeId("PullRequest", id),
    number: pull.number,
    state: pull.state,
    locked: false,
    title: pull.title,
    body: pull.body,
    user: userOf(c, parts, pull.author),
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    closed_at: pull.closedAt,
    merged_at: pull.mergedAt,
    merge_commit_sha: pull.mergeSha,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    labels: [],
    milestone: null,
    draft: false,
    head: end(pull.head, pull.headSha),
    base: end(pull.base, pull.baseSha),
    author_association: "MEMBER",
    auto_merge: null,
    active_lock_reason: null,
    url,
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: `${api}/issues/${pull.number}`,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${api}/pulls/comments{/number}`,
    comments_url: `${api}/issues/${pull.number}/comments`,
    statuses_url: `${api}/statuses/${pull.headSha}`,
    _links: {
      self: href(url),
      html: href(html),
      issue: href(`${api}/issues/${pull.number}`),
      comments: href(`${api}/issues/${pull.number}/comments`),
      review_comments: href(`${url}/comments`),
      review_comment: href(`${api}/pulls/comments{/number}`),
      commits: href(`${url}/commits`),
      statuses: href(`${api}/statuses/${pull.headSha}`),
    },
  };
}

/** A pull request by itself. */
export function fullPull(c: GitHubContext, parts: GitHubParts, repository: Repository, pull: PullRequest) {
  const git = parts.git.of(repository);
  const files = git.changedFiles(pull.headSha);
  const sum = (key: "additions" | "deletions") => files.reduce((total, file) => total + file[key], 0);
  const open = pull.state === "open";
  return {
    ...simplePull(c, parts, repository, pull),
    merged: pull.mergedAt !== null,
    mergeable: open ? git.merge(pull.baseSha, pull.headSha, "merge", "test") !== undefined : null,
    rebaseable: null,
    mergeable_state: open ? "clean" : "unknown",
    merged_by: pull.mergedBy === null ? null : userOf(c, parts, pull.mergedBy),
    comments: 0,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: git.ahead(pull.baseSha, pull.headSha),
    additions: sum("additions"),
    deletions: sum("deletions"),
    changed_files: files.length,
  };
}

/** A review of a pull request. */
export function reviewJson(
  c: GitHubContext,
  parts: GitHubParts,
  repository: Repository,
  pull: PullRequest,
  { id, login, state, body, sha, at }: PullRequest["reviews"][number],
) {
  const { html_url, url } = simplePull(c, parts, repository, pull);
  const html = `${html_url}#pullrequestreview-${id}`;
  return {
    id,
    node_id: nodeId("PullRequestReview", id),
    user: userOf(c, parts, login),
    body,
    state,
    html_url: html,
    pull_request_url: url,
    author_association: "MEMBER",
    _links: { html: { href: html }, pull_request: { href: url } },
    submitted_at: at,
    commit_id: sha,
  };
}

function userOf(c: GitHubContext, parts: GitHubParts, login: string) {
  return simpleUser(c, login, parts.store.state.users[login] ?? 0);
}
