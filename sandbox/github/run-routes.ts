import { repositoryFor } from "./access";
import { type GitHubApp, type GitHubContext, type GitHubParts, param } from "./github-app";
import { GitHubError, notFound } from "./github-error";
import type { Repository } from "./github-state";
import type { LogTickets } from "./log-tickets";
import { page } from "./pagination";
import { jobJson, runJson } from "./run-json";
import type { StoredRun } from "./workflow-runs";
import { zip } from "./zip";

const BASE = "/repos/:owner/:repo/actions";

/** Workflow runs, their jobs and logs. */
export function runRoutes(app: GitHubApp, parts: GitHubParts, tickets: LogTickets): void {
  const readable = (c: GitHubContext) => repositoryFor(c, parts, "read", ["actions", "read"]);

  app.get(`${BASE}/runs`, (c) => listRuns(c, parts, readable(c)));

  app.get(`${BASE}/runs/:run`, (c) => {
    const repository = readable(c);
    return c.json(runJson(c, parts, repository, findRun(c, parts, repository)));
  });

  app.get(`${BASE}/runs/:run/jobs`, (c) => {
    const repository = readable(c);
    const run = findRun(c, parts, repository);
    const jobs = page(c, run.jobs).map((job) => jobJson(c, repository, run, job));
    return c.json({ total_count: run.jobs.length, jobs });
  });

  app.get(`${BASE}/jobs/:job`, (c) => {
    const repository = readable(c);
    const { run, job } = findJob(c, parts, repository);
    return c.json(jobJson(c, repository, run, job));
  });

  app.post(`${BASE}/runs/:run/cancel`, (c) => {
    const repository = repositoryFor(c, parts, "write", ["actions", "write"]);
    const run = findRun(c, parts, repository);
    if (run.status === "completed")
      throw new GitHubError(409, "Cannot cancel a workflow run that is completed.");
    parts.runner?.cancel(run.id);
    return c.json({}, 202);
  });

  logRoutes(app, parts, tickets);
}

/** Logs are not served where they are asked for: GitHub redirects to an address that is good for a minute. */
function logRoutes(app: GitHubApp, parts: GitHubParts, tickets: LogTickets): void {
  app.get(`${BASE}/jobs/:job/logs`, (c) => {
    const { job } = findJob(c, parts, repositoryFor(c, parts, "read", ["actions", "read"]));
    const text = { type: "text/plain; charset=utf-8", bytes: Buffer.from(job.log) };
    return c.redirect(tickets.issue(c, text));
  });

  app.get(`${BASE}/runs/:run/logs`, (c) => {
    const run = findRun(c, parts, repositoryFor(c, parts, "read", ["actions", "read"]));
    const files = run.jobs.map((job, index) => {
      const name = `${index}_${job.name.replace(/[/\\:<>|*?"]/g, "")}.txt`;
      return { name, bytes: Buffer.from(job.log) };
    });
    return c.redirect(tickets.issue(c, { type: "application/zip", bytes: zip(files) }));
  });
}

/** @param wanted a further condition beside `?status=&event=&branch=&actor=&head_sha=`. */
export function listRuns(
  c: GitHubContext,
  parts: GitHubParts,
  repository: Repository,
  wanted: (run: StoredRun) => boolean = () => true,
): Response {
  const is = (key: string, ...values: (string | undefined)[]) => {
    const asked = c.req.query(key);
    return asked === undefined || values.includes(asked);
  };
  const all = parts.runs
    .of(repository.id)
    .filter(wanted)
    .filter((run) => is("status", run.status, run.conclusion) && is("event", run.event))
    .filter((run) => is("branch", run.headBranch) && is("actor", run.actor) && is("head_sha", run.headSha));
  const workflow_runs = page(c, all).map((run) => runJson(c, parts, repository, run));
  return c.json({ total_count: all.length, workflow_runs });
}

function findRun(c: GitHubContext, parts: GitHubParts, repository: Repository): StoredRun {
  const run = parts.runs.find(repository.id, Number(param(c, "run")));
  if (run === undefined) throw notFound();
  return run;
}

function findJob(c: GitHubContext, parts: GitHubParts, repository: Repository) {
  for (const run of parts.runs.of(repository.id)) {
    const job = run.jobs.find((each) => String(each.id) === param(c, "job"));
    if (job !== undefined) return { run, job };
  }
  throw notFound();
}
