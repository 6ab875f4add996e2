import type { WorkflowRunner } from "../../sandbox/github/workflow-runs";
import type { RerunWish, RunnerHost, RunResult, WorkflowEvent } from "../../sandbox/runner/run-request";

/** A runner that runs nothing: it notes what it is asked for, and reports what the test tells it to. */
export class RecordingRunner implements WorkflowRunner {
  readonly triggered: { repository: string; event: WorkflowEvent }[] = [];
  readonly cancelled: number[] = [];
  readonly runs: RunResult[] = [];
  readonly reruns: { repository: string; id: number; wish: RerunWish }[] = [];
  closed = false;
  /** Thrown by the next dispatch. */
  refuses: Error | undefined;

  constructor(
    readonly host: (repository: string) => RunnerHost,
    private readonly onChange: (repository: string, run: RunResult) => void,
    private readonly nextRunId: () => number,
  ) {}

  trigger(repository: string, event: WorkflowEvent): RunResult[] {
    this.triggered.push({ repository, event });
    return [];
  }

  dispatch(repository: string, workflowFile: string, event: WorkflowEvent): RunResult {
    if (this.refuses !== undefined) throw this.refuses;
    this.triggered.push({ repository, event });
    const run: RunResult = {
      id: this.nextRunId(),
      runNumber: this.runs.length + 1,
      workflowPath: workflowFile,
      workflowName: "Sync",
      event: event.name,
      trigger: event,
      attempt: 1,
      triggeringActor: event.actor,
      startedAt: "2026-08-01T10:00:00Z",
      underWay: [],
      headSha: event.sha,
      headBranch: event.ref.replace("refs/heads/", ""),
      actor: event.actor,
      status: "queued",
      conclusion: undefined,
      createdAt: "2026-08-01T10:00:00Z",
      updatedAt: "2026-08-01T10:00:00Z",
      jobs: [],
    };
    this.runs.push(run);
    this.onChange(repository, run);
    return run;
  }

  /** Reports a run as over, with one job. */
  finish(repository: string, run: RunResult, conclusion: "success" | "failure", summary = ""): void {
    const times = { startedAt: "2026-08-01T10:00:00Z", completedAt: "2026-08-01T10:00:05Z" };
    const step = { name: "Sync", number: 1, conclusion, ...times };
    const annotations =
      conclusion === "failure"
        ? [{ level: "error" as const, message: "Process completed with exit code 1." }]
        : [];
    const texts = { stepStarts: [0], log: "the *** log\n", summary, annotations, outputs: {} };
    const job = {
      id: run.id + 1,
      key: "sync",
      name: "sync / production",
      conclusion,
      ...times,
      steps: [step],
      ...texts,
    };
    Object.assign(run, { status: "completed", conclusion, underWay: [], jobs: [job] });
    this.onChange(repository, run);
  }

  /** Reports a run as begun, with one job that is not over. */
  start(repository: string, run: RunResult): void {
    const job = { id: run.id + 1, name: "sync / production", startedAt: "2026-08-01T10:00:00Z" };
    Object.assign(run, { status: "in_progress", underWay: [job] });
    this.onChange(repository, run);
  }

  /** Reports a run as over, whose one job of that name said a message beside it. */
  fail(repository: string, run: RunResult, name: string, message: string): void {
    this.finish(repository, run, "failure");
    const [job] = run.jobs;
    const annotations = [{ level: "error" as const, message, title: "sync_secrets" }];
    Object.assign(run, { jobs: [{ ...job, name, annotations }] });
    this.onChange(repository, run);
  }

  /** Reports that a run's job waits for a runner of these labels. */
  hold(repository: string, run: RunResult, name: string, waitsFor: readonly string[]): void {
    const job = { id: run.id + 1, name, startedAt: "2026-08-01T10:00:00Z", waitsFor };
    Object.assign(run, { status: "queued", underWay: [job] });
    this.onChange(repository, run);
  }

  rerun(repository: string, last: RunResult, wish: RerunWish, actor: string): RunResult {
    if (this.refuses !== undefined) throw this.refuses;
    this.reruns.push({ repository, id: last.id, wish });
    const next = { attempt: last.attempt + 1, triggeringActor: actor, status: "queued", jobs: [] } as const;
    const run: RunResult = { ...last, ...next, jobs: [], conclusion: undefined };
    this.runs.push(run);
    this.onChange(repository, run);
    return run;
  }

  cancel(runId: number): void {
    this.cancelled.push(runId);
  }

  async idle(): Promise<void> {}

  close(): void {
    this.closed = true;
  }
}
