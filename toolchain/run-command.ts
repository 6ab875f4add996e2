import { spawn } from "node:child_process";

/** What a finished command left behind. */
export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** Settings of one run. */
export interface CommandOptions {
  cwd?: string;
  env: NodeJS.ProcessEnv;
  /** The command is ended by force after this time, and the promise rejects. */
  timeoutMilliseconds: number;
  /** Called with each whole line of stderr. */
  onErrorLine?: (line: string) => void;
}

/**
 * Runs a program to its end, without a shell.
 *
 * @throws when it cannot be started (`code` is ENOENT when it is not there) or takes too long
 */
export function runCommand(file: string, args: string[], options: CommandOptions): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const { cwd, env, timeoutMilliseconds } = options;
    const child = spawn(file, args, { ...(cwd ? { cwd } : {}), env, stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    let rest = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) options.onErrorLine?.(line);
    });
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`${file} ${args[0] ?? ""} did not end within ${timeoutMilliseconds / 1000} s`));
    }, timeoutMilliseconds);
    child.once("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      if (signal) reject(new Error(`${file} ${args[0] ?? ""} was ended by ${signal}`));
      else resolve({ code: code ?? 1, stdout, stderr });
    });
  });
}
