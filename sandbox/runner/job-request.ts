import type { Scope } from "./expression";
import type { RunFacts } from "./job-facts";
import type { JobStop } from "./job-stop";
import type { JobUnderWay } from "./run-request";
import type { JobDefinition } from "./workflow-file";

/** One job about to run: a job of the workflow with one combination of its matrix. */
export interface JobRequest {
  facts: RunFacts;
  definition: JobDefinition;
  id: number;
  name: string;
  /** github, inputs, vars, needs, strategy, matrix. */
  scope: Scope;
  stop: JobStop;
  workFolder: string;
  minute: number;
  /** Told when it may begin: a job that waits for a review has not started. */
  onStart(job: JobUnderWay): void;
}
