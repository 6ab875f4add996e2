import { rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { Listr, type ListrTask } from "listr2";
import { initStacks } from "../sandbox/init-stacks";
import { projectNames } from "../sandbox/project-names";
import { readSeed } from "../sandbox/read-seed";
import { startSandbox } from "../sandbox/sandbox";
import { shellEnvironment } from "../sandbox/shell-environment";
import { prepareToolchain } from "../toolchain/toolchain";
import { createCommands } from "./command";
import { createPeople } from "./people";
import {
  firstRun,
  load,
  nothingToDo,
  rotate,
  runWithEnvironment,
  setValues,
  sync,
  type Tour,
  up,
  verify,
} from "./tour";

const PROJECT = resolve(__dirname, "..");
/** The demo's own sandbox: begun again each time, never the one of `make sandbox`. */
const FOLDER = join(PROJECT, ".sandbox", "demo");

const ended = new AbortController();

/** The whole pipeline on this machine, from an empty organization to a rotated secret. */
async function main(): Promise<void> {
  const names = projectNames(PROJECT);
  const tour = { names, values: new Map() } as Tour;
  const everyStack = (step: (stack: string) => ListrTask<Tour>) => names.stacks.map(step);
  const steps = new Listr<Tour>(
    [
      {
        title: "Pulumi and its provider plugins",
        task: (_, task) =>
          prepare(
            tour,
            (line) => {
              task.output = line;
            },
            (title) => {
              task.title = title;
            },
          ),
      },
      { title: "GitHub, Pulumi Cloud and a registry on this machine", task: () => start(tour) },
      ...everyStack(up),
      firstRun,
      setValues,
      sync("for the first values"),
      load,
      runWithEnvironment,
      rotate,
      sync("after the rotation"),
      load,
      verify,
      ...everyStack(up),
      ...everyStack(nothingToDo),
    ],
    { ctx: tour, registerSignalListeners: false, fallbackRenderer: "simple" },
  );
  process.once("SIGINT", () => ended.abort());
  process.once("SIGTERM", () => ended.abort());
  const began = Date.now();
  try {
    await Promise.race([steps.run(), aborted()]);
    console.log(
      `\nThat was the whole pipeline, in ${Math.round((Date.now() - began) / 1000)} s. To look around in it: make sandbox`,
    );
  } catch (error) {
    process.exitCode = ended.signal.aborted ? 130 : 1;
    console.error(
      ended.signal.aborted
        ? "\nThe demo was ended; nothing is left running. Run it again with: make demo"
        : `\n${(error as Error).message}`,
    );
  } finally {
    await tour.sandbox?.close();
    rmSync(FOLDER, { recursive: true, force: true });
  }
}

async function prepare(
  tour: Tour,
  report: (line: string) => void,
  name: (title: string) => void,
): Promise<void> {
  rmSync(FOLDER, { recursive: true, force: true });
  const plugins = (process.env.SANDBOX_PLUGINS ?? "auto") as "auto";
  tour.toolchain = await prepareToolchain({
    projectDir: PROJECT,
    sandboxDir: FOLDER,
    plugins,
    environment: process.env,
    report,
  });
  const used = Object.entries(tour.toolchain.plugins).map(
    ([plugin, { version, kind }]) => `${plugin} ${version} (${kind})`,
  );
  name(`Pulumi ${tour.toolchain.version} (${tour.toolchain.source}), plugins ${used.join(", ")}`);
}

async function start(tour: Tour): Promise<void> {
  const sandbox = await startSandbox({
    folder: join(FOLDER, "state"),
    seed: readSeed(join(PROJECT, "sandbox", "seed.yaml"), tour.names),
  });
  tour.sandbox = sandbox;
  const { binDir, pulumiHome } = tour.toolchain;
  const running = {
    pid: process.pid,
    github: sandbox.github.url,
    pulumi: sandbox.pulumi.url,
    registry: sandbox.registry.url,
    tokens: sandbox.tokens,
    binDir,
    pulumiHome,
  };
  tour.env = {
    ...process.env,
    ...shellEnvironment(running, process.env.PATH ?? ""),
    SOPHIA_ENVIRONMENT: "production",
  };
  tour.commands = createCommands({ cwd: PROJECT, env: tour.env, signal: ended.signal });
  tour.people = createPeople({
    baseUrl: sandbox.github.url,
    token: sandbox.tokens.github,
    owner: tour.names.githubOrganization,
    repo: tour.names.carriers[0] ?? "",
  });
  await initStacks(PROJECT, tour.env);
}

function aborted(): Promise<never> {
  return new Promise((_, fail) => {
    ended.signal.addEventListener("abort", () => setTimeout(() => fail(new Error("ended")), 1500), {
      once: true,
    });
  });
}

main();
