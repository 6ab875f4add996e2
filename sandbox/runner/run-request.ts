/** A secret as a runner is given it. */
export type Values = Record<string, string>;

/** What happened that may start workflows, in GitHub's own event names. */
export type WorkflowEvent =
  | { name: "push"; ref: string; sha: string; changedPaths: string[]; actor: string }
  | { name: "workflow_dispatch"; ref: string; sha: string; inputs: Record<string, string>; actor: string }
  | { name: "schedule"; ref: string; sha: string; cron: string; actor: string };

/** A deployment environment of a repository, as the runner must respect it. */
export interface DeploymentEnvironment {
  name: string;
  secrets: Values;
  variables: Values;
  /** Branch names (globs) that may deploy; undefined: every branch. */
  branches?: string[];
}

/**
 * All that the runner needs to know of GitHub for one repository. The GitHub service builds it; the runner
 * asks nothing else, so neither imports the other's inside.
 */
export interface RunnerHost {
  repository: {
    owner: string;
    ownerId: number;
    name: string;
    id: number;
    defaultBranch: string;
    /** Bare git repository on this machine. */
    gitDir: string;
    /** Whether `sub` carries ids: repositories created after 2026-07-15. */
    immutableSubject: boolean;
  };
  serverUrl: string;
  apiUrl: string;
  /** Whether somebody has disabled the workflow of that path: no event starts it. */
  isDisabled(workflowPath: string): boolean;
  /** Environment variables that the runner's machine has by itself (as a self-hosted runner's .env file). */
  machine: Values;
  /** First 100 by name among those the repository may read. Read once, when the run is queued. */
  organizationSecrets(): Values;
  /** Read once, when the run is queued. */
  repositorySecrets(): Values;
  organizationVariables(): Values;
  repositoryVariables(): Values;
  /** Read when the job starts. Creates the environment without rules if there is none, as GitHub does. */
  environment(name: string): DeploymentEnvironment;
  /**
   * Resolves when a job of the run may use the environment: at once, or when a reviewer has let it through.
   * @param signal aborted when the job is to wait no longer.
   * @returns why it may not; undefined when it may.
   */
  admit(name: string, runId: number, signal: AbortSignal): Promise<string | undefined>;
  /** The run's GITHUB_TOKEN with these permissions; it dies with the job. */
  issueToken(
    permissions: Record<string, "read" | "write" | "none">,
    runId: number,
  ): { token: string; revoke(): void };
  /** Signs an id token with GitHub's key: claims of GitHub's own form, plus `aud`. */
  signIdToken(claims: Record<string, unknown>): string;
}

export type Conclusion = "success" | "failure" | "cancelled" | "skipped" | "timed_out";

export interface StepResult {
  name: string;
  number: number;
  conclusion: Conclusion;
  startedAt: string;
  completedAt: string;
}

/** A job whose end is not known yet. */
export interface JobUnderWay {
  id: number;
  name: string;
  startedAt: string;
  /** Labels of the runner that it waits for; undefined: it has one. This machine takes every job, so tests alone hold one. */
  waitsFor?: readonly string[];
}

export interface JobResult {
  id: number;
  /** Its key below `jobs:`. */
  key: string;
  name: string;
  conclusion: Conclusion;
  startedAt: string;
  completedAt: string;
  steps: StepResult[];
  /** What GitHub would show: masked. */
  log: string;
  /** The lines of the log at which its steps begin. */
  stepStarts: number[];
  /** Markdown of GITHUB_STEP_SUMMARY, masked. */
  summary: string;
  annotations: { level: "error" | "warning" | "notice"; message: string; title?: string }[];
  outputs: Record<string, string>;
}

export interface RunResult {
  id: number;
  runNumber: number;
  /** 1, and one more for each time the run was started again. */
  attempt: number;
  /** What started it. */
  trigger: WorkflowEvent;
  /** Who started this attempt. */
  triggeringActor: string;
  /** When this attempt was queued. */
  startedAt: string;
  workflowPath: string;
  workflowName: string;
  /** What the workflow's `run-name` gives, where it has one. */
  title?: string;
  event: WorkflowEvent["name"];
  headSha: string;
  headBranch: string;
  actor: string;
  status: "queued" | "in_progress" | "completed";
  conclusion: Conclusion | undefined;
  createdAt: string;
  updatedAt: string;
  underWay: JobUnderWay[];
  /** Those that are over. */
  jobs: JobResult[];
}

/** Which jobs of a run are to run again, with all that need them: every one, those that failed, or one by its id. */
export type RerunWish = "all" | "failed" | { job: number };
