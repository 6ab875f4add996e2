import type { Environment } from "./github-state";

/** What GitHub writes into the log of a job that was not let through. */
const REJECTED = "The deployment was rejected or didn't satisfy other protection rules.";

interface Review {
  runId: number;
  environmentId: number;
  /** How a reviewer decided. */
  verdict?: "approved" | "rejected";
  /** Tells each job that waits. */
  tell: ((refusal: string | undefined) => void)[];
}

/** Jobs that wait until somebody lets them use an environment. One answer counts for a run and environment. */
export class PendingReviews {
  private readonly reviews = new Map<string, Review>();

  /**
   * Resolves when the job may go on.
   *
   * @param signal ends the wait: the run was cancelled.
   * @returns why it may not; undefined when it may.
   */
  admit(runId: number, environment: Environment, signal: AbortSignal): Promise<string | undefined> {
    if (environment.reviewers.length === 0) return Promise.resolve(undefined);
    const key = `${runId}/${environment.id}`;
    const review: Review = this.reviews.get(key) ?? { runId, environmentId: environment.id, tell: [] };
    this.reviews.set(key, review);
    if (review.verdict !== undefined) return Promise.resolve(refusalOf(review));
    return new Promise((done) => {
      review.tell.push(done);
      const leave = () => {
        review.tell = review.tell.filter((each) => each !== done);
        done("The run was canceled while it waited for a review.");
      };
      if (signal.aborted) leave();
      else signal.addEventListener("abort", leave, { once: true });
    });
  }

  /** Ids of the environments that jobs of a run wait for. */
  of(runId: number): number[] {
    const waiting = [...this.reviews.values()].filter((each) => each.runId === runId && each.tell.length > 0);
    return waiting.map(({ environmentId }) => environmentId);
  }

  decide(runId: number, environmentId: number, verdict: "approved" | "rejected"): void {
    const review = this.reviews.get(`${runId}/${environmentId}`);
    if (review === undefined) return;
    review.verdict = verdict;
    for (const tell of review.tell.splice(0)) tell(refusalOf(review));
  }
}

function refusalOf({ verdict }: Review): string | undefined {
  return verdict === "approved" ? undefined : REJECTED;
}
