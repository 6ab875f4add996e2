import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { constants } from "node:os";
import type { Readable, Writable } from "node:stream";
import { bytesTogether, describeSizes, kibOf, MOST_OF_ONE, type Sized } from "../catalog/process-size";
import { RemedyError } from "../errors";
import type { StreamRedactor } from "./stream-redactor";

const SIGNALS = ["SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP"] as const;

/**
 * Runs a command with our own input and output, and hands it the signals that we get. In a process group of its own:
 * a Ctrl-C would otherwise reach it twice, which Pulumi takes for "at once" and leaves the stack locked.
 *
 * @param env all its environment variables.
 * @param redactor makes one for each stream of its output, which then is a pipe and no terminal. Beside a person the
 *   command stays in our process group, so that it can ask at the terminal; Ctrl-C and Ctrl-\\ reach it from there.
 * @returns its exit code; of a command that a signal ended, 128 and the signal's number, as shells have it.
 * @throws RemedyError when it cannot be started.
 */
export function runChild(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  redactor?: () => StreamRedactor,
): Promise<number> {
  const isBesidePerson = redactor !== undefined && process.stdin.isTTY === true;
  const output = redactor === undefined ? "inherit" : "pipe";
  return new Promise((done, fail) => {
    const child = start(command, args, {
      env,
      stdio: ["inherit", output, output],
      detached: !isBesidePerson,
    });
    if (redactor !== undefined) {
      passOn(child.stdout, process.stdout, redactor());
      passOn(child.stderr, process.stderr, redactor());
    }
    const hand = (signal: NodeJS.Signals) => {
      if (isBesidePerson && (signal === "SIGINT" || signal === "SIGQUIT")) return;
      child.kill(signal);
    };
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

/** @throws RemedyError where the kernel does not take so much: Node.js throws that, and tells all else by an event. */
function start(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  try {
    return spawn(command, args, options);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "E2BIG") throw error;
    throw tooLarge(command, args, options.env ?? {});
  }
}

function tooLarge(command: string, args: readonly string[], env: NodeJS.ProcessEnv): RemedyError {
  const variables = Object.entries(env).map(([name, value = ""]) => sized(name, value));
  const one = variables.find((each) => bytesTogether([each]) > MOST_OF_ONE);
  const all = [...variables, ...args.map((word, index) => sized(`argument ${index + 1}`, word))];
  const cause =
    one === undefined
      ? `its arguments and environment variables have ${describeSizes(all)}`
      : `its environment variable ${one.name} has ${kibOf(one.bytes)} KiB`;
  return new RemedyError({
    code: "environment-too-large",
    subject: command,
    cause: `cannot be started, because ${cause}, and this machine gives a process less (E2BIG)`,
    remedy:
      "give it one group's secrets alone (run --group), or load them in the application (docs/load-in-python.md)",
  });
}

function sized(name: string, text: string): Sized {
  return { name, bytes: Buffer.byteLength(text, "utf8") };
}

/** As fast as the other side takes it: what a command writes is not kept here. */
function passOn(from: Readable | null, to: Writable, redactor: StreamRedactor): void {
  const write = (shown: Buffer) => {
    if (shown.length === 0 || to.write(shown)) return;
    from?.pause();
    to.once("drain", () => from?.resume());
  };
  from?.on("data", (chunk: Buffer) => write(redactor.push(chunk)));
  from?.on("end", () => write(redactor.end()));
}
