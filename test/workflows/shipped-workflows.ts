import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

export const ROOT = join(__dirname, "..", "..");
const FOLDER = ".github/workflows";

export interface Step {
  name: string;
  id?: string;
  if?: string;
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
  env?: Record<string, string>;
}

export interface Job {
  name: string;
  if?: string;
  uses?: string;
  needs?: string;
  environment?: string;
  "timeout-minutes"?: number;
  permissions: Record<string, string>;
  strategy?: { "max-parallel"?: number; "fail-fast": boolean; matrix: { stack: string[] } };
  env?: Record<string, string>;
  steps?: Step[];
}

export interface ShippedWorkflow {
  path: string;
  text: string;
  on: Record<string, { branches?: string[] } | null>;
  permissions: object;
  concurrency?: { group: string; "cancel-in-progress": boolean };
  jobs: Record<string, Job>;
}

/** The workflows of this repository, by file name. */
export const WORKFLOWS: Readonly<Record<string, ShippedWorkflow>> = Object.fromEntries(
  readdirSync(join(ROOT, FOLDER)).map((file) => {
    const text = readFileSync(join(ROOT, FOLDER, file), "utf8");
    return [file, { path: `${FOLDER}/${file}`, text, ...(parse(text) as object) } as ShippedWorkflow];
  }),
);

/** Every job with the file it stands in. */
export const JOBS = Object.entries(WORKFLOWS).flatMap(([file, { jobs }]) =>
  Object.entries(jobs).map(([id, job]) => ({ file, id, job })),
);

export function jobOf(file: string, id: string): Job {
  const job = WORKFLOWS[file]?.jobs[id];
  if (job === undefined) throw new Error(`no job ${id} in ${file}`);
  return job;
}

export function stepOf(job: Job, name: string): Step {
  const step = job.steps?.find((each) => each.name === name);
  if (step === undefined) throw new Error(`no step ${name}`);
  return step;
}
