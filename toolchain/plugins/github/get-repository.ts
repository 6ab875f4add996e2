import type { Properties } from "../provider/wire";
import { text } from "./bridged";
import type { Answer, GitHubClient } from "./github-client";

/** Answers of `getRepository` that are GitHub's fields under another spelling. */
const fields: Readonly<Record<string, string>> = {
  allowAutoMerge: "allow_auto_merge",
  allowForking: "allow_forking",
  allowMergeCommit: "allow_merge_commit",
  allowRebaseMerge: "allow_rebase_merge",
  allowSquashMerge: "allow_squash_merge",
  allowUpdateBranch: "allow_update_branch",
  archived: "archived",
  deleteBranchOnMerge: "delete_branch_on_merge",
  fork: "fork",
  hasDiscussions: "has_discussions",
  hasDownloads: "has_downloads",
  hasIssues: "has_issues",
  hasProjects: "has_projects",
  hasWiki: "has_wiki",
  isTemplate: "is_template",
  private: "private",
};

const texts: Readonly<Record<string, string>> = {
  defaultBranch: "default_branch",
  description: "description",
  fullName: "full_name",
  gitCloneUrl: "git_url",
  homepageUrl: "homepage",
  htmlUrl: "html_url",
  httpCloneUrl: "clone_url",
  mergeCommitMessage: "merge_commit_message",
  mergeCommitTitle: "merge_commit_title",
  name: "name",
  nodeId: "node_id",
  primaryLanguage: "language",
  squashMergeCommitMessage: "squash_merge_commit_message",
  squashMergeCommitTitle: "squash_merge_commit_title",
  sshCloneUrl: "ssh_url",
  svnUrl: "svn_url",
  visibility: "visibility",
};

/** `getRepository` by `fullName` (owner/name) or `name`. A missing repository is not an error: its answers are empty. */
export async function getRepository(client: GitHubClient, args: Properties): Promise<Properties> {
  const [owner = "", fromFullName = ""] = text(args, "fullName").split("/");
  const name = text(args, "name") || fromFullName;
  if (name === "") throw new Error('one of "full_name" or "name" has to be provided');
  const repository: Answer = await client.find(`repos/${owner || client.owner}/${name}`);
  if (repository === undefined) return { ...args, id: "" };
  const answers: Properties = { id: name, repoId: repository.id, topics: repository.topics ?? [] };
  for (const [ours, theirs] of Object.entries(fields)) answers[ours] = repository[theirs] ?? false;
  for (const [ours, theirs] of Object.entries(texts)) answers[ours] = repository[theirs] ?? "";
  return { ...answers, pages: [], repositoryLicenses: [], templates: [] };
}
