import { z } from "zod";
import { repositoryFor } from "./access";
import { nodeId } from "./account-json";
import { checkBranch, isProtected, protectionSummary } from "./branch-protection";
import { commitJson, fullCommitJson } from "./commit-json";
import {
  apiUrl,
  body,
  type GitHubApp,
  type GitHubContext,
  type GitHubParts,
  param,
  webUrl,
} from "./github-app";
import { GitHubError, notFound } from "./github-error";
import type { Repository } from "./github-state";
import { page } from "./pagination";
import { recordPush, startWorkflows } from "./pushes";

const REPO = "/repos/:owner/:repo";
const Create = z.object({ ref: z.string(), sha: z.string() });
const Update = z.object({ sha: z.string(), force: z.boolean().default(false) });

/** Branches, refs and commits. */
export function refRoutes(app: GitHubApp, parts: GitHubParts): void {
  const readable = (c: GitHubContext) => repositoryFor(c, parts, "read", ["contents", "read"]);

  app.get(`${REPO}/branches`, (c) => {
    const repository = readable(c);
    return c.json(
      page(c, parts.git.of(repository).branches()).map((each) => shortBranch(c, repository, each)),
    );
  });

  app.get(`${REPO}/branches/:branch{.+}`, (c) => {
    const repository = readable(c);
    const git = parts.git.of(repository);
    const name = param(c, "branch");
    const sha = git.readRef(`refs/heads/${name}`);
    const commit = sha === undefined ? undefined : git.commit(sha);
    if (sha === undefined || commit === undefined) throw new GitHubError(404, "Branch not found");
    const full = `${repository.owner}/${repository.name}`;
    const self = `${apiUrl(c)}/repos/${full}/branches/${encodeURIComponent(name)}`;
    return c.json({
      ...shortBranch(c, repository, { name, sha }),
      commit: commitJson(c, parts, repository, commit),
      _links: { self, html: `${webUrl(c)}/${full}/tree/${name}` },
      protection: protectionSummary(repository, name),
      protection_url: `${self}/protection`,
    });
  });

  app.get(`${REPO}/git/ref/:ref{.+}`, (c) => {
    const repository = readable(c);
    const ref = `refs/${param(c, "ref")}`;
    const sha = parts.git.of(repository).readRef(ref);
    if (sha === undefined) throw notFound();
    return c.json(refJson(c, repository, ref, sha));
  });

  app.get(`${REPO}/git/matching-refs/:ref{.+}`, (c) => {
    const repository = readable(c);
    const prefix = `refs/${param(c, "ref")}`;
    const branches = parts.git.of(repository).branches();
    const refs = branches.map(({ name, sha }) => ({ ref: `refs/heads/${name}`, sha }));
    const found = refs.filter(({ ref }) => ref.startsWith(prefix));
    return c.json(page(c, found).map(({ ref, sha }) => refJson(c, repository, ref, sha)));
  });

  app.get(`${REPO}/commits`, (c) => listCommits(c, parts, readable(c)));

  app.get(`${REPO}/commits/:ref{.+}`, (c) => {
    const repository = readable(c);
    const git = parts.git.of(repository);
    const ref = param(c, "ref");
    const sha = git.resolve(ref);
    const commit = sha === undefined ? undefined : git.commit(sha);
    if (commit === undefined) throw new GitHubError(422, `No commit found for SHA: ${ref}`);
    return c.json(fullCommitJson(c, parts, repository, git, commit));
  });

  refWriteRoutes(app, parts);
}

function refWriteRoutes(app: GitHubApp, parts: GitHubParts): void {
  const writable = (c: GitHubContext) => repositoryFor(c, parts, "write", ["contents", "write"]);

  app.post(`${REPO}/git/refs`, async (c) => {
    const { ref, sha } = await body(c, Create);
    const repository = writable(c);
    const git = parts.git.of(repository);
    if (!git.isRefName(ref)) throw new GitHubError(422, "Reference name is not valid");
    if (git.commit(sha) === undefined) throw new GitHubError(422, "Object does not exist");
    if (git.readRef(ref) !== undefined) throw new GitHubError(422, "Reference already exists");
    move(c, parts, repository, ref, sha);
    return c.json(refJson(c, repository, ref, sha), 201);
  });

  app.patch(`${REPO}/git/refs/:ref{.+}`, async (c) => {
    const { sha, force } = await body(c, Update);
    const repository = writable(c);
    const git = parts.git.of(repository);
    const ref = `refs/${param(c, "ref")}`;
    const old = git.readRef(ref);
    if (old === undefined) throw new GitHubError(422, "Reference does not exist");
    if (git.commit(sha) === undefined) throw new GitHubError(422, "Object does not exist");
    const forward = git.isFastForward(old, sha);
    if (!force && !forward) throw new GitHubError(422, "Update is not a fast forward");
    checkRefRules(c, parts, repository, ref, { sha, kind: forward ? "push" : "force" });
    move(c, parts, repository, ref, sha);
    return c.json(refJson(c, repository, ref, sha));
  });

  app.delete(`${REPO}/git/refs/:ref{.+}`, (c) => {
    const repository = writable(c);
    const git = parts.git.of(repository);
    const ref = `refs/${param(c, "ref")}`;
    if (git.readRef(ref) === undefined) throw new GitHubError(422, "Reference does not exist");
    if (ref === `refs/heads/${repository.defaultBranch}`) {
      throw new GitHubError(422, "Cannot delete the default branch");
    }
    checkRefRules(c, parts, repository, ref, { sha: undefined, kind: "delete" });
    recordPush(parts, repository, c.get("actor"), ref);
    git.deleteRef(ref);
    return c.body(null, 204);
  });
}

/** Rules are about branches. The files of a push are those of its newest commit, which is all that the sandbox compares. */
function checkRefRules(
  c: GitHubContext,
  parts: GitHubParts,
  repository: Repository,
  ref: string,
  { sha, kind }: { sha: string | undefined; kind: "push" | "force" | "delete" },
): void {
  if (!ref.startsWith("refs/heads/")) return;
  const git = parts.git.of(repository);
  const paths = sha === undefined ? [] : git.changedFiles(sha).map(({ path }) => path);
  checkBranch(parts, repository, c.get("actor"), { branch: ref.slice("refs/heads/".length), paths, kind });
}

function move(c: GitHubContext, parts: GitHubParts, repository: Repository, ref: string, sha: string): void {
  recordPush(parts, repository, c.get("actor"), ref);
  parts.git.of(repository).writeRef(ref, sha);
  startWorkflows(parts, repository, c.get("actor"), ref, sha);
}

function listCommits(c: GitHubContext, parts: GitHubParts, repository: Repository): Response {
  const git = parts.git.of(repository);
  const from = git.resolve(c.req.query("sha") ?? repository.defaultBranch);
  if (from === undefined) throw notFound();
  const path = c.req.query("path");
  // The sandbox's histories are short: taking all of them keeps one way of paging.
  const all = git.log(from, { limit: 10_000, skip: 0, ...(path === undefined ? {} : { path }) });
  return c.json(page(c, all).map((commit) => commitJson(c, parts, repository, commit)));
}

function shortBranch(c: GitHubContext, repository: Repository, { name, sha }: { name: string; sha: string }) {
  const url = `${apiUrl(c)}/repos/${repository.owner}/${repository.name}/commits/${sha}`;
  return { name, commit: { sha, url }, protected: isProtected(repository, name) };
}

function refJson(c: GitHubContext, repository: Repository, ref: string, sha: string) {
  const base = `${apiUrl(c)}/repos/${repository.owner}/${repository.name}/git`;
  return {
    ref,
    node_id: nodeId("Ref", repository.id),
    url: `${base}/${ref}`,
    object: { sha, type: "commit", url: `${base}/commits/${sha}` },
  };
}
