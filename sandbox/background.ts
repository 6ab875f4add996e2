import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { SandboxTokens } from "./sandbox-tokens";

/** What a sandbox in the background left for those who want to use it: `.sandbox/running.json`. */
export interface RunningFile {
  pid: number;
  github: string;
  pulumi: string;
  registry: string;
  /** `postgresql://HOST:PORT/NAME`; absent where the seed has none. */
  database?: string;
  tokens: SandboxTokens;
  binDir: string;
  pulumiHome: string;
}

/** It compiles the TypeScript of three services: 4 s on an idle machine, a minute on a busy one. */
const START_LIMIT_MS = 120_000;
const STOP_LIMIT_MS = 10_000;

/** The file that says a sandbox is running in this folder. */
export function runningFile(folder: string): string {
  return join(folder, "running.json");
}

/** The sandbox that runs in the background, if its process lives. A file left by a killed one is removed. */
export function findRunning(folder: string): RunningFile | undefined {
  const file = runningFile(folder);
  if (!existsSync(file)) return undefined;
  const running = JSON.parse(readFileSync(file, "utf8")) as RunningFile;
  if (isAlive(running.pid)) return running;
  rmSync(file, { force: true });
  return undefined;
}

/**
 * Starts `main.ts serve` as a process of its own and waits until it says where it listens.
 *
 * @throws with the end of its log when it ends or stays silent.
 */
export async function startInBackground(folder: string, main: string): Promise<RunningFile> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const log = join(folder, "sandbox.log");
  const output = openSync(log, "w", 0o600);
  const child = spawn(process.execPath, [...process.execArgv, main, "serve"], {
    detached: true,
    stdio: ["ignore", output, output],
  });
  closeSync(output);
  child.unref();
  const deadline = Date.now() + START_LIMIT_MS;
  while (Date.now() < deadline) {
    const running = findRunning(folder);
    if (running !== undefined) return running;
    if (child.exitCode !== null) break;
    await sleep(50);
  }
  if (child.exitCode === null && child.pid !== undefined) process.kill(child.pid);
  const said = readFileSync(log, "utf8").trim().split("\n").slice(-5).join("\n");
  throw new Error(`The sandbox did not start. Its log (${log}) ends with:\n${said}`);
}

/** Ends the sandbox in the background. @returns false when none was running. */
export async function stopBackground(folder: string): Promise<boolean> {
  const running = findRunning(folder);
  if (running === undefined) return false;
  process.kill(running.pid, "SIGTERM");
  const deadline = Date.now() + STOP_LIMIT_MS;
  while (isAlive(running.pid)) {
    if (Date.now() > deadline) process.kill(running.pid, "SIGKILL");
    await sleep(50);
  }
  rmSync(runningFile(folder), { force: true });
  return true;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
