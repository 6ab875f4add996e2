import type { JobResult, StepResult } from "../runner/run-request";
import type { Repository } from "./github-state";
import type { StoredRun } from "./workflow-runs";

/** A run as a person reads it: what became of it, then each job with steps, summary and log, masked by the runner. */
export function runPage(repository: Repository, run: StoredRun, isWaiting: boolean): string {
  const outcome = isWaiting ? "waiting for a review" : (run.conclusion ?? run.status);
  // The runner tells of a job when it is over.
  const underWay = run.status === "completed" ? [] : ["\nJobs show when they are over.\n"];
  return [
    `${run.workflowName} #${run.runNumber}: ${outcome}\n`,
    `${repository.owner}/${repository.name}, ${run.workflowPath}\n`,
    `${run.event} by ${run.actor}, ${run.headBranch} at ${run.headSha.slice(0, 7)}, ${run.createdAt}\n`,
    ...underWay,
    ...run.jobs.map((job) => `\n${jobPage(job)}`),
  ].join("");
}

/** One job of it. */
export function jobPage(job: JobResult): string {
  return [
    `${job.name}: ${job.conclusion}\n`,
    ...job.steps.map(stepLine),
    titled("Summary", job.summary),
    titled("Log", job.log),
  ].join("");
}

function stepLine({ number, name, conclusion }: StepResult): string {
  return `  ${number}. ${name}: ${conclusion}\n`;
}

function titled(title: string, text: string): string {
  return text === "" ? "" : `\n${title}\n${"-".repeat(title.length)}\n${text}`;
}
