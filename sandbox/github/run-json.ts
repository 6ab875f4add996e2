import type { JobResult } from "../runner/run-request";
import { nodeId, simpleUser } from "./account-json";
import { apiUrl, type GitHubContext, type GitHubParts, webUrl } from "./github-app";
import type { Repository } from "./github-state";
import { minimalRepository } from "./repository-json";
import type { StoredRun } from "./workflow-runs";

export function runJson(c: GitHubContext, parts: GitHubParts, repository: Repository, run: StoredRun) {
  const full = `${repository.owner}/${repository.name}`;
  const url = `${apiUrl(c)}/repos/${full}/actions/runs/${run.id}`;
  const actor = simpleUser(c, run.actor, parts.store.state.users[run.actor] ?? 0);
  const workflowId = repository.workflowIds[run.workflowPath] ?? 0;
  return {
    id: run.id,
    node_id: nodeId("WorkflowRun", run.id),
    name: run.workflowName,
    display_title: run.workflowName,
    head_branch: run.headBranch,
    head_sha: run.headSha,
    path: run.workflowPath,
    run_number: run.runNumber,
    run_attempt: 1,
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
    run_started_at: run.createdAt,
    actor,
    triggering_actor: actor,
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    artifacts_url: `${url}/artifacts`,
    workflow_url: `${apiUrl(c)}/repos/${full}/actions/workflows/${workflowId}`,
    previous_attempt_url: null,
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

/** Jobs are reported when they are over: the runner tells of none under way. */
export function jobJson(c: GitHubContext, repository: Repository, run: StoredRun, job: JobResult) {
  const full = `${repository.owner}/${repository.name}`;
  const base = `${apiUrl(c)}/repos/${full}/actions`;
  return {
    id: job.id,
    run_id: run.id,
    run_url: `${base}/runs/${run.id}`,
    run_attempt: 1,
    node_id: nodeId("Job", job.id),
    head_sha: run.headSha,
    head_branch: run.headBranch,
    workflow_name: run.workflowName,
    url: `${base}/jobs/${job.id}`,
    html_url: `${webUrl(c)}/${full}/actions/runs/${run.id}/job/${job.id}`,
    status: "completed",
    conclusion: job.conclusion,
    created_at: job.startedAt,
    started_at: job.startedAt,
    completed_at: job.completedAt,
    name: job.name,
    check_run_url: `${apiUrl(c)}/repos/${full}/check-runs/${job.id}`,
    labels: ["ubuntu-latest"],
    runner_id: 1,
    runner_name: "sandbox",
    runner_group_id: 1,
    runner_group_name: "Default",
    steps: job.steps.map((step) => ({
      name: step.name,
      number: step.number,
      status: "completed",
      conclusion: step.conclusion,
      started_at: step.startedAt,
      completed_at: step.completedAt,
    })),
  };
}
