import { type ChildProcess, spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { initStacks } from "../../sandbox/init-stacks";
import { projectNames } from "../../sandbox/project-names";
import { readSeed, type Seed } from "../../sandbox/read-seed";
import { type Sandbox, startSandbox } from "../../sandbox/sandbox";
import { shellEnvironment } from "../../sandbox/shell-environment";
import { prepareToolchain, type Toolchain } from "../../toolchain/toolchain";
import { descendants, type Ended, ending, endProcess } from "./command";
import { People } from "./people";

const CHECKOUT = resolve(__dirname, "..", "..");

/** A copy of the project in a folder of its own, the CLI, and a GitHub and Pulumi Cloud of its own. */
export interface EngineProject {
  folder: string;
  sandbox: Sandbox;
  people: People;
  /** Environment of the commands; who they run as can be changed here. */
  env: NodeJS.ProcessEnv;
  /** All that every command printed so far. */
  printed: string[];
  /** Runs `pulumi ARGS`; never throws for a failed command. */
  pulumi(...args: string[]): Promise<Ended>;
  /** The same for a command that must succeed. @throws with its output. */
  ok(...args: string[]): Promise<Ended>;
  /** Starts it and leaves it running. */
  start(...args: string[]): {
    /** As `kill -9` does. Its plugins end too: real ones do by themselves when nobody answers them any more. */
    kill(): Promise<Ended>;
    ended: Promise<Ended>;
  };
  /** `METHOD path` of each request to a service since the last call. */
  requests(service: "github" | "pulumi"): Promise<string[]>;
  close(): Promise<void>;
}

export interface EngineOptions {
  /** Folder that the program is copied from. Default: this checkout. */
  checkout?: string;
  /** Default: sandbox/seed.yaml. */
  seed?: Seed;
  /** Files of the copy to replace or add, by path. */
  files?: Record<string, string>;
  /** Provider plugins to have. Default: github and pulumiservice. */
  providers?: readonly string[];
  /** Organization and carrier of the people. Default: Sophia's. */
  organization?: string;
  carrier?: string;
}

const STACK_FILE = /^Pulumi\..+\.yaml$/;
const COPIED = ["index.ts", "package.json", "tsconfig.json", "Pulumi.yaml", "secrets", "src", "dist"];

/** Copies the project, starts a sandbox and makes the stacks. Says which provider plugins are used. */
export async function startProject(options: EngineOptions = {}): Promise<EngineProject> {
  const folder = mkdtempSync(join(tmpdir(), "engine-"));
  const state = join(folder, ".sandbox");
  mkdirSync(state);
  copyProject(folder, options);
  const toolchain = await prepareToolchain({
    projectDir: CHECKOUT,
    sandboxDir: state,
    plugins: (process.env.SANDBOX_PLUGINS ?? "auto") as "auto",
    providers: options.providers ?? ["github", "pulumiservice"],
    environment: process.env,
    report: (line) => console.log(`      ${line}`),
  });
  console.log(`      ${describePlugins(toolchain)}`);
  const seed = options.seed ?? readSeed(join(CHECKOUT, "sandbox", "seed.yaml"), projectNames(CHECKOUT));
  const sandbox = await startSandbox({ folder: join(state, "state"), seed });
  const env = environmentOf(sandbox, toolchain);
  // GitHub's points of a minute are one `up` of Sophia's catalog; what comes after would sleep until the next.
  await fetch(`${sandbox.github.url}/_sandbox/limits`, { method: "PUT", body: '{"pointsPerMinute":null}' });
  await initStacks(folder, env);
  const { organization = "ai-cherry", carrier = "sophia-main" } = options;
  const people = new People(sandbox.github.url, sandbox.tokens.github, organization, carrier);
  return assemble({ folder, sandbox, people, env });
}

/** Puts the program of a checkout into a folder, over the one that is there. */
export function copyProject(folder: string, { checkout = CHECKOUT, files = {} }: EngineOptions): void {
  const stacks = readdirSync(checkout).filter((file) => STACK_FILE.test(file));
  const replaced = Object.keys(files).some((file) => STACK_FILE.test(file));
  for (const each of [...COPIED, ...(replaced ? [] : stacks)]) {
    rmSync(join(folder, each), { recursive: true, force: true });
    cpSync(join(checkout, each), join(folder, each), { recursive: true });
  }
  if (!existsSync(join(folder, "node_modules")))
    symlinkSync(join(CHECKOUT, "node_modules"), join(folder, "node_modules"));
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
}

function describePlugins({ plugins, version, source }: Toolchain): string {
  const each = Object.entries(plugins).map(([name, plugin]) => `${name} ${plugin.version} ${plugin.kind}`);
  return `pulumi ${version} (${source}), plugins: ${each.join(", ")}`;
}

function environmentOf(sandbox: Sandbox, toolchain: Toolchain): NodeJS.ProcessEnv {
  // The engine warns when PATH has another language host than the one beside it.
  const others = (process.env.PATH ?? "").split(delimiter);
  const path = others.filter((each) => !existsSync(join(each, "pulumi-language-nodejs"))).join(delimiter);
  const running = {
    pid: process.pid,
    github: sandbox.github.url,
    pulumi: sandbox.pulumi.url,
    registry: sandbox.registry.url,
    tokens: sandbox.tokens,
    binDir: toolchain.binDir,
    pulumiHome: toolchain.pulumiHome,
  };
  // The SDK takes a stack trace for every promise, and ts-node maps each: a seventh of a command's time.
  const fast = { NODE_OPTIONS: "--stack-trace-limit=0" };
  return { ...process.env, ...shellEnvironment(running, path), ...fast, NO_COLOR: "1" };
}

function assemble(parts: {
  folder: string;
  sandbox: Sandbox;
  people: People;
  env: NodeJS.ProcessEnv;
}): EngineProject {
  const { folder, sandbox, env } = parts;
  const printed: string[] = [];
  const children: ChildProcess[] = [];
  const orphans: number[] = [];
  const start = (...args: string[]) => {
    // Its own process group, so that whatever a killed CLI leaves behind can be ended.
    const child = spawn("pulumi", [...args, "--non-interactive"], { cwd: folder, env, detached: true });
    children.push(child);
    const ended = ending(child, printed);
    const kill = () => {
      const left = descendants(child.pid);
      orphans.push(...left);
      child.kill("SIGKILL");
      for (const pid of left) endProcess(pid);
      return ended;
    };
    return { kill, ended };
  };
  const pulumi = (...args: string[]) => start(...args).ended;
  return {
    ...parts,
    printed,
    start,
    pulumi,
    ok: async (...args) => {
      const ended = await pulumi(...args);
      if (ended.code !== 0)
        throw new Error(
          `pulumi ${args.join(" ")} ended with ${ended.code}\n${withoutUnchanged(ended.output)}`,
        );
      return ended;
    },
    requests: async (service) => {
      const response = await fetch(`${sandbox[service].url}/_sandbox/requests`, { method: "DELETE" });
      return (await response.json()) as string[];
    },
    close: async () => {
      // A plugin is in a process group of its own.
      for (const pid of [...children.map((child) => -(child.pid ?? 0)), ...orphans]) endProcess(pid);
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A display without its lines of resources that stay as they are. */
function withoutUnchanged(output: string): string {
  const lines = output.split("\n").filter((line) => !/^ {4}\S+:\S+:\S+ .* *$/.test(line));
  return lines.join("\n");
}
