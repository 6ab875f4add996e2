import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A command that has printed nothing for this long has asked: its pauses while it works are shorter, or harmless. */
const QUIET_MS = 700;
/** For output that is still in the pipe. */
const AFTER_EXIT_MS = 50;

/** What one command line came to. */
export interface Said {
  code: number;
  stdout: string;
  /** stdout and stderr, in the order they came. */
  output: string;
}

/** A shell that keeps its variables and its folder from one line to the next, as a person's does. */
export class Shell {
  private readonly state: string;

  /**
   * @param folder where it starts, and where it keeps its variables between lines.
   * @param env what it starts with.
   */
  constructor(
    private readonly folder: string,
    private readonly env: NodeJS.ProcessEnv,
  ) {
    this.state = join(folder, ".shell-state");
  }

  /** Sets a variable for all later lines. */
  set(name: string, value: string): void {
    const before = existsSync(this.state) ? readFileSync(this.state, "utf8") : "";
    writeFileSync(this.state, `${before}\nexport ${name}='${value.replaceAll("'", "'\\''")}'\n`);
  }

  /** @param input what stands on stdin. */
  run(line: string, input = ""): Promise<Said> {
    const child = this.spawn("bash", ["-c", this.script(line)]);
    child.stdin.end(input);
    return heard(child);
  }

  /**
   * The same on a terminal, which some commands insist on.
   *
   * @param answers what the person types, a line each, whenever the command has said nothing more for a moment.
   */
  runOnTerminal(line: string, answers: readonly string[]): Promise<Said> {
    const child = this.spawn("script", ["--quiet", "--return", "--command", `bash -c "$LINE"`, "/dev/null"], {
      LINE: this.script(line),
    });
    const left = [...answers];
    let waiting: NodeJS.Timeout | undefined;
    const wait = () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => {
        const answer = left.shift();
        if (answer === undefined) return;
        child.stdin.write(`${answer}\n`);
        wait();
      }, QUIET_MS);
    };
    child.stdout.on("data", wait);
    return heard(child).finally(() => clearTimeout(waiting));
  }

  private script(line: string): string {
    return [
      "set -o pipefail",
      `if [ -f '${this.state}' ]; then . '${this.state}'; fi`,
      line,
      "code=$?",
      `{ export -p; printf 'cd %q\\n' "$PWD"; } > '${this.state}'`,
      "exit $code",
    ].join("\n");
  }

  private spawn(
    command: string,
    args: string[],
    more: NodeJS.ProcessEnv = {},
  ): ChildProcessWithoutNullStreams {
    const child = spawn(command, args, { cwd: this.folder, env: { ...this.env, ...more } });
    // A command that reads nothing may have ended before.
    child.stdin.on("error", () => undefined);
    return child;
  }
}

function heard(child: ChildProcessWithoutNullStreams): Promise<Said> {
  let stdout = "";
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  return new Promise((done, fail) => {
    child.once("error", fail);
    child.once("exit", (code) => {
      // `close` would wait for a sandbox that the line left running: it has the pipes open.
      setTimeout(() => done({ code: code ?? -1, stdout, output }), AFTER_EXIT_MS);
    });
  });
}
