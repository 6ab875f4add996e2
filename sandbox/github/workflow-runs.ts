import type { AuditLog } from "../core/audit";
import { Store } from "../core/store";
import type { RerunWish, RunnerHost, RunResult, WorkflowEvent } from "../runner/run-request";

export type DispatchEvent = Extract<WorkflowEvent, { name: "workflow_dispatch" }>;

/** What this service asks of a runner; `sandbox/runner/runner.ts` is one. */
export interface WorkflowRunner {
  /** Queues every workflow of the commit whose `on` fits; returns at once. */
  trigger(repository: string, event: WorkflowEvent): RunResult[];
  /** @throws when the workflow has no `workflow_dispatch` trigger or the inputs do not fit. */
  dispatch(repository: string, workflowFile: string, event: DispatchEvent): RunResult;
  /** Queues a run once more. @throws when nothing of it would run. */
  rerun(repository: string, last: RunResult, wish: RerunWish, actor: string): RunResult;
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
  /** Attempts before the last, oldest first. */
  earlier: RunResult[];
}

/** GitHub keeps runs for months; here the newest are enough, and the file stays small. */
const KEPT_RUNS = 500;

/** A run as an older sandbox kept it lacks what has come since; its inputs are lost. */
function completed(run: Partial<StoredRun> & Omit<StoredRun, "trigger">): StoredRun {
  const { actor, createdAt, headBranch, headSha: sha } = run;
  const ref = `refs/heads/${headBranch}`;
  const trigger = { name: "workflow_dispatch", ref, sha, inputs: {}, actor } as const;
  const first = { attempt: 1, triggeringActor: actor, startedAt: createdAt, underWay: [], earlier: [] };
  return { trigger, ...first, ...run };
}

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
    this.store.state.runs = this.store.state.runs.map(completed);
    for (const run of this.store.state.runs.filter((each) => each.status !== "completed")) {
      run.status = "completed";
      run.conclusion = "cancelled";
      run.underWay = [];
    }
    this.store.save();
  }

  /** Takes the runner's newest report of a run. */
  record(repositoryId: number, fullName: string, run: RunResult): void {
    const { runs } = this.store.state;
    const index = runs.findIndex((each) => each.id === run.id);
    this.auditChange(fullName, runs[index], run);
    const known = runs[index];
    const { earlier, repositoryId: _, ...attempt } = known ?? { earlier: [], repositoryId, ...run };
    if (attempt.attempt < run.attempt) earlier.push(attempt);
    const copy: StoredRun = { ...structuredClone(run), repositoryId, earlier };
    if (index >= 0) runs[index] = copy;
    else runs.push(copy);
    runs.splice(0, Math.max(0, runs.length - KEPT_RUNS));
    this.store.save();
  }

  /** Newest first. */
  of(repositoryId: number): StoredRun[] {
    return this.store.state.runs.filter((run) => run.repositoryId === repositoryId).reverse();
  }

  /** One attempt of a run; its last is the run itself. */
  attempt(run: StoredRun, number: number): StoredRun | undefined {
    return run.attempt === number ? run : this.earlierOf(run).find((each) => each.attempt === number);
  }

  earlierOf({ earlier, repositoryId }: StoredRun): StoredRun[] {
    return earlier.map((attempt) => ({ ...attempt, repositoryId, earlier: [] }));
  }

  delete(run: StoredRun): void {
    this.store.state.runs = this.store.state.runs.filter((each) => each.id !== run.id);
    this.store.save();
  }

  find(repositoryId: number, runId: number): StoredRun | undefined {
    return this.store.state.runs.find((run) => run.repositoryId === repositoryId && run.id === runId);
  }

  reset(): void {
    this.store.reset();
  }

  private auditChange(fullName: string, before: RunResult | undefined, after: RunResult): void {
    const event =
      before === undefined || before.attempt < after.attempt
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
