import { z } from "zod";
import { permissionOn, repositoryFor } from "./access";
import { actorName } from "./actor";
import { body, type GitHubApp, type GitHubContext, type GitHubParts, param } from "./github-app";
import { GitHubError, notFound, validationFailed } from "./github-error";
import { newId, type Repository } from "./github-state";
import { type Issue, type IssueLabel, issueJson } from "./issue-json";
import { page } from "./pagination";
import { toSeconds } from "./timestamps";

const BASE = "/repos/:owner/:repo/issues";

const Labels = z.array(z.union([z.string(), z.object({ name: z.string() })]));
const Create = z.object({
  title: z.union([z.string(), z.number()]),
  body: z.string().nullish(),
  labels: Labels.optional(),
});
const Change = z.object({
  title: z.union([z.string(), z.number()]).optional(),
  body: z.string().nullish(),
  labels: Labels.optional(),
  state: z.enum(["open", "closed"]).optional(),
  state_reason: z.enum(["completed", "not_planned", "duplicate", "reopened"]).nullish(),
});

/** What this file keeps of a repository, beside the rest of its state. */
interface Kept extends Repository {
  issues?: Issue[];
  issueLabels?: IssueLabel[];
}

/** Issues: made by whoever may read, changed by their author and by those who may push. No comments, no assignees. */
export function issueRoutes(app: GitHubApp, parts: GitHubParts): void {
  app.post(BASE, async (c) => {
    const sent = await body(c, Create);
    const repository: Kept = repositoryFor(c, parts, "read", ["issues", "write"]);
    if (c.get("actor").kind === "anonymous") throw new GitHubError(401, "Requires authentication");
    if (String(sent.title).trim() === "") throw validationFailed("Issue", "title", "missing_field");
    const now = at(parts);
    repository.issues ??= [];
    const issue: Issue = {
      number: nextNumber(repository),
      title: String(sent.title),
      body: sent.body ?? null,
      author: actorName(c.get("actor")),
      state: "open",
      stateReason: null,
      labels: labelled(c, parts, repository, sent.labels ?? []),
      createdAt: now,
      updatedAt: now,
      closedAt: null,
    };
    repository.issues.push(issue);
    parts.store.save();
    return c.json(issueJson(c, parts, repository, issue, labelsOf(repository)), 201);
  });

  app.get(BASE, (c) => {
    const repository: Kept = repositoryFor(c, parts, "read", ["issues", "read"]);
    const state = c.req.query("state") ?? "open";
    const wanted = (c.req.query("labels") ?? "").split(",").filter((name) => name !== "");
    const found = [...(repository.issues ?? [])]
      .filter((issue) => state === "all" || issue.state === state)
      .filter((issue) => wanted.every((name) => issue.labels.includes(name)))
      .reverse();
    const shown = page(c, found);
    return c.json(shown.map((issue) => issueJson(c, parts, repository, issue, labelsOf(repository))));
  });

  app.get(`${BASE}/:number`, (c) => {
    const repository: Kept = repositoryFor(c, parts, "read", ["issues", "read"]);
    return c.json(issueJson(c, parts, repository, find(c, repository), labelsOf(repository)));
  });

  app.patch(`${BASE}/:number`, (c) => change(c, parts));
}

async function change(c: GitHubContext, parts: GitHubParts): Promise<Response> {
  const sent = await body(c, Change);
  const repository: Kept = repositoryFor(c, parts, "read", ["issues", "write"]);
  const issue = find(c, repository);
  const isAuthor = issue.author === actorName(c.get("actor"));
  if (!isAuthor && !mayPush(c, parts, repository))
    throw new GitHubError(403, "Must have admin rights to Repository.");
  if (sent.title !== undefined) issue.title = String(sent.title);
  if (sent.body !== undefined) issue.body = sent.body;
  if (sent.labels !== undefined) issue.labels = labelled(c, parts, repository, sent.labels);
  if (sent.state !== undefined && sent.state !== issue.state) {
    issue.state = sent.state;
    issue.stateReason = sent.state_reason ?? (sent.state === "closed" ? "completed" : "reopened");
    issue.closedAt = sent.state === "closed" ? at(parts) : null;
  }
  issue.updatedAt = at(parts);
  parts.store.save();
  return c.json(issueJson(c, parts, repository, issue, labelsOf(repository)));
}

/** Labels of those who may not push: known ones are dropped in silence, new ones refused (seen at orgs/community#197408). */
function labelled(
  c: GitHubContext,
  parts: GitHubParts,
  repository: Kept,
  sent: z.infer<typeof Labels>,
): string[] {
  const names = [...new Set(sent.map((each) => (typeof each === "string" ? each : each.name)))];
  const known = new Set(labelsOf(repository).map(({ name }) => name));
  const fresh = names.filter((name) => !known.has(name));
  if (!mayPush(c, parts, repository)) {
    if (fresh.length > 0)
      throw new GitHubError(403, "You do not have permission to create labels on this repository.");
    return [];
  }
  repository.issueLabels ??= [];
  for (const name of fresh) repository.issueLabels.push({ id: newId(), name });
  return names;
}

function mayPush(c: GitHubContext, parts: GitHubParts, repository: Repository): boolean {
  const actor = c.get("actor");
  if (actor.kind === "installation") return true; // `repositoryFor` has looked at its permission
  return ["write", "admin"].includes(permissionOn(repository, actor, parts.store.state));
}

function labelsOf(repository: Kept): readonly IssueLabel[] {
  return repository.issueLabels ?? [];
}

function find(c: GitHubContext, repository: Repository): Issue {
  const issue = issueIn(repository, param(c, "number"));
  if (issue === undefined) throw notFound();
  return issue;
}

/** Issues and pull requests of a repository share their numbers. */
export function nextNumber(repository: Kept): number {
  return (repository.issues?.length ?? 0) + (repository.pulls?.length ?? 0) + 1;
}

/** All issues of a repository, oldest first. */
export function issuesOf(repository: Kept): readonly Issue[] {
  return repository.issues ?? [];
}

/** The issue of a number, as a path has it. */
export function issueIn(repository: Kept, number: string): Issue | undefined {
  return repository.issues?.find((issue) => String(issue.number) === number);
}

function at(parts: GitHubParts): string {
  return toSeconds(parts.now());
}
