import type { ConcurrencyGroups, Contender } from "./concurrency-groups";
import type { RunFacts } from "./job-facts";
import type { Concurrency } from "./job-settings";
import type { JobStop } from "./job-stop";
import type { JobResult, JobUnderWay } from "./run-request";

/** What a job of a run uses of its run. */
export interface RunSurroundings {
  facts: RunFacts;
  groups: ConcurrencyGroups;
  workFolder: string;
  /** Milliseconds of a minute. */
  minute: number;
  nextId(): number;
  /** An earlier attempt's result of a job, which stands. */
  kept(key: string, name: string): JobResult | undefined;
  onJobStart(job: JobUnderWay): void;
  /** Lets the run's cancellation reach a job; the function returned ends that. */
  addStop(stop: JobStop): () => void;
  /** As `ConcurrencyGroups.enter`, but sees a job that waits for its own run. */
  enterGroup(concurrency: Concurrency, contender: Contender): Promise<string | undefined>;
}
