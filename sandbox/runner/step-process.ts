import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, join } from "node:path";
import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";

/** How a stopped process is asked to end before it is killed: GitHub's runner waits so long (ProcessInvoker.cs). */
const INTERRUPT_MS = 7_500;
const TERMINATE_MS = 2_500;

/** How long output is waited for after the process itself has ended: a background child may hold the pipe. */
const DRAIN_MS = 5_000;

/** Characters of a line that is read whole. A longer one is left out: cut, it could show half a secret. */
const MAX_LINE_LENGTH = 1024 * 1024;

export interface ProcessRequest {
  command: string;
  args: string[];
  folder: string;
  /** The whole environment of the process; nothing is inherited. */
  environment: Record<string, string>;
  /** Called for each line of stdout and stderr, in the order they arrive. */
  onLine: (line: string) => void;
  /** Aborted: interrupt, then terminate, then kill. */
  stop: AbortSignal;
  /** Aborted: kill at once. */
  kill: AbortSignal;
}

/**
 * Runs one process in a group of its own and waits for it.
 *
 * @returns its exit code; 128 + signal number when a signal ended it; 127 when it could not be started.
 * @throws when its environment is larger than the kernel takes, in the words of GitHub's runner (ProcessInvoker.cs, which
 *   passes on what .NET says).
 */
export async function runProcess(request: ProcessRequest): Promise<number> {
  const { command, args, folder, environment, onLine, stop, kill } = request;
  if (stop.aborted || kill.aborted) return 128 + constants.signals.SIGINT;
  refuseNul(environment);
  const child = start(command, args, folder, environment);
  const output = [child.stdout, child.stderr].map((stream) => eachLine(stream, onLine));
  const onStop = () => void stopGroup(child);
  const onKill = () => signalGroup(child.pid, "SIGKILL");
  stop.addEventListener("abort", onStop, { once: true });
  kill.addEventListener("abort", onKill, { once: true });
  try {
    const code = await ended(child, onLine);
    if (stop.aborted) onKill(); // whatever of the group has outlived its leader
    await Promise.race([Promise.all(output), unrefTimer(DRAIN_MS)]);
    return code;
  } finally {
    stop.removeEventListener("abort", onStop);
    kill.removeEventListener("abort", onKill);
    child.stdout.destroy();
    child.stderr.destroy();
  }
}

function start(command: string, args: string[], folder: string, environment: Record<string, string>) {
  try {
    return spawn(command, args, {
      cwd: folder,
      env: environment,
      detached: true, // a group of its own, so that children of the step die with it
      stdio: ["ignore", "pipe", "pipe"],
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "E2BIG") throw error;
    throw new Error(
      `An error occurred trying to start process '${programFile(command, environment)}' with working directory '${folder}'. Argument list too long`,
    );
  }
}

/** The file that a command names. */
function programFile(command: string, { PATH = "" }: Record<string, string>): string {
  const files = PATH.split(delimiter).map((each) => join(each, command));
  return command.includes("/") ? command : (files.find((file) => existsSync(file)) ?? command);
}

/** Node's own refusal prints the value. */
function refuseNul(environment: Record<string, string>): void {
  for (const [name, value] of Object.entries(environment)) {
    if (name.includes("\0") || value.includes("\0")) {
      throw new Error(
        `The environment variable '${name.split("\0")[0]}' holds a NUL, which no process can be given`,
      );
    }
  }
}

function ended(child: ChildProcess, onLine: (line: string) => void): Promise<number> {
  return new Promise((done) => {
    child.once("error", (error) => {
      onLine(`##[error]${error.message}`);
      done(127);
    });
    child.once("exit", (code, signal) =>
      done(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    );
  });
}

/** Not node:readline, which also cuts at U+2028: a secret that holds one would be cut, and so not masked. */
async function eachLine(stream: Readable, onLine: (line: string) => void): Promise<void> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  let tooLong = false;
  const emit = (line: string) => {
    if (tooLong || line.length > MAX_LINE_LENGTH)
      onLine(`[a line of over ${MAX_LINE_LENGTH} characters left out]`);
    else for (const part of line.replace(/\r$/, "").split("\r")) onLine(part);
    tooLong = false;
  };
  stream.on("data", (chunk: Buffer) => {
    const lines = (rest + decoder.write(chunk)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) emit(line);
    tooLong ||= rest.length > MAX_LINE_LENGTH;
    if (tooLong) rest = "";
  });
  stream.on("error", () => undefined);
  await new Promise<void>((done) => stream.once("close", done));
  rest += decoder.end();
  if (rest !== "" || tooLong) emit(rest);
}

async function stopGroup(child: ChildProcess): Promise<void> {
  const gone = new Promise<boolean>((done) => child.once("exit", () => done(true)));
  for (const [signal, patience] of [
    ["SIGINT", INTERRUPT_MS],
    ["SIGTERM", TERMINATE_MS],
  ] as const) {
    signalGroup(child.pid, signal);
    if (await Promise.race([gone, unrefTimer(patience)])) return;
  }
  signalGroup(child.pid, "SIGKILL");
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // nothing of the group is left
  }
}

function unrefTimer(milliseconds: number): Promise<false> {
  return new Promise((done) => setTimeout(() => done(false), milliseconds).unref());
}

/**
 * Kills what a job left running, also what has left its process group: every process whose environment carries
 * the job's tracking id, which is how GitHub's runner finds orphans. Linux only (/proc).
 *
 * @returns how many were killed.
 */
export function killOrphans(trackingId: string): number {
  let killed = 0;
  for (const pid of processIds()) {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
      if (!environment.includes(`RUNNER_TRACKING_ID=${trackingId}`)) continue;
      process.kill(Number(pid), "SIGKILL");
      killed += 1;
    } catch {
      // ended meanwhile, or another user's
    }
  }
  return killed;
}

function processIds(): string[] {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}
