import { type ChildProcess, execFileSync } from "node:child_process";

/** A finished command. */
export interface Ended {
  code: number | null;
  /** stdout alone. */
  stdout: string;
  /** stdout and stderr. */
  output: string;
}

/** Waits for a command's end, and notes what it printed. */
export function ending(child: ChildProcess, printed: string[]): Promise<Ended> {
  let stdout = "";
  let output = "";
  child.stdout?.on("data", (text) => {
    stdout += text;
    output += text;
  });
  child.stderr?.on("data", (text) => {
    output += text;
  });
  return new Promise((done, fail) => {
    child.once("error", fail);
    child.once("close", (code) => {
      printed.push(output);
      done({ code, stdout, output });
    });
  });
}

/** Ids of all that a process has started, and that which they have. */
export function descendants(pid: number | undefined): number[] {
  const lines = execFileSync("ps", ["-eo", "pid=,ppid="], { encoding: "utf8" }).trim().split("\n");
  const all = lines.map((line) => line.trim().split(/\s+/).map(Number));
  const below = (parent: number): number[] =>
    all.flatMap(([child = 0, of]) => (of === parent ? [child, ...below(child)] : []));
  return pid === undefined ? [] : below(pid);
}

/** @param pid negative: a whole group. */
export function endProcess(pid: number): void {
  try {
    if (pid !== 0) process.kill(pid, "SIGKILL");
  } catch {
    // it has ended, as it should have
  }
}
