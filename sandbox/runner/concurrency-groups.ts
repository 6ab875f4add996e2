/** A run or job that must not overlap with others of its group. */
export interface Contender {
  /** Asks it to stop; it still releases its place when it has ended. */
  cancel(reason: string): void;
}

interface Group {
  running: Contender;
  pending?: { contender: Contender; start: () => void; drop: (reason: string) => void } | undefined;
}

/**
 * GitHub's concurrency groups of one repository: at most one member runs and one waits. Who comes while one
 * waits takes its place, and the older one is cancelled; `cancel-in-progress` also stops the running one.
 */
export class ConcurrencyGroups {
  private readonly groups = new Map<string, Group>();

  /**
   * Waits for the contender's turn.
   *
   * @returns undefined when it may run (call `release` afterwards), else why it was cancelled while waiting.
   */
  enter(name: string, cancelInProgress: boolean, contender: Contender): Promise<string | undefined> {
    const key = name.toLowerCase(); // group names are case-insensitive
    const group = this.groups.get(key);
    if (group === undefined) {
      this.groups.set(key, { running: contender });
      return Promise.resolve(undefined);
    }
    const reason = `Canceling since a higher priority waiting request for '${name}' exists`;
    group.pending?.drop(reason);
    if (cancelInProgress) group.running.cancel(reason);
    return new Promise((done) => {
      group.pending = { contender, start: () => done(undefined), drop: done };
    });
  }

  /** Gives up the contender's place, running or waiting. */
  release(name: string, contender: Contender): void {
    const key = name.toLowerCase();
    const group = this.groups.get(key);
    if (group?.pending?.contender === contender) {
      group.pending.drop("The operation was canceled.");
      group.pending = undefined;
    }
    if (group?.running !== contender) return;
    if (group.pending === undefined) this.groups.delete(key);
    else {
      const next = group.pending;
      this.groups.set(key, { running: next.contender });
      next.start();
    }
  }
}
