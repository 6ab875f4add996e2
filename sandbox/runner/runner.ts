import { fileAt, workflowPath, workflowPathsAt } from "./bare-repository";
import { ConcurrencyGroups } from "./concurrency-groups";
import { DispatchRefused, dispatchInputs, parsedForDispatch } from "./dispatch-inputs";
import { endedJob } from "./ended-job";
import { titleOf } from "./github-context";
import type { RunFacts } from "./job-facts";
import { keptResults } from "./rerun-selection";
import type { JobResult, RerunWish, RunnerHost, RunResult, WorkflowEvent } from "./run-request";
import { fires, shortRef } from "./triggers";
import { InvalidWorkflow, parseWorkflow, type Workflow } from "./workflow-file";
import { WorkflowRun } from "./workflow-run";

export interface RunnerOptions {
  /** Facts of a repository, by `owner/name`. */
  host: (repository: string) => RunnerHost;
  /** Folder for the jobs' work folders; each is removed when its job has ended. */
  workFolder: string;
  /** Called with a copy of the run whenever it changes, the first time while it is queued. */
  onChange: (repository: string, run: RunResult) => void;
  /** Ids of runs and jobs: each call gives a new one. */
  nextRunId: () => number;
  /** Milliseconds of a minute of `timeout-minutes`; 60,000 unless a test is in a hurry. */
  minute?: number;
}

export type DispatchEvent = Extract<WorkflowEvent, { name: "workflow_dispatch" }>;

/** Executes the workflow files of bare repositories on this machine, as GitHub Actions would. */
export interface Runner {
  /**
   * Queues a run of every workflow of the event's commit that the event starts. A workflow file that GitHub
   * would refuse gives a failed run whose only job carries the reasons.
   *
   * @throws DispatchRefused when the event is a dispatch and its inputs do not fit.
   */
  trigger(repository: string, event: WorkflowEvent): RunResult[];
  /**
   * Queues a run of one workflow.
   *
   * @param workflowFile `sync.yml` or its whole path.
   * @throws DispatchRefused when the file is missing on the default branch or at the ref, is invalid, has no
   *   `workflow_dispatch` trigger, or the inputs do not fit.
   */
  dispatch(repository: string, workflowFile: string, event: DispatchEvent): RunResult;
  /**
   * Queues a run once more, under its id and number. Secrets are read again, as GitHub's documentation says.
   * @throws DispatchRefused when nothing would run, or the workflow's file is gone.
   */
  rerun(repository: string, last: RunResult, wish: RerunWish, actor: string): RunResult;
  /** @returns false when no such run is queued or in progress. */
  cancel(runId: number): boolean;
  /** Resolves when every run has ended, also those queued meanwhile. */
  idle(): Promise<void>;
  /** Ends every run at once and waits for it; nothing can be queued any more. */
  close(): Promise<void>;
}

export function createRunner(options: RunnerOptions): Runner {
  return new LocalRunner(options);
}

class LocalRunner implements Runner {
  private readonly active = new Map<number, { run: WorkflowRun; ended: Promise<void> }>();
  private readonly groups = new Map<string, ConcurrencyGroups>();
  private readonly runNumbers = new Map<string, number>();
  private closed = false;

  constructor(private readonly options: RunnerOptions) {}

  trigger(repository: string, event: WorkflowEvent): RunResult[] {
    const host = this.options.host(repository);
    const { gitDir } = host.repository;
    const paths = workflowPathsAt(gitDir, event.sha).filter((path) => !host.isDisabled(path));
    return paths.flatMap((path) => {
      try {
        const workflow = parseWorkflow(path, fileAt(gitDir, event.sha, path) ?? "");
        return fires(workflow.on, event) ? [this.begin(repository, host, workflow, event)] : [];
      } catch (error) {
        if (error instanceof InvalidWorkflow) return [this.failedRun(repository, error, event)];
        throw error;
      }
    });
  }

  dispatch(repository: string, workflowFile: string, event: DispatchEvent): RunResult {
    const host = this.options.host(repository);
    const { gitDir, defaultBranch } = host.repository;
    const path = workflowPath(workflowFile);
    if (fileAt(gitDir, `refs/heads/${defaultBranch}`, path) === undefined) {
      throw new DispatchRefused(404, "Not Found");
    }
    const text = fileAt(gitDir, event.sha, path);
    if (text === undefined) throw new DispatchRefused(422, `No workflow file '${path}' at ${event.ref}`);
    const workflow = parsedForDispatch(path, text);
    if (!fires(workflow.on, event)) {
      throw new DispatchRefused(422, "Workflow does not have 'workflow_dispatch' trigger");
    }
    return this.begin(repository, host, workflow, event);
  }

  cancel(runId: number): boolean {
    const entry = this.active.get(runId);
    entry?.run.cancel();
    return entry !== undefined;
  }

  async idle(): Promise<void> {
    while (this.active.size > 0) await Promise.all([...this.active.values()].map(({ ended }) => ended));
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const { run } of this.active.values()) run.force("The sandbox is closing.");
    await this.idle();
  }

  rerun(repository: string, last: RunResult, wish: RerunWish, actor: string): RunResult {
    this.refuseWhenClosed();
    const host = this.options.host(repository);
    const text = fileAt(host.repository.gitDir, last.headSha, last.workflowPath);
    if (text === undefined) throw new DispatchRefused(422, "The run's workflow file is not there any more");
    const workflow = parsedForDispatch(last.workflowPath, text);
    const kept = keptResults(workflow, last.jobs, wish);
    if (kept === undefined) throw new DispatchRefused(422, "The run has no such job to run again");
    const now = new Date().toISOString();
    const result: RunResult = {
      ...structuredClone(last),
      attempt: last.attempt + 1,
      triggeringActor: actor,
      startedAt: now,
      status: "queued",
      conclusion: undefined,
      updatedAt: now,
      underWay: [],
      jobs: [],
    };
    this.options.onChange(repository, structuredClone(result));
    return this.queue(repository, host, workflow, result, kept);
  }

  private begin(repository: string, host: RunnerHost, workflow: Workflow, event: WorkflowEvent): RunResult {
    if (event.name === "workflow_dispatch") dispatchInputs(workflow, event.inputs); // refused before a run is shown
    const result = this.newResult(repository, workflow.path, workflow.name, event);
    return this.queue(repository, host, workflow, result);
  }

  private queue(
    repository: string,
    host: RunnerHost,
    workflow: Workflow,
    result: RunResult,
    kept: readonly JobResult[] = [],
  ): RunResult {
    const event = result.trigger;
    const facts: RunFacts = {
      host,
      workflow,
      event,
      inputs: event.name === "workflow_dispatch" ? dispatchInputs(workflow, event.inputs) : {},
      runId: result.id,
      runNumber: result.runNumber,
      attempt: result.attempt,
      triggeringActor: result.triggeringActor,
      organizationSecrets: host.organizationSecrets(),
      repositorySecrets: host.repositorySecrets(),
      variables: { ...host.organizationVariables(), ...host.repositoryVariables() },
    };
    Object.assign(result, titleOf(facts));
    const run = new WorkflowRun({
      facts,
      groups: this.groupsOf(repository),
      workFolder: this.options.workFolder,
      minute: this.options.minute ?? 60_000,
      nextId: this.options.nextRunId,
      kept,
      onStart: () => this.change(repository, result, { status: "in_progress" }),
      onJobStart: (job) => this.change(repository, result, { underWay: [...result.underWay, job] }),
      onJob: (job) => this.change(repository, result, withEnded(result, job)),
    });
    this.active.set(result.id, { run, ended: this.follow(repository, result, run) });
    return structuredClone(result);
  }

  private async follow(repository: string, result: RunResult, run: WorkflowRun): Promise<void> {
    await new Promise((begin) => setImmediate(begin)); // the caller is to see the run queued
    const conclusion = await run.execute();
    this.active.delete(result.id);
    this.change(repository, result, { status: "completed", conclusion });
  }

  private failedRun(repository: string, error: InvalidWorkflow, event: WorkflowEvent): RunResult {
    const result = this.newResult(repository, error.path, error.path, event);
    const job = endedJob(this.options.nextRunId(), "", "Invalid workflow file", "failure", error.problems);
    this.change(repository, result, { status: "completed", conclusion: "failure", jobs: [job] });
    return structuredClone(result);
  }

  private newResult(repository: string, path: string, name: string, event: WorkflowEvent): RunResult {
    this.refuseWhenClosed();
    const counter = `${repository}/${path}`.toLowerCase();
    const runNumber = (this.runNumbers.get(counter) ?? 0) + 1;
    this.runNumbers.set(counter, runNumber);
    const now = new Date().toISOString();
    const result: RunResult = {
      id: this.options.nextRunId(),
      runNumber,
      attempt: 1,
      trigger: event,
      triggeringActor: event.actor,
      startedAt: now,
      workflowPath: path,
      workflowName: name,
      event: event.name,
      headSha: event.sha,
      headBranch: shortRef(event.ref),
      actor: event.actor,
      status: "queued",
      conclusion: undefined,
      createdAt: now,
      updatedAt: now,
      underWay: [],
      jobs: [],
    };
    this.options.onChange(repository, structuredClone(result));
    return result;
  }

  private refuseWhenClosed(): void {
    if (this.closed) throw new Error("The sandbox's runner is closed and starts no more runs");
  }

  private change(repository: string, result: RunResult, changes: Partial<RunResult>): void {
    Object.assign(result, changes, { updatedAt: new Date().toISOString() });
    this.options.onChange(repository, structuredClone(result));
  }

  private groupsOf(repository: string): ConcurrencyGroups {
    const key = repository.toLowerCase();
    const groups = this.groups.get(key) ?? new ConcurrencyGroups();
    this.groups.set(key, groups);
    return groups;
  }
}

function withEnded({ jobs, underWay }: RunResult, job: JobResult): Pick<RunResult, "jobs" | "underWay"> {
  return { jobs: [...jobs, job], underWay: underWay.filter(({ id }) => id !== job.id) };
}
