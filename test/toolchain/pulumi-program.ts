import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { Toolchain } from "../../toolchain/toolchain";

/** A finished `pulumi` command: exit code, and stdout and stderr together. */
export interface PulumiRun {
  code: number | null;
  output: string;
}

/** A copy of a program of test/toolchain/programs in a folder of its own, with a file backend beside it. */
export interface PulumiProgram {
  directory: string;
  /** Runs `pulumi ARGS --non-interactive` in the program's folder. */
  pulumi(...args: string[]): Promise<PulumiRun>;
  /** Starts the same and leaves it running. */
  start(...args: string[]): ChildProcess;
  remove(): void;
}

const checkout = join(__dirname, "..", "..");

export function pulumiProgram(toolchain: Toolchain, environment: NodeJS.ProcessEnv = {}): PulumiProgram {
  const root = mkdtempSync(join(tmpdir(), "language-host-"));
  cpSync(join(__dirname, "programs"), root, { recursive: true });
  mkdirSync(join(root, "state"));
  symlinkSync(join(checkout, "node_modules"), join(root, "node_modules"));
  const directory = join(root, "program");
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    ...environment,
    PATH: [toolchain.binDir, ...pathWithoutPulumi()].join(delimiter),
    PULUMI_HOME: toolchain.pulumiHome,
    PULUMI_BACKEND_URL: `file://${join(root, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "only for this test",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    NO_COLOR: "1",
  };
  const start = (...args: string[]) =>
    spawn(toolchain.pulumi, [...args, "--non-interactive"], {
      cwd: directory,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
  return {
    directory,
    start,
    pulumi: (...args) => finished(start(...args)),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** The engine warns when PATH has another language host than the one beside it. */
function pathWithoutPulumi(): string[] {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.filter((folder) => !existsSync(join(folder, "pulumi-language-nodejs")));
}

/** Waits for the end of a started command and collects what it prints from now on. */
export function finished(child: ChildProcess): Promise<PulumiRun> {
  let output = "";
  child.stdout?.on("data", (text) => {
    output += text;
  });
  child.stderr?.on("data", (text) => {
    output += text;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, output }));
  });
}
