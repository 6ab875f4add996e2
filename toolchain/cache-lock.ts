import { closeSync, mkdirSync, openSync, rmSync, statSync, utimesSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Report, withProgress } from "./progress";

const heartbeatMilliseconds = 2_000;

/** Seven heartbeats: a holder that missed them all is gone (killed, or its machine was switched off). */
const staleMilliseconds = 15_000;

/**
 * Runs `work` while no other process on this machine runs its own under the same lock file. Waits as long as the
 * holder lives; a lock whose holder is gone is taken over after 15 seconds. Should two processes take over at the
 * same moment, both work: what they publish must be safe against that (a rename is).
 */
export async function withCacheLock<T>(lockFile: string, report: Report, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(lockFile), { recursive: true });
  await withProgress(
    report,
    () => `waiting for another process that is fetching the Pulumi CLI (${lockFile})`,
    async () => {
      while (!tryLock(lockFile)) await sleep(250);
    },
  );
  const heartbeat = setInterval(() => touch(lockFile), heartbeatMilliseconds);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    rmSync(lockFile, { force: true });
  }
}

function tryLock(lockFile: string): boolean {
  try {
    closeSync(openSync(lockFile, "wx"));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const held = statSync(lockFile, { throwIfNoEntry: false });
    if (held && Date.now() - held.mtimeMs > staleMilliseconds) rmSync(lockFile, { force: true });
    return false;
  }
}

function touch(lockFile: string): void {
  const now = new Date();
  try {
    utimesSync(lockFile, now, now);
  } catch {
    // Somebody emptied the cache folder: the work goes on, only the lock is gone.
  }
}
