import { z } from "zod";
import { repositoryFor } from "./access";
import { hasScope } from "./actor";
import { checkBranch } from "./branch-protection";
import { commitSummary } from "./commit-json";
import { fileJson, folderJson } from "./contents-json";
import type { Person } from "./git-commit";
import {
  apiUrl,
  body,
  type GitHubApp,
  type GitHubContext,
  type GitHubParts,
  param,
  webUrl,
} from "./github-app";
import { GitHubError, notForIntegration, notFound, notSupplied, validationFailed } from "./github-error";
import type { Repository } from "./github-state";
import { recordPush, startWorkflows } from "./pushes";
import { toSeconds } from "./timestamps";

const Somebody = z.object({ name: z.string(), email: z.string(), date: z.string().optional() });

const Delete = z.object({
  message: z.string(),
  branch: z.string().optional(),
  sha: z.string().optional(),
  author: Somebody.optional(),
  committer: Somebody.optional(),
});

const Put = Delete.extend({ content: z.string() });

/** octokit sends `.github%2Fworkflows%2Fsync.yml`, go-github plain slashes: one pattern takes both. */
const PATH = "/repos/:owner/:repo/contents/:path{.+}";

/** Files of a repository: each write is one real commit on a branch, and a push for the runner. */
export function contentsRoutes(app: GitHubApp, parts: GitHubParts): void {
  app.get("/repos/:owner/:repo/readme", (c) => read(c, parts, "README.md"));
  app.get("/repos/:owner/:repo/contents", (c) => read(c, parts, ""));
  app.get("/repos/:owner/:repo/contents/", (c) => read(c, parts, ""));
  app.get(PATH, (c) => read(c, parts, param(c, "path")));

  app.put(PATH, async (c) => {
    const sent = await body(c, Put);
    const content = Buffer.from(sent.content, "base64");
    if (
      content.toString("base64").replace(/=+$/, "") !== sent.content.replace(/\s/g, "").replace(/=+$/, "")
    ) {
      throw new GitHubError(422, "content is not valid Base64");
    }
    const target = writable(c, parts, sent.branch);
    const known = blobAt(target);
    // The order and the words were measured against the real API: 422 without sha, 409 with someone else's; a sha for a
    // file that is not there is ignored.
    if (known !== undefined) checkSha(target.path, known.sha, sent.sha);
    const sha = commit(c, parts, target, content, sent);
    const file = target.git.list(sha, target.path);
    if (file === undefined || !("file" in file))
      throw new Error(`${target.path} is not in the commit just made`);
    const answer = {
      content: fileJson(c, target.repository, file.file, target.branch, undefined),
      commit: summary(c, target, sha),
    };
    return c.json(answer, known === undefined ? 201 : 200);
  });

  app.delete(PATH, async (c) => {
    const sent = await body(c, Delete);
    const target = writable(c, parts, sent.branch);
    const known = blobAt(target);
    if (known === undefined) throw notFound();
    checkSha(target.path, known.sha, sent.sha);
    const sha = commit(c, parts, target, null, sent);
    return c.json({ content: null, commit: summary(c, target, sha) });
  });
}

function read(c: GitHubContext, parts: GitHubParts, path: string): Response {
  const repository = repositoryFor(c, parts, "read", ["contents", "read"]);
  const git = parts.git.of(repository);
  const ref = c.req.query("ref") ?? repository.defaultBranch;
  const sha = git.resolve(ref);
  if (sha === undefined) throw new GitHubError(404, `No commit found for the ref ${ref}`);
  const found = git.list(sha, path.replace(/\/+$/, ""));
  if (found === undefined) throw notFound();
  if ("folder" in found) return c.json(folderJson(c, repository, found.folder, ref));
  const content = git.blob(found.file.sha);
  if (/application\/vnd\.github\.(v3\.)?raw/.test(c.req.header("accept") ?? "")) {
    return c.body(new Uint8Array(content), 200, {
      "content-type": "application/vnd.github.raw+json; charset=utf-8",
    });
  }
  return c.json(fileJson(c, repository, found.file, ref, content));
}

/** What a write goes to. @throws GitHubError 403, 404 (branch, `workflow` scope), 422 (path). */
function writable(c: GitHubContext, parts: GitHubParts, asked: string | undefined) {
  const repository = repositoryFor(c, parts, "write", ["contents", "write"]);
  const path = checkedPath(param(c, "path"));
  checkWorkflowScope(c, path);
  const branch = asked?.replace(/^refs\/heads\//, "") ?? repository.defaultBranch;
  const git = parts.git.of(repository);
  const head = git.readRef(`refs/heads/${branch}`);
  if (head === undefined) throw new GitHubError(404, `Branch ${branch} not found`);
  return { repository, git, path, branch, head };
}

type Target = ReturnType<typeof writable>;

function blobAt({ git, head, path }: Target) {
  const found = git.list(head, path);
  if (found === undefined) return undefined;
  if ("folder" in found) throw new GitHubError(422, `path ${path} is a directory`);
  return found.file;
}

function checkSha(path: string, known: string, sent: string | undefined): void {
  if (sent === undefined) throw notSupplied("sha");
  if (sent !== known) throw new GitHubError(409, `${path} does not match ${sent}`);
}

function checkedPath(path: string): string {
  const parts = path.split("/");
  const bad = (part: string) => part === "" || part === "." || part === ".." || part.toLowerCase() === ".git";
  const control = [...path].some((letter) => letter.charCodeAt(0) < 32);
  if (!control && !parts.some(bad)) return path;
  throw validationFailed("Commit", "path", "invalid", "path contains a malformed path component");
}

/** A classic token without `workflow` gets a 404 for such a path (octokit.rb#1184), a GITHUB_TOKEN always a 403. */
function checkWorkflowScope(c: GitHubContext, path: string): void {
  if (!path.startsWith(".github/workflows/")) return;
  c.set("acceptedScopes", ["workflow"]);
  const actor = c.get("actor");
  if (actor.kind === "installation") throw notForIntegration();
  if (actor.kind === "user" && !hasScope(actor.scopes, ["workflow"])) throw notFound();
}

function commit(
  c: GitHubContext,
  parts: GitHubParts,
  target: Target,
  content: Buffer | null,
  sent: z.infer<typeof Delete>,
): string {
  const { git, path, branch, repository } = target;
  const actor = c.get("actor");
  const now = toSeconds(parts.now());
  const login = actor.kind === "anonymous" ? "ghost" : actor.login;
  const self = { name: login, email: `${login}@users.noreply.github.com` };
  const person = (given: z.infer<typeof Somebody> | undefined): Person => {
    const date = new Date(given?.date ?? now);
    if (Number.isNaN(date.getTime())) throw new GitHubError(422, "Invalid request.\n\ndate is not ISO 8601.");
    return { ...self, ...given, date: toSeconds(date) };
  };
  // As on GitHub: whoever is left out is the other, and both left out are the token's user.
  const committer = person(sent.committer ?? sent.author);
  const author = person(sent.author ?? sent.committer);
  const ref = `refs/heads/${branch}`;
  checkBranch(parts, repository, actor, { branch, paths: [path], kind: "push" }, "Could not update file: ");
  recordPush(parts, repository, actor, ref);
  const sha = git.write(branch, { [path]: content }, sent.message, author, committer);
  startWorkflows(parts, repository, actor, ref, sha);
  return sha;
}

function summary(
  c: GitHubContext,
  { repository, git }: { repository: Repository; git: Target["git"] },
  sha: string,
) {
  const made = git.commit(sha);
  if (made === undefined) throw new Error(`commit ${sha} is not in the repository it was just made in`);
  const full = `${repository.owner}/${repository.name}`;
  return commitSummary(`${apiUrl(c)}/repos/${full}`, `${webUrl(c)}/${full}`, made);
}
