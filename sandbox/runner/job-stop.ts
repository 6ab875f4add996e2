/** Minutes between a cancellation and the end of all patience: GitHub's docs on canceling a workflow run. */
const GRACE_MINUTES = 5;

/** How one job is brought to an end from outside: first asked, then, when patience has run out, forced. */
export class JobStop {
  private readonly asking = new AbortController();
  private readonly forcing = new AbortController();
  private patience: NodeJS.Timeout | undefined;
  private why = "";
  private over = false;

  /** @param minute milliseconds of a minute. */
  constructor(private readonly minute: number) {}

  /** Aborted when the job was asked to stop: steps under `always()` still run. */
  get requested(): AbortSignal {
    return this.asking.signal;
  }

  /** Aborted when nothing may run any more. */
  get forced(): AbortSignal {
    return this.forcing.signal;
  }

  /** Empty while the job was not asked to stop. */
  get reason(): string {
    return this.why;
  }

  request(reason: string): void {
    if (this.over || this.asking.signal.aborted) return;
    this.why = reason;
    this.asking.abort();
    this.patience = setTimeout(() => this.force(reason), GRACE_MINUTES * this.minute);
  }

  force(reason: string): void {
    this.request(reason);
    clearTimeout(this.patience);
    this.forcing.abort();
  }

  /** The job has ended: nothing is left to force. */
  done(): void {
    this.over = true;
    clearTimeout(this.patience);
  }
}
