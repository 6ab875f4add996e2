import { parse } from "yaml";
import { z } from "zod";
import type { RunResult } from "../runner/run-request";
import { repositoryFor } from "./access";
import { nodeId } from "./account-json";
import { actorName } from "./actor";
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
import { newId, type Repository } from "./github-state";
import { page } from "./pagination";
import { listRuns } from "./run-routes";
import { withStatus } from "./runner-refusal";
import type { DispatchEvent } from "./workflow-runs";

const BASE = "/repos/:owner/:repo/actions/workflows";
const FOLDER = ".github/workflows";

const Dispatch = z.object({
  ref: z.string(),
  inputs: z.record(z.string(), z.union([z.string(), z.boolean(), z.number()])).optional(),
  return_run_details: z.boolean().optional(),
});

interface Workflow {
  id: number;
  name: string;
  path: string;
}

/** Workflows: the files of the default branch; nothing is registered beside them. */
export function workflowRoutes(app: GitHubApp, parts: GitHubParts): void {
  app.get(BASE, (c) => {
    const repository = repositoryFor(c, parts, "read", ["actions", "read"]);
    const all = workflowsOf(parts, repository);
    const workflows = page(c, all).map((each) => json(c, repository, each));
    return c.json({ total_count: all.length, workflows });
  });

  app.get(`${BASE}/:workflow`, (c) => {
    const repository = repositoryFor(c, parts, "read", ["actions", "read"]);
    return c.json(json(c, repository, find(c, parts, repository)));
  });

  app.get(`${BASE}/:workflow/runs`, (c) => {
    const repository = repositoryFor(c, parts, "read", ["actions", "read"]);
    const { path } = find(c, parts, repository);
    return listRuns(c, parts, repository, (run) => run.workflowPath === path);
  });

  app.post(`${BASE}/:workflow/dispatches`, (c) => dispatch(c, parts));

  for (const [verb, isDisabled] of [
    ["disable", true],
    ["enable", false],
  ] as const) {
    app.put(`${BASE}/:workflow/${verb}`, (c) => {
      const repository = repositoryFor(c, parts, "write", ["actions", "write"]);
      const { path } = find(c, parts, repository);
      const others = (repository.disabledWorkflows ?? []).filter((each) => each !== path);
      repository.disabledWorkflows = isDisabled ? [...others, path] : others;
      parts.store.save();
      return c.body(null, 204);
    });
  }
}

/** 204, or 200 with the run when the caller asks for it. GITHUB_TOKENs may dispatch: they start no push runs. */
async function dispatch(c: GitHubContext, parts: GitHubParts): Promise<Response> {
  const sent = await body(c, Dispatch);
  const repository = repositoryFor(c, parts, "write", ["actions", "write"]);
  const workflow = find(c, parts, repository);
  const git = parts.git.of(repository);
  const [ref, sha] = resolve(git, sent.ref);
  if (sha === undefined) throw new GitHubError(422, `No ref found for: ${sent.ref}`);
  const inputs = Object.fromEntries(
    Object.entries(sent.inputs ?? {}).map(([key, value]) => [key, String(value)]),
  );
  if (repository.disabledWorkflows?.includes(workflow.path))
    throw new GitHubError(422, "Cannot trigger a 'workflow_dispatch' on a disabled workflow");
  const actor = actorName(c.get("actor"));
  const run = started(parts, repository, workflow.path, {
    name: "workflow_dispatch",
    ref,
    sha,
    inputs,
    actor,
  });
  if (sent.return_run_details !== true) return c.body(null, 204);
  const path = `${repository.owner}/${repository.name}/actions/runs/${run.id}`;
  return c.json({
    workflow_run_id: run.id,
    run_url: `${apiUrl(c)}/repos/${path}`,
    html_url: `${webUrl(c)}/${path}`,
  });
}

function started(parts: GitHubParts, repository: Repository, path: string, event: DispatchEvent): RunResult {
  const runner = parts.runner;
  if (runner === undefined) {
    throw new GitHubError(422, "Actions has been disabled for this repository: the sandbox has no runner.");
  }
  return withStatus(() => runner.dispatch(`${repository.owner}/${repository.name}`, path, event));
}

function resolve(
  git: ReturnType<GitHubParts["git"]["of"]>,
  name: string,
): [ref: string, sha: string | undefined] {
  for (const ref of [name, `refs/heads/${name}`, `refs/tags/${name}`]) {
    if (!ref.startsWith("refs/")) continue;
    const sha = git.readRef(ref) === undefined ? undefined : git.resolve(ref);
    if (sha !== undefined) return [ref, sha];
  }
  return [name, undefined];
}

/** `:workflow` is an id, a file name, or a path. @throws GitHubError 404 */
function find(c: GitHubContext, parts: GitHubParts, repository: Repository): Workflow {
  const asked = param(c, "workflow");
  const path = asked.startsWith(`${FOLDER}/`) ? asked : `${FOLDER}/${asked}`;
  const found = workflowsOf(parts, repository).find(
    (each) => String(each.id) === asked || each.path === path,
  );
  if (found === undefined) throw notFound();
  return found;
}

function workflowsOf(parts: GitHubParts, repository: Repository): Workflow[] {
  const git = parts.git.of(repository);
  const head = git.resolve(repository.defaultBranch);
  const found = head === undefined ? undefined : git.list(head, FOLDER);
  if (found === undefined || !("folder" in found)) return [];
  const files = found.folder.filter((entry) => entry.type === "blob" && /\.ya?ml$/.test(entry.path));
  return files.map(({ path, sha }) => ({
    path,
    id: workflowId(parts, repository, path),
    name: nameIn(git.blob(sha).toString()) ?? path,
  }));
}

/** Given once and kept: a workflow keeps its id, and so its runs, when its text changes. */
function workflowId(parts: GitHubParts, repository: Repository, path: string): number {
  const known = repository.workflowIds[path];
  if (known !== undefined) return known;
  const id = newId();
  repository.workflowIds[path] = id;
  parts.store.save();
  return id;
}

/** `name:` of a workflow file; a file that is not YAML still is a workflow, by its path. */
function nameIn(text: string): string | undefined {
  try {
    const name = (parse(text) as { name?: unknown } | null)?.name;
    return typeof name === "string" ? name : undefined;
  } catch {
    return undefined;
  }
}

function json(c: GitHubContext, repository: Repository, { id, name, path }: Workflow) {
  const full = `${repository.owner}/${repository.name}`;
  return {
    id,
    node_id: nodeId("Workflow", id),
    name,
    path,
    state: repository.disabledWorkflows?.includes(path) ? "disabled_manually" : "active",
    created_at: repository.createdAt,
    updated_at: repository.createdAt,
    url: `${apiUrl(c)}/repos/${full}/actions/workflows/${id}`,
    html_url: `${webUrl(c)}/${full}/blob/${repository.defaultBranch}/${path}`,
    badge_url: `${webUrl(c)}/${full}/workflows/${encodeURIComponent(name)}/badge.svg`,
  };
}
