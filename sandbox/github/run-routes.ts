import type { JobResult, RerunWish } from "../runner/run-request";
import { repositoryFor } from "./access";
import { actorName } from "./actor";
import { dateFilter } from "./audit-phrase";
import { type GitHubApp, type GitHubContext, type GitHubParts, param } from "./github-app";
import { GitHubError, notFound } from "./github-error";
import type { Repository } from "./github-state";
import type { LogTickets } from "./log-tickets";
import { page } from "./pagination";
import { annotationsJson, jobJson, jobsOf, runJson } from "./run-json";
import { withStatus } from "./runner-refusal";
import type { StoredRun } from "./workflow-runs";
import { zip } from "./zip";

const BASE = "/repos/:owner/:repo/actions";
const RUN = `${BASE}/runs/:run`;

const READ = ["actions", "read"] as const;
const WRITE = ["actions", "write"] as const;

/** Workflow runs, their attempts, jobs and logs. */
export function runRoutes(app: GitHubApp, parts: GitHubParts, tickets: LogTickets): void {
  const readable = (c: GitHubContext) => repositoryFor(c, parts, "read", READ);

  app.get(`${BASE}/runs`, (c) => listRuns(c, parts, readable(c)));

  for (const path of [RUN, `${RUN}/attempts/:attempt`]) {
    app.get(path, (c) => {
      const repository = readable(c);
      return c.json(runJson(c, parts, repository, findAttempt(c, parts, repository)));
    });

    app.get(`${path}/jobs`, (c) => {
      const repository = readable(c);
      const run = findAttempt(c, parts, repository);
      const all = jobsOf(run);
      const jobs = page(c, all).map((job) => jobJson(c, repository, run, job));
      return c.json({ total_count: all.length, jobs });
    });

    app.get(`${path}/logs`, (c) => {
      const run = findAttempt(c, parts, readable(c));
      return c.redirect(
        tickets.issue(c, { type: "application/zip", bytes: zip(run.jobs.flatMap(logFiles)) }),
      );
    });
  }

  // Nothing here keeps artifacts.
  app.get(`${RUN}/artifacts`, (c) => {
    findRun(c, parts, readable(c));
    return c.json({ total_count: 0, artifacts: [] });
  });

  changeRoutes(app, parts);
  jobRoutes(app, parts, tickets);
}

function changeRoutes(app: GitHubApp, parts: GitHubParts): void {
  for (const path of ["cancel", "force-cancel"]) {
    app.post(`${RUN}/${path}`, (c) => {
      const run = findRun(c, parts, repositoryFor(c, parts, "write", WRITE));
      if (run.status === "completed")
        throw new GitHubError(409, "Cannot cancel a workflow run that is completed.");
      parts.runner?.cancel(run.id);
      return c.json({}, 202);
    });
  }

  app.delete(RUN, (c) => {
    const run = findRun(c, parts, repositoryFor(c, parts, "write", WRITE));
    if (run.status !== "completed") throw new GitHubError(403, "Could not delete the workflow run");
    parts.runs.delete(run);
    return c.body(null, 204);
  });

  app.post(`${RUN}/rerun`, (c) => rerun(c, parts, "all"));
  app.post(`${RUN}/rerun-failed-jobs`, (c) => rerun(c, parts, "failed"));
  app.post(`${BASE}/jobs/:job/rerun`, (c) => rerun(c, parts, { job: Number(param(c, "job")) }));
}

/** Logs are not served where they are asked for: GitHub redirects to an address that is good for a minute. */
function jobRoutes(app: GitHubApp, parts: GitHubParts, tickets: LogTickets): void {
  app.get(`${BASE}/jobs/:job`, (c) => {
    const repository = repositoryFor(c, parts, "read", READ);
    const { run, job } = findJob(c, parts, repository);
    return c.json(jobJson(c, repository, run, job));
  });

  app.get(`${BASE}/jobs/:job/logs`, (c) => {
    const { job } = findJob(c, parts, repositoryFor(c, parts, "read", READ));
    if (!("log" in job)) throw notFound();
    const text = { type: "text/plain; charset=utf-8", bytes: Buffer.from(job.log) };
    return c.redirect(tickets.issue(c, text));
  });

  // A job is a check run of the same id.
  app.get("/repos/:owner/:repo/check-runs/:job/annotations", (c) => {
    const repository = repositoryFor(c, parts, "read", ["checks", "read"]);
    const { run, job } = findJob(c, parts, repository);
    return c.json("annotations" in job ? page(c, annotationsJson(c, repository, run, job)) : []);
  });
}

/** A job's log, whole and by step, under the names that GitHub gives them: the CLI looks for these. */
function logFiles(
  { name, log, steps, stepStarts }: JobResult,
  index: number,
): { name: string; bytes: Buffer }[] {
  const lines = log.split(/(?<=\n)/);
  const folder = fileName(name);
  const ofSteps = steps.map(({ number, name }, at) => ({
    name: `${folder}/${number}_${fileName(name)}.txt`,
    bytes: Buffer.from(lines.slice(stepStarts[at], stepStarts[at + 1]).join("")),
  }));
  return [{ name: `${index}_${folder}.txt`, bytes: Buffer.from(log) }, ...ofSteps];
}

/** Without what a path cannot hold, and at most 90 UTF-16 units (cli/cli#5011). */
function fileName(name: string): string {
  return name
    .replace(/[/\\:<>|*?"]/g, "")
    .slice(0, 90)
    .trim();
}

/** Starts a run again. The words are GitHub's. */
function rerun(c: GitHubContext, parts: GitHubParts, wish: RerunWish): Response {
  const repository = repositoryFor(c, parts, "write", WRITE);
  const run = typeof wish === "string" ? findRun(c, parts, repository) : findJob(c, parts, repository).run;
  if (run.status !== "completed") throw new GitHubError(403, "This workflow is already running");
  const { runner } = parts;
  if (runner === undefined)
    throw new GitHubError(403, "Unable to retry this workflow run: the sandbox has no runner");
  const name = `${repository.owner}/${repository.name}`;
  const { repositoryId: _, earlier: __, ...last } = run;
  withStatus(() => runner.rerun(name, last, wish, actorName(c.get("actor"))));
  return c.json({}, 201);
}

/** @param wanted a further condition beside `?status=&event=&branch=&actor=&head_sha=&created=`. */
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
  const created = c.req.query("created");
  const isCreated = created === undefined ? () => true : dateFilter(created);
  const all = parts.runs
    .of(repository.id)
    .filter(wanted)
    .filter((run) => is("status", run.status, run.conclusion) && is("event", run.event))
    .filter((run) => isCreated(run.createdAt))
    .filter((run) => is("branch", run.headBranch) && is("actor", run.actor) && is("head_sha", run.headSha));
  const workflow_runs = page(c, all).map((run) => runJson(c, parts, repository, run));
  return c.json({ total_count: all.length, workflow_runs });
}

function findRun(c: GitHubContext, parts: GitHubParts, repository: Repository): StoredRun {
  const run = parts.runs.find(repository.id, Number(param(c, "run")));
  if (run === undefined) throw notFound();
  return run;
}

/** The attempt that the path names; the last one where it names none. */
function findAttempt(c: GitHubContext, parts: GitHubParts, repository: Repository): StoredRun {
  const run = findRun(c, parts, repository);
  const number = param(c, "attempt");
  const found = number === "" ? run : parts.runs.attempt(run, Number(number));
  if (found === undefined) throw notFound();
  return found;
}

function findJob(c: GitHubContext, parts: GitHubParts, repository: Repository) {
  const runs = parts.runs.of(repository.id);
  for (const run of runs.flatMap((each) => [each, ...parts.runs.earlierOf(each)])) {
    const job = jobsOf(run).find((each) => String(each.id) === param(c, "job"));
    if (job !== undefined) return { run, job };
  }
  throw notFound();
}
