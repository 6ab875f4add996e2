/** How the ledger names what wrote: the id of GitHub's run, or that a person did. */
const BY_HAND = "by-hand";
const AFTER = `${BY_HAND}-after-`;

/**
 * The name of a sync by hand. Runs of the workflow up to that id are known to be older: they had been queued before.
 *
 * @param newest id of the newest such run; undefined where none is known.
 */
export function handRun(newest?: number): string {
  return newest === undefined ? BY_HAND : `${AFTER}${newest}`;
}

/** The id of GitHub's run; undefined for a sync by hand. */
export function runId(run: string): number | undefined {
  return /^\d+$/.test(run) ? Number(run) : undefined;
}

/** The newest run that is known to have been queued before a sync by hand. */
export function runBefore(hand: string): number | undefined {
  return hand.startsWith(AFTER) ? runId(hand.slice(AFTER.length)) : undefined;
}

/** Ids of a GitHub that counts beyond this do not double in the time a run may wait: github.com stood at 2e10 in 2025. */
const MANY_RUNS = 1e9;

/** Whether a run's id is far beyond another: it is of a GitHub that the organization has left, and says nothing. */
export function isOfAnotherGitHub(own: number, other = own): boolean {
  return other > MANY_RUNS && own < other / 2;
}

/** `run 123`, or `a sync by hand`. */
export function describeRun(run: string): string {
  return runId(run) === undefined ? "a sync by hand" : `run ${run}`;
}
