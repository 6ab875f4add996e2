import type { AuditLog } from "../core/audit";
import { Store } from "../core/store";
import type { RunnerHost, RunResult, WorkflowEvent } from "../runner/run-request";

export type DispatchEvent = Extract<WorkflowEvent, { name: "workflow_dispatch" }>;

/** What this service asks of a runner; `sandbox/runner/runner.ts` is one. */
export interface WorkflowRunner {
  /** Queues every workflow of the commit whose `on` fits; returns at once. */
  trigger(repository: string, event: WorkflowEvent): RunResult[];
  /** @throws when the workflow has no `workflow_dispatch` trigger or the inputs do not fit. */
  dispatch(repository: string, workflowFile: string, event: DispatchEvent): RunResult;
  cancel(runId: number): void;
  /** Resolves when no run is queued or under way. */
  idle(): Promise<void>;
  close(): void | Promise<void>;
}

export type RunnerFactory = (
  host: (repository: string) => RunnerHost,
  onChange: (repository: string, run: RunResult) => void,
  nextRunId: () => number,
) => WorkflowRunner;

export interface StoredRun extends RunResult {
  repositoryId: number;
}

/** GitHub keeps runs for months; here the newest are enough, and the file stays small. */
const KEPT_RUNS = 500;

/** Workflow runs as the runner reports them: kept, listed, audited. */
export class WorkflowRuns {
  private readonly store: Store<{ runs: StoredRun[] }>;

  /** @param file where runs are kept; undefined keeps them in memory only. */
  constructor(
    file: string | undefined,
    private readonly audit: AuditLog,
  ) {
    this.store = new Store(file, () => ({ runs: [] }));
    // A run that was under way when the sandbox stopped has lost its processes.
    for (const run of this.store.state.runs.filter((each) => each.status !== "completed")) {
      run.status = "completed";
      run.conclusion = "cancelled";
    }
    this.store.save();
  }

  /** Takes the runner's newest report of a run. */
  record(repositoryId: number, fullName: string, run: RunResult): void {
    const { runs } = this.store.state;
    const index = runs.findIndex((each) => each.id === run.id);
    this.auditChange(fullName, runs[index], run);
    const copy: StoredRun = { ...structuredClone(run), repositoryId };
    if (index >= 0) runs[index] = copy;
    else runs.push(copy);
    runs.splice(0, Math.max(0, runs.length - KEPT_RUNS));
    this.store.save();
  }

  /** Newest first. */
  of(repositoryId: number): StoredRun[] {
    return this.store.state.runs.filter((run) => run.repositoryId === repositoryId).reverse();
  }

  find(repositoryId: number, runId: number): StoredRun | undefined {
    return this.store.state.runs.find((run) => run.repositoryId === repositoryId && run.id === runId);
  }

  reset(): void {
    this.store.reset();
  }

  private auditChange(fullName: string, before: RunResult | undefined, after: RunResult): void {
    const event =
      before === undefined
        ? "created"
        : before.status !== "completed" && after.status === "completed"
          ? "completed"
          : undefined;
    if (event === undefined) return;
    this.audit.append({
      service: "github",
      actor: after.actor,
      action: `workflows.${event}_workflow_run`,
      target: fullName,
      outcome: after.conclusion === undefined || after.conclusion === "success" ? "success" : "failed",
      details: {
        workflow_run_id: after.id,
        name: after.workflowName,
        event: after.event,
        head_branch: after.headBranch,
        head_sha: after.headSha,
        ...(after.conclusion === undefined ? {} : { conclusion: after.conclusion }),
      },
    });
  }
}
