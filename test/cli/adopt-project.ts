import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { type EngineProject, startProject } from "../engine/engine-project";
import { CARRIER, ORGANIZATION, otherOrganization } from "../engine/other-organization";
import { sealed } from "../engine/sealed-box";

const CATALOG = `import { defineCatalog } from "../src/catalog/entry";
import { ENVIRONMENTS } from "./environments";
import { GROUPS } from "./groups";

export const catalog = defineCatalog({
  environments: ENVIRONMENTS,
  groups: GROUPS,
  secrets: [
    { name: "RESET_BY_GH", group: "payments" },
    { name: "SELECTED", group: "payments" },
    { name: "FOR_ALL", group: "platform", visibility: "all" },
  ],
});
`;

/** What somebody ran. */
export interface Run {
  child: ChildProcess;
  /** Resolves with what it said once it has ended, or was killed. */
  ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
}

/** A project, and the command that people run in it; of its own, three secrets that all exist in GitHub. */
export interface AdoptProject extends EngineProject {
  /** Starts the built command in the project; told each line of stderr as it comes. */
  command(line: string, onLine?: (line: string) => void): Run;
  /** Requests to GitHub that are no GETs, since the last call. */
  writes(): Promise<string[]>;
}

/** Starts it. */
export async function startAdoptProject(): Promise<AdoptProject> {
  const project = await startProject(otherOrganization({ "secrets/catalog.ts": CATALOG }));
  await setThree(project);
  return withCommand(project);
}

/** A project with the built command. Its own folder for temporary files, so that a test can see whether any is left. */
export function withCommand(project: EngineProject): AdoptProject {
  const tmp = join(project.folder, "tmp");
  mkdirSync(tmp);
  const script = join(project.folder, "build", "sophia-secrets.cjs");
  build(script);
  const command = (line: string, onLine: (line: string) => void = () => {}): Run => {
    const env = { ...project.env, TMPDIR: tmp };
    const child = spawn(process.execPath, [script, ...line.split(" ")], { cwd: project.folder, env });
    const ended = hear(child, onLine).then((run) => {
      project.printed.push(run.stdout, run.stderr);
      return run;
    });
    return { child, ended };
  };
  const writes = async () => (await project.requests("github")).filter((each) => !each.startsWith("GET "));
  return { ...project, command, writes };
}

/** As `npm run command` does. */
function build(outfile: string): void {
  buildSync({
    entryPoints: [join(__dirname, "..", "..", "src", "cli", "main.ts")],
    outfile,
    bundle: true,
    platform: "node",
    target: "node22",
    format: "cjs",
    packages: "external",
  });
}

async function setThree({ people }: EngineProject): Promise<void> {
  const { actions, repos } = people.octokit.rest;
  const { id } = (await repos.get({ owner: ORGANIZATION, repo: CARRIER })).data;
  const { key, key_id } = (await actions.getOrgPublicKey({ org: ORGANIZATION })).data;
  for (const [secret_name, access] of [
    ["RESET_BY_GH", { visibility: "private" }],
    ["SELECTED", { visibility: "selected", selected_repository_ids: [id] }],
    ["FOR_ALL", { visibility: "all" }],
  ] as const) {
    const encrypted_value = await sealed(key, `canary-${secret_name}`);
    const list = "selected_repository_ids" in access ? { ...access, selected_repository_ids: [id] } : access;
    await actions.createOrUpdateOrgSecret({
      org: ORGANIZATION,
      secret_name,
      key_id,
      encrypted_value,
      ...list,
    });
  }
}

function hear(child: ChildProcess, onLine: (line: string) => void): Run["ended"] {
  let [stdout, stderr] = ["", ""];
  child.stdout?.on("data", (text) => {
    stdout += text;
  });
  child.stderr?.on("data", (text) => {
    stderr += text;
    for (const line of String(text).split("\n")) onLine(line);
  });
  return new Promise((done) => child.once("close", (code) => done({ code, stdout, stderr })));
}
