import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import type { NodeCommand } from "./node-command";

/** How a child ended: its exit code, or the signal that ended it. */
export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
}

const running = new Set<ChildProcess>();

/** The SDK disconnects within milliseconds of SIGTERM; what needs longer hangs. */
const graceMilliseconds = 2_000;

/** Starts node (the one that runs this host) and remembers it for `stopChildren`. */
export function startNode(command: NodeCommand, stdio: StdioOptions): ChildProcess {
  return startChild(process.execPath, command, stdio);
}

/** Starts an executable and remembers it for `stopChildren`. */
export function startChild(executable: string, command: NodeCommand, stdio: StdioOptions): ChildProcess {
  const child = spawn(executable, command.args, { cwd: command.cwd, env: command.env, stdio });
  running.add(child);
  child.once("close", () => running.delete(child));
  child.once("error", () => running.delete(child));
  return child;
}

/** Resolves when the child has ended and its output is read; rejects when it could not be started. */
export function ended(child: ChildProcess): Promise<Ending> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
}

/** Asks one child to stop, and stops it by force after two seconds. */
export async function stopChild(child: ChildProcess): Promise<void> {
  if (!running.has(child)) return;
  const gone = ended(child);
  child.kill("SIGTERM");
  const force = setTimeout(() => child.kill("SIGKILL"), graceMilliseconds);
  await gone.catch(() => undefined);
  clearTimeout(force);
}

/** Stops every child that is still running, all at the same time. */
export async function stopChildren(): Promise<void> {
  await Promise.all([...running].map(stopChild));
}
