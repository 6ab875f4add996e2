import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { prepareToolchain } from "../toolchain/toolchain";
import { approveChanges } from "./approve-changes";
import { findRunning, type RunningFile, runningFile, startInBackground, stopBackground } from "./background";
import type { Database } from "./database/database";
import { initStacks } from "./init-stacks";
import { projectNames } from "./project-names";
import { readSeed, type Seed } from "./read-seed";
import { runWorkflow } from "./run-workflow";
import { type Sandbox, type SandboxPorts, startSandbox } from "./sandbox";
import { personOf } from "./sandbox-tokens";
import { exportLines, shellEnvironment } from "./shell-environment";

const PROJECT = resolve(__dirname, "..");
const FOLDER = join(PROJECT, ".sandbox");

/** The commands of the sandbox, behind `make sandbox` and `make sandbox-...`. */
const COMMANDS: Record<string, () => Promise<void>> = { start, serve, env, run, approve, stop, reset };

/** Starts it in the background and makes the stacks, so that the first `pulumi preview -s production` works. */
async function start(): Promise<void> {
  await toolchainOf(); // here, where its progress is seen; `serve` then finds it ready
  const before = findRunning(FOLDER);
  const running = before ?? (await startInBackground(FOLDER, __filename));
  await initStacks(PROJECT, { ...process.env, ...shellEnvironment(running, process.env.PATH ?? "") });
  say(before === undefined ? "The sandbox is running." : "The sandbox was running already.");
  say(`  GitHub        ${running.github}`);
  say(`  Pulumi Cloud  ${running.pulumi}`);
  say(`  Registry      ${running.registry}`);
  if (running.database !== undefined) say(`  Database      ${running.database}`);
  say("");
  say("Next, in this shell:");
  say('  eval "$(make -s sandbox-env)"');
  say("  pulumi preview -s production");
  say("and when you are done: make sandbox-stop (keeps its state), make sandbox-reset (forgets it).");
}

/** Runs it in this process until it is told to end; tells where it listens by running.json. */
async function serve(): Promise<void> {
  const toolchain = await toolchainOf();
  const sandbox = await startWhereItWas(join(FOLDER, "state"), seed());
  const running: RunningFile = {
    pid: process.pid,
    github: sandbox.github.url,
    pulumi: sandbox.pulumi.url,
    registry: sandbox.registry.url,
    ...(sandbox.database === undefined ? {} : { database: addressOf(sandbox.database) }),
    tokens: sandbox.tokens,
    binDir: toolchain.binDir,
    pulumiHome: toolchain.pulumiHome,
  };
  // By rename: whoever waits for this file must not find half of it.
  writeFileSync(`${runningFile(FOLDER)}.next`, JSON.stringify(running, null, 2), { mode: 0o600 });
  renameSync(`${runningFile(FOLDER)}.next`, runningFile(FOLDER));
  const end = async () => {
    await sandbox.close();
    rmSync(runningFile(FOLDER), { force: true });
    process.exit(0);
  };
  process.once("SIGTERM", end);
  process.once("SIGINT", end);
}

/**
 * On the ports it had before, so that shells and states that name them stay right; on others where somebody has taken
 * one since.
 */
async function startWhereItWas(folder: string, seed: Seed): Promise<Sandbox> {
  const file = join(folder, "ports.json");
  const ports = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as SandboxPorts) : {};
  const sandbox = await startSandbox({ folder, seed, ports }).catch((error: Error) => {
    say(`${error.message}. Until then: other ports`);
    return startSandbox({ folder, seed });
  });
  const portOf = (url: string) => Number(new URL(url).port);
  const { github, pulumi, registry, database } = sandbox;
  const used: SandboxPorts = {
    github: portOf(github.url),
    pulumi: portOf(pulumi.url),
    registry: portOf(registry.url),
    ...(database === undefined ? {} : { database: database.port }),
  };
  writeFileSync(file, JSON.stringify(used), { mode: 0o600 });
  return sandbox;
}

/** Without a password: who needs the manager's finds it in tokens.json beside the state. */
function addressOf({ host, port, name }: Database): string {
  return `postgresql://${host}:${port}/${name}`;
}

async function env(): Promise<void> {
  const running = requireRunning();
  const { WHO } = process.env;
  const person = WHO ? personOf(seed(), running.tokens, WHO) : running.tokens;
  console.log(exportLines(shellEnvironment(running, process.env.PATH ?? "", person)));
}

/** Starts the sync workflow, as a person would in GitHub. */
async function run(): Promise<void> {
  const running = requireRunning();
  const logins = seed().github.organizations.map(({ login }) => login);
  if (!(await runWorkflow(running, logins, say))) process.exitCode = 1;
}

/** Approves and applies what waits in Pulumi Cloud, as people would there. */
async function approve(): Promise<void> {
  if (!(await approveChanges(requireRunning(), seed(), say))) process.exitCode = 1;
}

function requireRunning(): RunningFile {
  const running = findRunning(FOLDER);
  if (running === undefined) throw new Error("The sandbox is not running. Remedy: make sandbox");
  return running;
}

async function stop(): Promise<void> {
  say(
    (await stopBackground(FOLDER))
      ? "The sandbox has ended; its state is kept."
      : "The sandbox was not running.",
  );
}

/** Forgets GitHub, Pulumi Cloud, stacks and tokens; the toolchain stays. */
async function reset(): Promise<void> {
  const was = await stopBackground(FOLDER);
  rmSync(join(FOLDER, "state"), { recursive: true, force: true });
  say("The sandbox is back at its seed.");
  if (was) await start();
}

function seed(): Seed {
  return readSeed(process.env.SANDBOX_SEED ?? join(__dirname, "seed.yaml"), projectNames(PROJECT));
}

function toolchainOf() {
  return prepareToolchain({
    projectDir: PROJECT,
    sandboxDir: FOLDER,
    plugins: (process.env.SANDBOX_PLUGINS ?? "auto") as "auto",
    environment: process.env,
    report: say,
  });
}

function say(line: string): void {
  console.error(line);
}

const command = COMMANDS[process.argv[2] ?? ""];
if (command === undefined) {
  say(`usage: main.ts ${Object.keys(COMMANDS).join("|")}`);
  process.exitCode = 2;
} else {
  command().catch((error: Error) => {
    say(`error: ${error.message}`);
    process.exitCode = 1;
  });
}
