import { nodeId, simpleUser } from "./account-json";
import type { Commit } from "./git-commit";
import type { GitRepository } from "./git-repository";
import { apiUrl, type GitHubContext, type GitHubParts, webUrl } from "./github-app";
import type { Repository } from "./github-state";

const UNVERIFIED = { verified: false, reason: "unsigned", signature: null, payload: null, verified_at: null };

/** The git commit itself, as in the answer to a write. @param base API address of the repository. @param web its page. */
export function commitSummary(base: string, web: string, commit: Commit) {
  const { sha, tree, parents, author, committer, message } = commit;
  return {
    sha,
    node_id: nodeId("Commit", Number.parseInt(sha.slice(0, 8), 16)),
    url: `${base}/git/commits/${sha}`,
    html_url: `${web}/commit/${sha}`,
    author,
    committer,
    message,
    tree: { sha: tree, url: `${base}/git/trees/${tree}` },
    parents: parents.map((parent) => ({
      sha: parent,
      url: `${base}/git/commits/${parent}`,
      html_url: `${web}/commit/${parent}`,
    })),
    verification: UNVERIFIED,
  };
}

/** A commit of `GET .../commits`: with the GitHub users whom author and committer are, where their email tells. */
export function commitJson(c: GitHubContext, parts: GitHubParts, repository: Repository, commit: Commit) {
  const full = `${repository.owner}/${repository.name}`;
  const base = `${apiUrl(c)}/repos/${full}`;
  const { sha, node_id, html_url, parents, ...inner } = commitSummary(base, `${webUrl(c)}/${full}`, commit);
  const user = (email: string) => {
    const login = /^(.+)@users\.noreply\.github\.com$/.exec(email)?.[1];
    const id = login === undefined ? undefined : parts.store.state.users[login];
    return login === undefined || id === undefined ? null : simpleUser(c, login, id);
  };
  return {
    sha,
    node_id,
    url: `${base}/commits/${sha}`,
    html_url,
    comments_url: `${base}/commits/${sha}/comments`,
    commit: { ...inner, comment_count: 0 },
    author: user(commit.author.email),
    committer: user(commit.committer.email),
    parents: parents.map((parent) => ({ ...parent, url: `${base}/commits/${parent.sha}` })),
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
  const full = `${repository.owner}/${repository.name}`;
  const files = git.changedFiles(commit.sha).map(({ path, status, blob, additions, deletions }) => {
    const place = `${commit.sha}/${path.split("/").map(encodeURIComponent).join("/")}`;
    return {
      sha: blob,
      filename: path,
      status,
      additions,
      deletions,
      changes: additions + deletions,
      blob_url: `${webUrl(c)}/${full}/blob/${place}`,
      raw_url: `${webUrl(c)}/${full}/raw/${place}`,
      contents_url: `${apiUrl(c)}/repos/${full}/contents/${place.slice(41)}?ref=${commit.sha}`,
    };
  });
  const sum = (key: "additions" | "deletions") => files.reduce((total, file) => total + file[key], 0);
  const [additions, deletions] = [sum("additions"), sum("deletions")];
  const stats = { total: additions + deletions, additions, deletions };
  return { ...commitJson(c, parts, repository, commit), stats, files };
}
