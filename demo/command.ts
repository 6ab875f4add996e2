import { spawn } from "node:child_process";

/** Runs commands for the demo, as a person would type them. */
export interface Commands {
  /**
   * @returns what it wrote to stdout.
   * @throws with the end of what it wrote when it ends with another exit code than 0.
   */
  run(line: readonly string[], onLine?: (line: string) => void): Promise<string>;
}

/** Where lines stay, as in a log, one in so many milliseconds is enough to see that something happens. */
const PLAIN_LINE_EVERY_MS = 4000;

/** @param signal ends whatever is running. */
export function createCommands(options: {
  cwd: string;
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
}): Commands {
  const { cwd, env, signal } = options;
  return {
    run: (line, onLine) =>
      new Promise((done, fail) => {
        const [command = "", ...rest] = line;
        // Its own group: a Ctrl-C in the terminal reaches it once, through the signal, not twice.
        const child = spawn(command, rest, { cwd, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
        let stdout = "";
        let all = "";
        let heard = Date.now();
        const hear = (chunk: Buffer) => {
          all += chunk;
          const last = String(chunk).trim().split("\n").at(-1) ?? "";
          // Dots, and the "@ Updating...." before them, say that Pulumi is alive: a spinner shows it, and a log needs none.
          if (
            /^(?:@ [A-Z][a-z ]+)?\.*$/.test(last) ||
            (!process.stdout.isTTY && Date.now() - heard < PLAIN_LINE_EVERY_MS)
          )
            return;
          heard = Date.now();
          onLine?.(last);
        };
        child.stdout.on("data", (chunk: Buffer) => {
          stdout += chunk;
          hear(chunk);
        });
        child.stderr.on("data", hear);
        // SIGINT, not SIGKILL: pulumi then ends its plugins and its update in order.
        const stop = () => child.pid !== undefined && process.kill(-child.pid, "SIGINT");
        signal.addEventListener("abort", stop, { once: true });
        child.on("error", fail);
        child.on("close", (code) => {
          signal.removeEventListener("abort", stop);
          if (code === 0) done(stdout);
          else fail(new Error(`${line.join(" ")} ended with exit code ${code}:\n${whatFailed(all)}`));
        });
      }),
  };
}

/** Lines shown of a command that failed. */
const LAST_LINES = 25;

/** The end of what a command said, and before it the errors and policy violations that stand further up. */
function whatFailed(said: string): string {
  const lines = said.trim().split("\n");
  const [before, last] = [lines.slice(0, -LAST_LINES), lines.slice(-LAST_LINES)];
  return [...before.filter((line) => /\berror\b|\[mandatory\]/i.test(line)), ...last].join("\n");
}
