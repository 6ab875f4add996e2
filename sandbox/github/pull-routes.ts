import { z } from "zod";
import { permissionOn, repositoryFor } from "./access";
import { actorName } from "./actor";
import { checkBranch } from "./branch-protection";
import { body, type GitHubApp, type GitHubContext, type GitHubParts, param } from "./github-app";
import { GitHubError, notFound, validationFailed } from "./github-error";
import { newId, type PullRequest, type Repository } from "./github-state";
import { nextNumber } from "./issue-routes";
import { page } from "./pagination";
import { fullPull, reviewJson, simplePull } from "./pull-json";
import { recordPush, startWorkflows } from "./pushes";
import { toSeconds } from "./timestamps";

const Create = z.object({
  title: z.string().min(1),
  head: z.string(),
  base: z.string(),
  body: z.string().nullish(),
});
const Change = z.object({
  title: z.string().optional(),
  body: z.string().nullish(),
  state: z.enum(["open", "closed"]).optional(),
});
const Merge = z.object({
  merge_method: z.enum(["merge", "squash", "rebase"]).default("merge"),
  commit_title: z.string().optional(),
  sha: z.string().optional(),
});
const Review = z.object({
  body: z.string().default(""),
  event: z.enum(["APPROVE", "REQUEST_CHANGES", "COMMENT"]),
});

const BASE = "/repos/:owner/:repo/pulls";

/** Pull requests between branches of one repository: no forks, no drafts, no comments. */
export function pullRoutes(app: GitHubApp, parts: GitHubParts): void {
  const readable = (c: GitHubContext) => repositoryFor(c, parts, "read", ["pull-requests", "read"]);
  const writable = (c: GitHubContext) => repositoryFor(c, parts, "write", ["pull-requests", "write"]);

  app.get(BASE, (c) => {
    const repository = readable(c);
    const { state = "open", head, base } = c.req.query();
    const found = pullsOf(parts, repository)
      .filter((pull) => state === "all" || pull.state === state)
      .filter((pull) => head === undefined || `${repository.owner}:${pull.head}` === head)
      .filter((pull) => base === undefined || pull.base === base)
      .reverse();
    return c.json(page(c, found).map((pull) => simplePull(c, parts, repository, pull)));
  });

  app.post(BASE, (c) => create(c, parts, writable(c)));

  app.get(`${BASE}/:number`, (c) => {
    const repository = readable(c);
    return c.json(fullPull(c, parts, repository, find(c, parts, repository)));
  });

  app.patch(`${BASE}/:number`, async (c) => {
    const sent = await body(c, Change);
    const repository = writable(c);
    const pull = find(c, parts, repository);
    if (sent.title !== undefined) pull.title = sent.title;
    if (sent.body !== undefined) pull.body = sent.body;
    if (sent.state !== undefined && sent.state !== pull.state) {
      if (pull.mergedAt !== null) throw validationFailed("PullRequest", "state", "invalid");
      pull.state = sent.state;
      pull.closedAt = sent.state === "closed" ? at(parts) : null;
    }
    pull.updatedAt = at(parts);
    parts.store.save();
    return c.json(fullPull(c, parts, repository, pull));
  });

  app.put(`${BASE}/:number/merge`, (c) => merge(c, parts));

  app.get(`${BASE}/:number/reviews`, (c) => {
    const repository = readable(c);
    const pull = find(c, parts, repository);
    return c.json(page(c, pull.reviews).map((each) => reviewJson(c, parts, repository, pull, each)));
  });

  app.post(`${BASE}/:number/reviews`, async (c) => {
    const sent = await body(c, Review);
    const repository = readable(c);
    const pull = find(c, parts, repository);
    const login = actorName(c.get("actor"));
    if (login === pull.author && sent.event === "APPROVE")
      throw new GitHubError(422, "Can not approve your own pull request");
    const states = { APPROVE: "APPROVED", REQUEST_CHANGES: "CHANGES_REQUESTED", COMMENT: "COMMENTED" };
    const review = {
      id: newId(),
      login,
      state: states[sent.event],
      body: sent.body,
      sha: pull.headSha,
      at: at(parts),
    };
    pull.reviews.push(review);
    parts.store.save();
    return c.json(reviewJson(c, parts, repository, pull, review));
  });
}

async function create(c: GitHubContext, parts: GitHubParts, repository: Repository): Promise<Response> {
  const sent = await body(c, Create);
  const git = parts.git.of(repository);
  const [owner, name] = sent.head.includes(":") ? sent.head.split(":", 2) : [repository.owner, sent.head];
  const head = owner === repository.owner ? (name ?? "") : "";
  const headSha = git.readRef(`refs/heads/${head}`);
  const baseSha = git.readRef(`refs/heads/${sent.base}`);
  if (headSha === undefined) throw validationFailed("PullRequest", "head", "invalid");
  if (baseSha === undefined) throw validationFailed("PullRequest", "base", "invalid");
  const known = pullsOf(parts, repository);
  const pair = `${repository.owner}:${head}`;
  if (known.some((pull) => pull.state === "open" && pull.head === head && pull.base === sent.base))
    throw refused(`A pull request already exists for ${pair}.`);
  if (git.ahead(baseSha, headSha) === 0) throw refused(`No commits between ${sent.base} and ${head}`);
  const now = at(parts);
  const pull: PullRequest = {
    number: nextNumber(repository),
    title: sent.title,
    body: sent.body ?? null,
    author: actorName(c.get("actor")),
    head,
    base: sent.base,
    headSha,
    baseSha,
    state: "open",
    mergedAt: null,
    mergeSha: null,
    mergedBy: null,
    createdAt: now,
    updatedAt: now,
    closedAt: null,
    reviews: [],
  };
  repository.pulls = [...(repository.pulls ?? []), pull];
  parts.store.save();
  return c.json(fullPull(c, parts, repository, pull), 201);
}

function refused(message: string): GitHubError {
  return new GitHubError(422, "Validation Failed", {
    errors: [{ resource: "PullRequest", code: "custom", message }],
  });
}

async function merge(c: GitHubContext, parts: GitHubParts): Promise<Response> {
  const sent = await body(c, Merge);
  const repository = repositoryFor(c, parts, "write", ["contents", "write"]);
  const pull = find(c, parts, repository);
  const git = parts.git.of(repository);
  const actor = c.get("actor");
  if (pull.state !== "open") throw new GitHubError(405, "Pull Request is not mergeable");
  if (sent.sha !== undefined && sent.sha !== pull.headSha)
    throw new GitHubError(409, "Head branch was modified. Review and try the merge again.");
  const approvals = new Set(
    pull.reviews
      .filter(
        ({ state, login, sha }) =>
          state === "APPROVED" && sha === pull.headSha && isReviewer(parts, repository, login),
      )
      .map(({ login }) => login),
  ).size;
  const paths = git.changedFiles(pull.headSha).map(({ path }) => path);
  try {
    checkBranch(parts, repository, actor, { branch: pull.base, paths, kind: "merge", approvals });
  } catch (error) {
    // The same rules as for a push, by another status.
    throw error instanceof GitHubError ? new GitHubError(405, error.message) : error;
  }
  const how = sent.merge_method === "merge" ? "merge" : "squash";
  const title =
    sent.commit_title ?? `Merge pull request #${pull.number} from ${repository.owner}/${pull.head}`;
  const sha = git.merge(pull.baseSha, pull.headSha, how, title);
  if (sha === undefined) throw new GitHubError(405, "Pull Request is not mergeable");
  const ref = `refs/heads/${pull.base}`;
  recordPush(parts, repository, actor, ref);
  git.writeRef(ref, sha);
  Object.assign(pull, { state: "closed", mergedAt: at(parts), mergedBy: actorName(actor), mergeSha: sha });
  Object.assign(pull, { closedAt: pull.mergedAt, updatedAt: pull.mergedAt });
  parts.store.save();
  startWorkflows(parts, repository, actor, ref, sha);
  return c.json({ sha, merged: true, message: "Pull Request successfully merged" });
}

function isReviewer(parts: GitHubParts, repository: Repository, login: string): boolean {
  const user = { kind: "user" as const, login, id: 0, scopes: ["repo"] };
  return ["write", "admin"].includes(permissionOn(repository, user, parts.store.state));
}

/** All of a repository, oldest first. An open one follows its branches; without its head it is closed, as on GitHub. */
function pullsOf(parts: GitHubParts, repository: Repository): PullRequest[] {
  const git = parts.git.of(repository);
  for (const pull of repository.pulls ?? []) {
    if (pull.state !== "open") continue;
    const head = git.readRef(`refs/heads/${pull.head}`);
    pull.baseSha = git.readRef(`refs/heads/${pull.base}`) ?? pull.baseSha;
    if (head !== undefined) pull.headSha = head;
    else Object.assign(pull, { state: "closed", closedAt: at(parts) });
  }
  return repository.pulls ?? [];
}

function find(c: GitHubContext, parts: GitHubParts, repository: Repository): PullRequest {
  const found = pullsOf(parts, repository).find(({ number }) => String(number) === param(c, "number"));
  if (found === undefined) throw notFound();
  return found;
}

function at(parts: GitHubParts): string {
  return toSeconds(parts.now());
}
