import type { JobResult, JobUnderWay } from "../runner/run-request";
import { nodeId, simpleUser } from "./account-json";
import { apiUrl, type GitHubContext, type GitHubParts, webUrl } from "./github-app";
import type { Repository } from "./github-state";
import { minimalRepository } from "./repository-json";
import type { StoredRun } from "./workflow-runs";

export function runJson(c: GitHubContext, parts: GitHubParts, repository: Repository, run: StoredRun) {
  const full = `${repository.owner}/${repository.name}`;
  const url = `${apiUrl(c)}/repos/${full}/actions/runs/${run.id}`;
  const user = (login: string) => simpleUser(c, login, parts.store.state.users[login] ?? 0);
  const workflowId = repository.workflowIds[run.workflowPath] ?? 0;
  return {
    id: run.id,
    node_id: nodeId("WorkflowRun", run.id),
    name: run.workflowName,
    display_title: run.title ?? run.workflowName,
    head_branch: run.headBranch,
    head_sha: run.headSha,
    path: run.workflowPath,
    run_number: run.runNumber,
    run_attempt: run.attempt,
    event: run.event,
    status: parts.reviews.of(run.id).length > 0 ? "waiting" : run.status,
    conclusion: run.conclusion ?? null,
    workflow_id: workflowId,
    check_suite_id: checkSuite(run),
    check_suite_node_id: nodeId("CheckSuite", checkSuite(run)),
    check_suite_url: `${apiUrl(c)}/repos/${full}/check-suites/${checkSuite(run)}`,
    url,
    html_url: `${webUrl(c)}/${full}/actions/runs/${run.id}`,
    pull_requests: [],
    created_at: run.createdAt,
    updated_at: run.updatedAt,
    run_started_at: run.startedAt,
    actor: user(run.actor),
    triggering_actor: user(run.triggeringActor),
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    artifacts_url: `${url}/artifacts`,
    workflow_url: `${apiUrl(c)}/repos/${full}/actions/workflows/${workflowId}`,
    previous_attempt_url: run.attempt > 1 ? `${url}/attempts/${run.attempt - 1}` : null,
    referenced_workflows: [],
    head_commit: headCommit(parts, repository, run),
    repository: minimalRepository(c, parts, repository),
    head_repository: minimalRepository(c, parts, repository),
  };
}

/** The sandbox has no check suites; GitHub has one for each run, and its id is in every run's answer. */
function checkSuite(run: StoredRun): number {
  return run.id + 1_000_000_000;
}

/** Null when the commit is not in the repository any more. */
function headCommit(parts: GitHubParts, repository: Repository, run: StoredRun) {
  const commit = parts.git.of(repository).commit(run.headSha);
  if (commit === undefined) return null;
  const { sha, tree, message, author, committer } = commit;
  const person = ({ name, email }: typeof author) => ({ name, email });
  return {
    id: sha,
    tree_id: tree,
    message,
    timestamp: committer.date,
    author: person(author),
    committer: person(committer),
  };
}

/** All jobs of an attempt that have begun, in that order. */
export function jobsOf(run: StoredRun): (JobResult | JobUnderWay)[] {
  return [...run.jobs, ...run.underWay];
}

export function jobJson(
  c: GitHubContext,
  repository: Repository,
  run: StoredRun,
  job: JobResult | JobUnderWay,
) {
  const full = `${repository.owner}/${repository.name}`;
  const base = `${apiUrl(c)}/repos/${full}/actions`;
  const end =
    "conclusion" in job
      ? { status: "completed", conclusion: job.conclusion, completed_at: job.completedAt }
      : { status: "in_progress", conclusion: null, completed_at: null };
  const taken = {
    labels: ["ubuntu-latest"],
    runner_id: 1,
    runner_name: "sandbox",
    runner_group_id: 1,
    runner_group_name: "Default",
  };
  const untaken = { runner_id: null, runner_name: null, runner_group_id: null, runner_group_name: null };
  const waitsFor = "waitsFor" in job ? job.waitsFor : undefined;
  return {
    id: job.id,
    run_id: run.id,
    run_url: `${base}/runs/${run.id}`,
    run_attempt: run.attempt,
    node_id: nodeId("Job", job.id),
    head_sha: run.headSha,
    head_branch: run.headBranch,
    workflow_name: run.workflowName,
    url: `${base}/jobs/${job.id}`,
    html_url: `${webUrl(c)}/${full}/actions/runs/${run.id}/job/${job.id}`,
    ...end,
    created_at: job.startedAt,
    started_at: job.startedAt,
    name: job.name,
    check_run_url: `${apiUrl(c)}/repos/${full}/check-runs/${job.id}`,
    ...(waitsFor === undefined ? taken : { ...untaken, labels: waitsFor, status: "queued" }),
    // Steps of a job under way are not told: the runner reports a job at its beginning and at its end.
    steps: ("steps" in job ? job.steps : []).map((step) => ({
      name: step.name,
      number: step.number,
      status: "completed",
      conclusion: step.conclusion,
      started_at: step.startedAt,
      completed_at: step.completedAt,
    })),
  };
}

const LEVELS = { error: "failure", warning: "warning", notice: "notice" } as const;

/** What a job's log says to people, as GitHub keeps it with the job's check run. Messages name no file here. */
export function annotationsJson(c: GitHubContext, repository: Repository, run: StoredRun, job: JobResult) {
  const full = `${repository.owner}/${repository.name}`;
  return job.annotations.map(({ level, message, title }) => ({
    path: ".github",
    blob_href: `${webUrl(c)}/${full}/blob/${run.headSha}/.github`,
    start_line: 1,
    end_line: 1,
    start_column: null,
    end_column: null,
    annotation_level: LEVELS[level],
    title: title ?? "",
    message,
    raw_details: "",
  }));
}
