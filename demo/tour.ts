import { timingSafeEqual } from "node:crypto";
import { join } from "node:path";
import type { ListrTask } from "listr2";
import type { ProjectNames } from "../sandbox/project-names";
import type { Sandbox } from "../sandbox/sandbox";
import { catalog } from "../secrets/catalog";
import { type ResolvedEntry, resolveCatalog } from "../src/catalog/entry";
import { createCatalogLoader } from "../src/loaders/typescript/catalog-loader";
import { readProject } from "../src/operations/project";
import type { Toolchain } from "../toolchain/toolchain";
import type { Commands } from "./command";
import type { People } from "./people";
import { placeOf, SET_BY_PEOPLE, sampleValue, setEverything } from "./sample-value";

/** What the steps of the tour hand on to each other. */
export interface Tour {
  names: ProjectNames;
  toolchain: Toolchain;
  sandbox: Sandbox;
  env: NodeJS.ProcessEnv;
  commands: Commands;
  people: People;
  /** What people set in GitHub, by `placeOf`: only ever compared with, never shown. */
  values: Map<string, string>;
}

type Step = ListrTask<Tour>;

const REQUIRED = SET_BY_PEOPLE.filter(({ required, perEnvironment }) => required && !perEnvironment);
/** One that somebody rotates, and one that a deployment environment gets a value of its own for. */
const [ROTATED, OVERRIDDEN] = [nameAt(0), nameAt(1)];
/** What a program without a loader counts in its environment. */
const COUNTED = REQUIRED.slice(0, 3).map(({ name }) => name);

type Deployment = (typeof catalog.environments)[number];
/** Where the application runs, and where one value differs: the last two of the catalog. */
const [LAST, OTHER] = [...catalog.environments].reverse() as [Deployment, Deployment];

function nameAt(index: number): string {
  return REQUIRED[index]?.name ?? "";
}

const PROJECT = join(__dirname, "..");
const APPLICATION = ["node", "-r", "ts-node/register/transpile-only", "demo/application.ts"];

/** Reconciles one stack, without the question and the preview: the tour is no place to ask. */
export function up(stack: string): Step {
  return {
    title: `pulumi up -s ${stack}`,
    task: async (tour, task) => {
      const line = ["pulumi", "up", "-s", stack, "--yes", "--skip-preview", "--non-interactive"];
      const said = await tour.commands.run(line, (each) => {
        task.output = each;
      });
      task.title += `: ${resourcesOf(said)}`;
    },
  };
}

/** The push of the workflow started a run before anybody could set a value. */
export const firstRun: Step = {
  title: "the push of the workflow starts a run, before anybody has set a value",
  task: async (tour, task) => {
    const { conclusion, jobs } = await tour.people.watchRun();
    if (conclusion !== "failure")
      throw new Error(`the run ended with ${conclusion}; without values it must fail`);
    task.title += `: ${headlineOf(jobs, LAST)}; the placeholders stay where they are`;
  },
};

/** People set every secret that is nobody's default, in its environments where it has a value for each, and one override. */
export const setValues: Step = {
  title: "people set their values in GitHub",
  task: async (tour, task) => {
    tour.values = await setEverything(tour.people, (line) => {
      if (process.stdout.isTTY) task.output = line;
    });
    await tour.people.setEnvironmentSecret(OTHER, OVERRIDDEN, sampleValue(formatOf(OVERRIDDEN)));
    const shared = SET_BY_PEOPLE.filter(({ perEnvironment }) => !perEnvironment).length;
    const own = tour.values.size - shared;
    task.title += `: ${shared} organization secrets, ${own} of single environments, and for ${OTHER} its own ${OVERRIDDEN}`;
  },
};

/** Starts the committed workflow and waits for it. */
export function sync(why: string): Step {
  return {
    title: `the workflow runs ${why}`,
    task: async (tour, task) => {
      await tour.people.startWorkflow();
      const { conclusion, jobs } = await tour.people.watchRun();
      if (conclusion !== "success")
        throw new Error(`the run ended with ${conclusion}:\n${jobs.map((job) => job.log).join("\n")}`);
      const names = catalog.environments.map((environment) => headlineOf(jobs, environment));
      task.title += `: ${names.join("; ")}`;
    },
  };
}

/** An application starts, and what it has is held against what people set, byte by byte. */
export const load: Step = {
  title: "an application loads its secrets",
  task: async (tour, task) => {
    const said = await tour.commands.run(APPLICATION);
    const { settings } = readProject(PROJECT);
    const options = { environment: LAST, variables: tour.env } as const;
    const loaded = await createCatalogLoader(catalog, settings, options).load();
    const inGitHub = (secret: ResolvedEntry) => tour.values.get(placeOf(secret, LAST));
    const wanted = resolveCatalog(catalog).entries.filter((secret) => inGitHub(secret) !== undefined);
    const wrong = wanted.filter(
      (secret) => !same(loaded.get(secret.appKey as "openai_api_key").unwrap(), inGitHub(secret) ?? ""),
    );
    if (wrong.length > 0)
      throw new Error(`these differ from what people set: ${wrong.map((secret) => secret.name).join(", ")}`);
    task.title += `: it ${said.trim()}; all ${wanted.length} are what people set, byte by byte`;
  },
};

/** Any other program gets them as environment variables. */
export const runWithEnvironment: Step = {
  title: "pulumi env run",
  task: async (tour, task) => {
    const composite = tour.names.composites[LAST] ?? "";
    task.title += ` ${composite}`;
    const counting = `console.log(${JSON.stringify(COUNTED)}.filter((name) => process.env[name]).length)`;
    const said = await tour.commands.run(["pulumi", "env", "run", composite, "--", "node", "-e", counting]);
    if (said.trim() !== String(COUNTED.length))
      throw new Error(`the program saw ${said.trim()} of ${COUNTED.length} variables`);
    task.title += ": a program without a loader finds them in its environment";
  },
};

/** Somebody rotates a value where it lives: in GitHub. */
export const rotate: Step = {
  title: `somebody rotates ${ROTATED} in GitHub`,
  task: async (tour) => {
    const value = sampleValue(formatOf(ROTATED));
    tour.values.set(ROTATED, value);
    await tour.people.setOrganizationSecret(ROTATED, value);
  },
};

/** Everything from GitHub to the application, by the command that checks it. */
export const verify: Step = {
  title: "./sophia-secrets verify",
  task: async (tour, task) => {
    const said = await tour.commands.run(["./sophia-secrets", "verify", "--json"], (each) => {
      if (!each.startsWith("[")) task.output = each;
    });
    const checks = JSON.parse(said) as { state: string }[];
    const warnings = checks.filter(({ state }) => state === "warning").length;
    task.title += `: ${checks.length} checks, nothing wrong, ${warnings} warnings`;
  },
};

/** Last of all: reality is what is declared, and what is declared is within the rules. */
export function nothingToDo(stack: string): Step {
  return {
    title: `pulumi preview --refresh -s ${stack} --policy-pack policies`,
    task: async (tour, task) => {
      const looking = ["preview", "--refresh", "--expect-no-changes", "--policy-pack", "policies"];
      const line = ["pulumi", ...looking, "-s", stack, "--non-interactive"];
      const said = await tour.commands.run(line, (each) => {
        task.output = each;
      });
      task.title += `: ${resourcesOf(said)}, nothing to do`;
    },
  };
}

/** `168 created, 18 unchanged` out of what `pulumi` prints under "Resources:". */
function resourcesOf(said: string): string {
  const lines = said.split("\nResources:\n")[1]?.split("\n\n")[0]?.split("\n") ?? [];
  return lines
    .map((line) => line.replace(/^[ +~=-]+/, "").trim())
    .filter((line) => line !== "" && !line.startsWith("Duration"))
    .join(", ");
}

/** The line in which a job sums its run up. */
function headlineOf(jobs: readonly { name: string; log: string }[], environment: string): string {
  const log = jobs.find((job) => job.name === `Sync ${environment}`)?.log ?? "";
  return new RegExp(`${environment}: [^\\n]*`).exec(log)?.[0] ?? `${environment}: no report`;
}

function formatOf(name: string) {
  return SET_BY_PEOPLE.find((entry) => entry.name === name)?.format ?? "text";
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
