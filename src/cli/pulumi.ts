import { spawn } from "node:child_process";
import { RemedyError } from "../errors";

/** The `pulumi` command of the PATH, in one project and stack. */
export interface Pulumi {
  /**
   * @param env variables set over the command's own.
   * @param onLine told each line it writes, as it comes.
   * @returns what it wrote to stdout.
   * @throws RemedyError with the end of what it wrote when it fails.
   */
  run(
    args: readonly string[],
    env?: Record<string, string>,
    onLine?: (line: string) => void,
  ): Promise<string>;
}

/** Lines of a failed command that are shown: its diagnostics come last. */
const SHOWN_LINES = 20;

export function createPulumi(dir: string, stack: string, environment: NodeJS.ProcessEnv): Pulumi {
  return {
    run: (args, env = {}, onLine) =>
      new Promise((done, fail) => {
        const line = [...args, "--stack", stack, "--non-interactive"];
        const child = spawn("pulumi", line, {
          cwd: dir,
          env: { ...environment, ...env },
          stdio: ["ignore", "pipe", "pipe"],
        });
        let stdout = "";
        let all = "";
        const hear = (chunk: Buffer) => {
          all += chunk;
          for (const each of String(chunk).split("\n")) if (each.trim() !== "") onLine?.(each);
        };
        child.stdout.on("data", (chunk: Buffer) => {
          stdout += chunk;
          hear(chunk);
        });
        child.stderr.on("data", hear);
        child.on("error", (error) =>
          fail(
            new RemedyError(
              "pulumi",
              `cannot be started (${error.message})`,
              "install Pulumi, or make sandbox and its environment",
            ),
          ),
        );
        child.on("close", (code) => {
          if (code === 0) return done(stdout);
          const end = all.trim().split("\n").slice(-SHOWN_LINES).join("\n");
          fail(
            new RemedyError(
              `pulumi ${args[0]}`,
              `ended with exit code ${code}:\n${end}\n`,
              "mend what it names, then run this again",
            ),
          );
        });
      }),
  };
}
