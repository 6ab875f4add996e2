import { spawn } from "node:child_process";
import { RemedyError } from "../errors";

/** The `pulumi` command of the PATH, in one project and stack. */
export interface Pulumi {
  /**
   * @param env variables set over the command's own.
   * @returns what it wrote to stdout.
   * @throws RemedyError with the end of what it wrote when it fails.
   */
  run(args: readonly string[], env?: Record<string, string>): Promise<string>;
}

/** Lines of a failed command that are shown: its diagnostics come last. */
const SHOWN_LINES = 20;

/** What Pulumi Cloud (409) and file or bucket backends say while somebody else changes the stack. */
const BUSY = /\[409\] Conflict: Another update is currently in progress|the stack is currently locked by/;

export function createPulumi(dir: string, stack: string, inherited: NodeJS.ProcessEnv): Pulumi {
  return {
    run: async (args, env = {}) => {
      const line = [...args, "--stack", stack, "--non-interactive", "--color", "never"];
      const ended = await runInGroup(line, dir, { ...inherited, ...env });
      if (ended.code === 0) return ended.stdout;
      throw failure(args[0] ?? "", stack, ended);
    },
  };
}

interface Ended {
  code: number | null;
  stdout: string;
  /** stdout and stderr, as they came. */
  all: string;
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * In a process group of its own: a Ctrl-C then reaches it once, through us, and it ends its update in order. Two of
 * them it takes for "at once", and leaves the stack locked.
 */
function runInGroup(line: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<Ended> {
  return new Promise((done, fail) => {
    const child = spawn("pulumi", line, { cwd, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
    const forward = () => void child.kill("SIGINT");
    for (const signal of SIGNALS) process.on(signal, forward);
    const letGo = () => {
      for (const signal of SIGNALS) process.off(signal, forward);
    };
    const [out, all]: Buffer[][] = [[], []];
    child.stdout.on("data", (chunk: Buffer) => {
      out?.push(chunk);
      all?.push(chunk);
    });
    child.stderr.on("data", (chunk: Buffer) => all?.push(chunk));
    child.on("error", (error: NodeJS.ErrnoException) => {
      letGo();
      const remedy = "install Pulumi; for the sandbox: make sandbox, then its environment";
      fail(
        new RemedyError({
          code: "pulumi-not-started",
          subject: "pulumi",
          cause: `cannot be started (${error.code ?? error.name})`,
          remedy,
        }),
      );
    });
    child.on("close", (code) => {
      letGo();
      done({ code, stdout: Buffer.concat(out ?? []).toString(), all: Buffer.concat(all ?? []).toString() });
    });
  });
}

function failure(command: string, stack: string, ended: Ended): RemedyError {
  if (BUSY.test(ended.all)) {
    return new RemedyError({
      code: "stack-busy",
      subject: `stack ${stack}`,
      cause: "another update is changing it",
      remedy: `wait for its end; if nobody runs one, it was interrupted: pulumi cancel --stack ${stack}, then run this again`,
    });
  }
  const lines = errorsIn(ended.stdout) ?? ended.all.trim().split("\n").slice(-SHOWN_LINES);
  return new RemedyError({
    code: "pulumi-failed",
    subject: `pulumi ${command}`,
    cause: `it ended with exit code ${ended.code}:\n${lines.join("\n")}\n`,
    remedy: "fix what it names, then run this again",
  });
}

/** What `--json` has among the rest: each error once. Undefined for what is no such document, or names none. */
function errorsIn(stdout: string): string[] | undefined {
  try {
    const { diagnostics = [] } = JSON.parse(stdout) as {
      diagnostics?: { message: string; severity: string }[];
    };
    const errors = diagnostics
      .filter(({ severity }) => severity === "error")
      .map(({ message }) => message.trim());
    return errors.length === 0 ? undefined : [...new Set(errors)];
  } catch {
    return undefined;
  }
}
