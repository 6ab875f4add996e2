import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CloudFixture, TOKENS } from "./cloud-fixture";

/** A finished command. */
export interface CliRun {
  code: number;
  stdout: string;
  stderr: string;
}

/** The real CLI: `PULUMI_BIN`, or what PATH has; undefined when there is none. */
export function findPulumi(): string | undefined {
  for (const binary of [process.env.PULUMI_BIN, "pulumi"]) {
    if (binary !== undefined && spawnSync(binary, ["version"], { timeout: 20_000 }).status === 0)
      return binary;
  }
  return undefined;
}

/** The longest a command may take: an endless paging loop must fail a test, not hang it. */
const TIMEOUT_MS = 15_000;

/** Runs `pulumi` commands against a sandbox, with a home of their own. */
export class PulumiCli {
  private readonly home = mkdtempSync(join(tmpdir(), "pulumi-home-"));

  constructor(
    private readonly binary: string,
    private readonly cloud: CloudFixture,
  ) {}

  /**
   * Never throws for a failed command: its code and output are the answer.
   * @param options.token the administrator's when left out; "" leaves the CLI to what it logged in with.
   */
  run(args: string[], options: { token?: string; input?: string } = {}): Promise<CliRun> {
    const environment = {
      PATH: process.env.PATH,
      HOME: this.home,
      PULUMI_HOME: this.home,
      PULUMI_BACKEND_URL: this.cloud.url,
      ...(options.token === "" ? {} : { PULUMI_ACCESS_TOKEN: options.token ?? TOKENS.admin }),
      PULUMI_SKIP_UPDATE_CHECK: "1",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    };
    return new Promise((done) => {
      const child = execFile(
        this.binary,
        [...args, "--non-interactive"],
        { env: environment, cwd: this.home, timeout: TIMEOUT_MS, killSignal: "SIGKILL" },
        (error, stdout, stderr) =>
          done({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr }),
      );
      child.stdin?.end(options.input ?? "");
    });
  }

  /** The output of a command that must succeed. */
  async ok(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(args);
    if (code !== 0) throw new Error(`pulumi ${args.join(" ")} ended with ${code}: ${stderr}${stdout}`);
    return stdout;
  }

  remove(): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}
