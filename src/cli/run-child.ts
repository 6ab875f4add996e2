import { spawn } from "node:child_process";
import { constants } from "node:os";
import { RemedyError } from "../errors";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Runs a command with our own input and output, and hands it the signals that we get. In a process group of its own:
 * a Ctrl-C would otherwise reach it twice, which Pulumi takes for "at once" and leaves the stack locked.
 *
 * @param env all its environment variables.
 * @returns its exit code; of a command that a signal ended, 128 and the signal's number, as shells have it.
 * @throws RemedyError when it cannot be started.
 */
export function runChild(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { env, stdio: "inherit", detached: true });
    const hand = (signal: NodeJS.Signals) => void child.kill(signal);
    for (const signal of SIGNALS) process.on(signal, hand);
    const letGo = () => {
      for (const signal of SIGNALS) process.off(signal, hand);
    };
    child.on("error", (error: NodeJS.ErrnoException) => {
      letGo();
      fail(
        new RemedyError({
          code: "command-not-started",
          subject: command,
          cause: `cannot be started (${error.code ?? error.name})`,
          remedy: "install it, or check PATH",
        }),
      );
    });
    child.on("close", (code, signal) => {
      letGo();
      done(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
