import { type ChildProcess, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { TOKENS } from "./fake-cloud";

const onPath = (name: string) =>
  (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));

/** The real CLI under test: `PULUMI_BIN`, else that of PATH; undefined when there is none. */
export const PULUMI = process.env.PULUMI_BIN ?? onPath("pulumi");

const beside = PULUMI === undefined ? "" : join(dirname(PULUMI), "pulumi-language-nodejs");

/** Whether programs can run: a Node.js language host beside the CLI or on PATH. */
export const HAS_LANGUAGE_HOST = existsSync(beside) || onPath("pulumi-language-nodejs") !== undefined;

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A program of components alone, which needs no provider plugin. It waits for the file named in GATE. */
const PROGRAM = `
const { existsSync } = require("node:fs");
const pulumi = require("@pulumi/pulumi");
class Part extends pulumi.ComponentResource {
  constructor(name) {
    super("shop:index:Part", name);
    this.registerOutputs({ own: pulumi.secret("canary-in-resource") });
  }
}
new Part("first");
exports.password = new pulumi.Config().getSecret("password");
exports.size = 3;
module.exports.late = (async () => {
  while (process.env.GATE && !existsSync(process.env.GATE)) await new Promise((go) => setTimeout(go, 50));
  new Part("second");
  return "done";
})();
`;

const POLICY = `
const { PolicyPack } = require("@pulumi/policy");
new PolicyPack("names", {
  policies: [{
    name: "no-second-part", description: "Nothing is called second.", enforcementLevel: "mandatory",
    validateResource: (args, report) => { if (args.name === "second") report("a second part"); },
  }],
});
`;

/** A project folder with its own PULUMI_HOME, and the CLI run in it against one backend. */
export class PulumiCli {
  readonly folder = mkdtempSync(join(tmpdir(), "stacks-cli-"));
  readonly policies = join(this.folder, "policies");
  private readonly project = join(this.folder, "project");
  private readonly children: ChildProcess[] = [];

  constructor(public url: string) {
    this.place(this.project, "Pulumi.yaml", "name: shop\nruntime: nodejs\n", PROGRAM);
    this.place(this.policies, "PulumiPolicy.yaml", "runtime: nodejs\n", POLICY);
  }

  async run(...args: string[]): Promise<Ended> {
    return await this.start({}, ...args).ended;
  }

  /** @throws with both outputs when the command fails. */
  async ok(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(...args);
    if (code !== 0) throw new Error(`pulumi ${args.join(" ")} ended with ${code}\n${stdout}\n${stderr}`);
    return stdout;
  }

  /** Starts a command in a process group of its own; `kill` ends the CLI alone, as `kill -9` of its id does. */
  start(more: Record<string, string>, ...args: string[]): { ended: Promise<Ended>; kill(): void } {
    const child = spawn(PULUMI ?? "", [...args, "--non-interactive", "--color=never"], {
      cwd: this.project,
      env: this.environment(more),
      detached: true,
    });
    this.children.push(child);
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (text) => (stdout += text));
    child.stderr.on("data", (text) => (stderr += text));
    const ended = new Promise<Ended>((done, fail) => {
      child.once("error", fail);
      child.once("exit", (code) => setTimeout(() => done({ code, stdout, stderr }), 20));
    });
    return { ended, kill: () => child.kill("SIGKILL") };
  }

  /** Ends what is left of each command's process group, and removes the folder. */
  remove(): void {
    for (const { pid } of this.children) {
      try {
        if (pid !== undefined) process.kill(-pid, "SIGKILL");
      } catch {
        // the whole group has ended, as it should have
      }
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private environment(more: Record<string, string>): NodeJS.ProcessEnv {
    return {
      PATH: `${dirname(PULUMI ?? "")}${delimiter}${process.env.PATH}`,
      HOME: this.folder,
      PULUMI_HOME: join(this.folder, "home"),
      PULUMI_BACKEND_URL: this.url,
      PULUMI_ACCESS_TOKEN: TOKENS.ann,
      PULUMI_SKIP_UPDATE_CHECK: "1",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      ...more,
    };
  }

  private place(folder: string, settings: string, text: string, program: string): void {
    mkdirSync(folder);
    writeFileSync(join(folder, settings), text);
    writeFileSync(join(folder, "package.json"), '{ "name": "shop", "version": "1.0.0", "main": "index.js" }');
    writeFileSync(join(folder, "index.js"), program);
    symlinkSync(realpathSync(join(__dirname, "..", "..", "node_modules")), join(folder, "node_modules"));
  }
}
