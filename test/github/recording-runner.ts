import type { WorkflowRunner } from "../../sandbox/github/workflow-runs";
import type { RunnerHost, RunResult, WorkflowEvent } from "../../sandbox/runner/run-request";

/** A runner that runs nothing: it notes what it is asked for, and reports what the test tells it to. */
export class RecordingRunner implements WorkflowRunner {
  readonly triggered: { repository: string; event: WorkflowEvent }[] = [];
  readonly cancelled: number[] = [];
  readonly runs: RunResult[] = [];
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
    const texts = { log: "the *** log\n", summary, annotations: [], outputs: {} };
    const job = { id: run.id + 1, name: "sync / production", conclusion, ...times, steps: [step], ...texts };
    Object.assign(run, { status: "completed", conclusion, jobs: [job] });
    this.onChange(repository, run);
  }

  cancel(runId: number): void {
    this.cancelled.push(runId);
  }

  async idle(): Promise<void> {}

  close(): void {
    this.closed = true;
  }
}
