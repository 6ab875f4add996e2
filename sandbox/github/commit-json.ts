import type { Commit } from "./git-commit";
import type { GitRepository } from "./git-repository";
import { apiUrl, type GitHubContext, type GitHubParts } from "./github-app";
import type { Repository } from "./github-state";
import { nodeId, simpleUser } from "./repository-json";

const UNVERIFIED = { verified: false, reason: "unsigned", signature: null, payload: null, verified_at: null };

/** The git commit itself, as in the answer to a write. @param base API address of the repository. */
export function commitSummary(base: string, commit: Commit) {
  const { sha, tree, parents, author, committer, message } = commit;
  return {
    sha,
    node_id: nodeId("Commit", Number.parseInt(sha.slice(0, 8), 16)),
    url: `${base}/git/commits/${sha}`,
    author,
    committer,
    message,
    tree: { sha: tree, url: `${base}/git/trees/${tree}` },
    parents: parents.map((parent) => ({ sha: parent, url: `${base}/git/commits/${parent}` })),
    verification: UNVERIFIED,
  };
}

/** A commit of `GET .../commits`: with the GitHub users whom author and committer are, where their email tells. */
export function commitJson(c: GitHubContext, parts: GitHubParts, repository: Repository, commit: Commit) {
  const base = `${apiUrl(c)}/repos/${repository.owner}/${repository.name}`;
  const { sha, node_id, parents, ...inner } = commitSummary(base, commit);
  const user = (email: string) => {
    const login = /^(.+)@users\.noreply\.github\.com$/.exec(email)?.[1];
    const id = login === undefined ? undefined : parts.store.state.users[login];
    return login === undefined || id === undefined ? null : simpleUser(c, login, id);
  };
  return {
    sha,
    node_id,
    url: `${base}/commits/${sha}`,
    commit: { ...inner, comment_count: 0 },
    author: user(commit.author.email),
    committer: user(commit.committer.email),
    parents,
  };
}

/** A commit by itself: with the files it changed, without their patches. */
export function fullCommitJson(
  c: GitHubContext,
  parts: GitHubParts,
  repository: Repository,
  git: GitRepository,
  commit: Commit,
) {
  const files = git.changedFiles(commit.sha).map(({ path, status }) => ({ filename: path, status }));
  return { ...commitJson(c, parts, repository, commit), files };
}
