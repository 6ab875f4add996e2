import type { Scope, Value } from "./expression";
import type { IdTokenEndpoint } from "./id-token-endpoint";
import type { RunFacts } from "./job-facts";
import type { JobFolder } from "./job-folder";
import type { JobLog } from "./job-log";
import type { JobStop } from "./job-stop";
import type { Values } from "./run-request";
import type { JobDefinition } from "./workflow-file";

/** What the `steps` context knows of a step that has ended. */
export interface StepRecord {
  outputs: Values;
  outcome: string;
  conclusion: string;
}

/** One running job: what its steps share and change. */
export interface JobSession {
  facts: RunFacts;
  definition: JobDefinition;
  log: JobLog;
  folder: JobFolder;
  stop: JobStop;
  /** Contexts that stay as they are: github, needs, strategy, matrix, vars, secrets, inputs, runner. */
  contexts: Record<string, Value> & { github: Record<string, Value>; runner: Record<string, Value> };
  /** `env` of workflow and job, and what steps wrote to GITHUB_ENV. */
  environment: Values;
  /** Folders that steps wrote to GITHUB_PATH, newest last. */
  addedPaths: string[];
  steps: Record<string, StepRecord>;
  /** Whether any step has failed. */
  failed: boolean;
  idTokens: IdTokenEndpoint | undefined;
  /** Carried by every process of the job as RUNNER_TRACKING_ID. */
  trackingId: string;
  /** Milliseconds of a minute of `timeout-minutes`. */
  minute: number;
}

export function jobStatus(session: JobSession): "success" | "failure" | "cancelled" {
  if (session.stop.requested.aborted) return "cancelled";
  return session.failed ? "failure" : "success";
}

/** What a step's expressions see. */
export function stepScope(session: JobSession, environment: Values): Scope {
  return {
    contexts: {
      ...session.contexts,
      env: environment,
      job: { status: jobStatus(session) },
      steps: session.steps as unknown as Value,
    },
    status: {
      success: () => jobStatus(session) === "success",
      failure: () => jobStatus(session) === "failure",
      cancelled: () => jobStatus(session) === "cancelled",
    },
  };
}
