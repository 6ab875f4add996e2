import type { ConcurrencyGroups, Contender } from "./concurrency-groups";
import { endedJob } from "./ended-job";
import { holds, type Scope, type Value } from "./expression";
import { githubContext } from "./github-context";
import type { RunFacts } from "./job-facts";
import { type JobOutcome, runMatrix } from "./job-matrix";
import { concurrencyOf } from "./job-settings";
import type { JobStop } from "./job-stop";
import type { Conclusion, JobResult, JobUnderWay } from "./run-request";
import type { RunSurroundings } from "./run-surroundings";
import type { JobDefinition } from "./workflow-file";

interface Options {
  facts: RunFacts;
  groups: ConcurrencyGroups;
  workFolder: string;
  minute: number;
  nextId: () => number;
  /** Results of an earlier attempt that stand. */
  kept: readonly JobResult[];
  onStart: () => void;
  onJobStart: (job: JobUnderWay) => void;
  onJob: (job: JobResult) => void;
}

/** One run of a workflow: its turn in a concurrency group, then its jobs in the order of their needs. */
export class WorkflowRun implements Contender {
  private readonly stops = new Set<JobStop>();
  private readonly outcomes = new Map<string, Promise<JobOutcome>>();
  private cancelReason: string | undefined;
  private forced = false;
  private group: string | undefined;

  constructor(private readonly options: Options) {}

  /** Asks every job to stop; those that have not begun never do, but for `always()` and `cancelled()`. */
  cancel(reason = "The operation was canceled."): void {
    this.cancelReason ??= reason;
    if (this.group !== undefined && this.outcomes.size === 0) this.options.groups.release(this.group, this);
    for (const stop of this.stops) stop.request(reason);
  }

  /** Ends everything at once. */
  force(reason: string): void {
    this.cancel(reason);
    this.forced = true;
    for (const stop of this.stops) stop.force(reason);
  }

  /** Runs to the end. Never throws. */
  async execute(): Promise<Conclusion> {
    const { facts, groups, onStart, onJob, nextId } = this.options;
    try {
      const concurrency = concurrencyOf(facts.workflow.root, { contexts: this.contexts() });
      if (concurrency !== undefined && this.cancelReason === undefined) {
        this.group = concurrency.group;
        const reason = await groups.enter(concurrency.group, concurrency.cancelInProgress, this);
        this.cancelReason ??= reason; // not in one line: a cancellation during the wait must not be lost
      }
      if (this.cancelReason !== undefined) {
        for (const { id } of facts.workflow.jobs)
          onJob(endedJob(nextId(), id, id, "cancelled", [this.cancelReason]));
        return "cancelled";
      }
      onStart();
      return this.conclusionOf(await this.allJobs());
    } catch (error) {
      onJob(endedJob(nextId(), "", facts.workflow.name, "failure", [(error as Error).message]));
      return "failure";
    } finally {
      if (this.group !== undefined) groups.release(this.group, this);
    }
  }

  private allJobs(): Promise<JobOutcome[]> {
    const { jobs } = this.options.facts.workflow;
    return Promise.all(jobs.map((job) => this.outcomeOf(job.id)));
  }

  /** Each job is begun once, by whoever asks first: the run itself or a job that needs it. */
  private outcomeOf(id: string): Promise<JobOutcome> {
    const known = this.outcomes.get(id);
    if (known !== undefined) return known;
    const outcome = this.runDefinition(this.definition(id));
    this.outcomes.set(id, outcome);
    return outcome;
  }

  private async runDefinition(definition: JobDefinition): Promise<JobOutcome> {
    const { onJob, nextId } = this.options;
    const outcomes = await Promise.all(definition.needs.map((id) => this.outcomeOf(id)));
    const needs = Object.fromEntries(
      definition.needs.map((id, at) => [id, outcomes[at] as unknown as Value]),
    );
    const ancestors = await Promise.all(this.ancestors(definition).map((id) => this.outcomeOf(id)));
    const cancelled = () => this.cancelReason !== undefined;
    const scope: Scope = {
      contexts: { ...this.contexts(), needs },
      status: {
        success: () => !cancelled() && ancestors.every(({ result }) => result === "success"),
        failure: () => !cancelled() && ancestors.some(({ result }) => result === "failure"),
        cancelled,
      },
    };
    try {
      if (this.forced || !holds(definition.condition, scope)) {
        const result = cancelled() ? "cancelled" : "skipped";
        onJob(endedJob(nextId(), definition.id, definition.id, result));
        return { result, outputs: {} };
      }
      return await runMatrix(this.surroundings(), definition, scope, onJob);
    } catch (error) {
      onJob(endedJob(nextId(), definition.id, definition.id, "failure", [(error as Error).message]));
      return { result: "failure", outputs: {} };
    }
  }

  private surroundings(): RunSurroundings {
    const { facts, groups, workFolder, minute, nextId, kept, onJobStart } = this.options;
    return {
      facts,
      kept: (key, name) => kept.find((job) => job.key === key && job.name === name),
      onJobStart,
      groups,
      workFolder,
      minute,
      nextId,
      addStop: (stop) => {
        this.stops.add(stop);
        if (this.forced) stop.force(this.cancelReason ?? "");
        return () => this.stops.delete(stop);
      },
      enterGroup: ({ group, cancelInProgress }, contender) =>
        group.toLowerCase() === this.group?.toLowerCase()
          ? Promise.resolve(
              `Canceling since a deadlock was detected for concurrency group: '${group}' between a top level workflow and a job`,
            )
          : groups.enter(group, cancelInProgress, contender),
    };
  }

  private contexts(): Record<string, Value> {
    const { facts } = this.options;
    return { github: githubContext(facts), inputs: facts.inputs, vars: facts.variables };
  }

  private ancestors(definition: JobDefinition): string[] {
    const all = definition.needs.flatMap((id) => [id, ...this.ancestors(this.definition(id))]);
    return [...new Set(all)];
  }

  private definition(id: string): JobDefinition {
    const found = this.options.facts.workflow.jobs.find((job) => job.id === id);
    if (found === undefined) throw new Error(`The workflow has no job '${id}'`);
    return found;
  }

  private conclusionOf(outcomes: JobOutcome[]): Conclusion {
    const has = (result: JobOutcome["result"]) => outcomes.some((outcome) => outcome.result === result);
    if (this.cancelReason !== undefined) return "cancelled";
    if (has("failure")) return "failure";
    if (has("cancelled")) return "cancelled";
    return has("success") ? "success" : "skipped";
  }
}
