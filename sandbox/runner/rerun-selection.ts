import type { JobResult, RerunWish } from "./run-request";
import type { Workflow } from "./workflow-file";

/**
 * The results of a run's last attempt that stand when it is started again: all but the jobs that are to run and those
 * that need one of them (docs, Re-running workflows and jobs).
 *
 * @returns undefined when nothing would run.
 */
export function keptResults(
  workflow: Workflow,
  jobs: readonly JobResult[],
  wish: RerunWish,
): readonly JobResult[] | undefined {
  if (wish === "all") return [];
  const isWished = (job: JobResult) =>
    wish === "failed" ? job.conclusion !== "success" && job.conclusion !== "skipped" : job.id === wish.job;
  const wished = jobs.filter(isWished);
  if (wished.length === 0) return undefined;
  const dependents = dependentsOf(workflow, new Set(wished.map(({ key }) => key)));
  return jobs.filter((job) => !isWished(job) && !dependents.has(job.key));
}

/** Keys of the jobs that need one of the given, at whatever distance. */
function dependentsOf(workflow: Workflow, keys: ReadonlySet<string>): ReadonlySet<string> {
  const next = workflow.jobs.filter(({ needs }) => needs.some((need) => keys.has(need))).map(({ id }) => id);
  if (next.length === 0) return new Set();
  return new Set([...next, ...dependentsOf(workflow, new Set(next))]);
}
