import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { RemedyError } from "../../errors";
import { COMMAND, shellPath } from "../../text";

/**
 * Keeps a second process in this folder away from a case: both would set a value, and the later one would win unseen.
 * Another machine has a record of its own, of which this knows nothing.
 *
 * @param path of the lock's file; it holds the number of the process. One that a dead process left is taken over.
 * @returns what gives it back.
 * @throws RemedyError while the process that holds it lives.
 */
export function lockCase(path: string, isAlive: (pid: number) => boolean = isRunning): () => void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if (!take(path)) {
    const pid = holderOf(path);
    if (pid === undefined || isAlive(pid)) throw refusal(path, pid);
    rmSync(path, { force: true });
    // Where another process was faster, its file stands again.
    if (!take(path)) throw refusal(path, holderOf(path));
  }
  return () => rmSync(path, { force: true });
}

/** @returns false where the file exists. */
function take(path: string): boolean {
  try {
    writeFileSync(path, `${process.pid}\n`, { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
    return false;
  }
}

function refusal(path: string, pid: number | undefined): RemedyError {
  return new RemedyError({
    code: "case-running",
    subject: path,
    cause: `process ${pid ?? "unknown"} is at work on this case; nothing was done`,
    remedy: `wait for its end, or stop it. If it is not ${COMMAND}: rm ${shellPath(path)}`,
  });
}

/** The process that a lock names; undefined while it is being written. */
function holderOf(path: string): number | undefined {
  const text = existsSync(path) ? readFileSync(path, "utf8").trim() : "";
  return /^[1-9]\d*$/.test(text) ? Number(text) : undefined;
}

/** Whether there is such a process, also of another user's. */
function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) !== "ESRCH";
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
