import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { initStacks } from "../sandbox/init-stacks";
import { projectNames } from "../sandbox/project-names";
import { readSeed } from "../sandbox/read-seed";
import { startSandbox } from "../sandbox/sandbox";
import { shellEnvironment } from "../sandbox/shell-environment";
import { prepareToolchain } from "../toolchain/toolchain";
import { type Result, timed } from "./goals";
import { inTurns } from "./measure";

const PROJECT = join(__dirname, "..");
const COPIED = ["index.ts", "package.json", "tsconfig.json", "secrets", "src", "dist"];
const CONFIG = ["Pulumi.yaml", "Pulumi.production.yaml", "Pulumi.staging.yaml"];

/** How far away GitHub is: each of its answers comes so much later. */
const LATENCY_MS = 150;

/** The provider as it comes: one request at a time, a second after each write (facts of @pulumi/github 6.15.0). */
const DEFAULTS = "export const paceOf = (_: number) => ({});\n";

/** The catalog's first 41 slots: its length when the goal was set. */
const SLOTS = 41;

/**
 * The first `up` of an empty organization, with the program's pace and with the provider's own, on a GitHub of this
 * machine that is 150 ms away. Whole runs of the engine, minutes each: asked for by name.
 */
export async function measureFirstUp(runs: number): Promise<Result> {
  const pair = await inTurns(
    runs,
    () => timeFirstUp(undefined),
    () => timeFirstUp(DEFAULTS),
  );
  return timed(`first up of ${SLOTS} slots, against the provider's defaults`, "ratio", 0.35, pair);
}

/** @param pace text of src/resources/pace.ts; undefined: the project's. @returns milliseconds. */
async function timeFirstUp(pace: string | undefined): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  for (const each of [...COPIED, ...CONFIG])
    cpSync(join(PROJECT, each), join(folder, each), { recursive: true });
  symlinkSync(join(PROJECT, "node_modules"), join(folder, "node_modules"));
  if (pace !== undefined) writeFileSync(join(folder, "src", "resources", "pace.ts"), pace);
  writeFileSync(join(folder, "index.ts"), FIRST_SLOTS);
  const state = join(folder, ".sandbox");
  mkdirSync(state);
  const toolchain = await prepareToolchain({
    projectDir: PROJECT,
    sandboxDir: state,
    plugins: (process.env.SANDBOX_PLUGINS ?? "auto") as "auto",
    providers: ["github", "pulumiservice"],
    environment: process.env,
    report: (line) => console.error(line),
  });
  const seed = readSeed(join(PROJECT, "sandbox", "seed.yaml"), projectNames(PROJECT));
  const sandbox = await startSandbox({ folder: join(state, "state"), seed });
  try {
    const { tokens } = sandbox;
    const [github, pulumi, registry] = [sandbox.github.url, sandbox.pulumi.url, sandbox.registry.url];
    const places = { github, pulumi, registry, binDir: toolchain.binDir, pulumiHome: toolchain.pulumiHome };
    const shell = shellEnvironment({ pid: process.pid, tokens, ...places }, process.env.PATH ?? "");
    const env = { ...process.env, ...shell };
    await initStacks(folder, env);
    sandbox.github.faults.add({ path: "^/api/v3/", times: 0, delayMs: LATENCY_MS });
    const line = ["up", "-s", "production", "--yes", "--skip-preview", "--non-interactive"];
    const began = performance.now();
    await promisify(execFile)("pulumi", line, { cwd: folder, env, maxBuffer: 1 << 26 });
    return performance.now() - began;
  } finally {
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The program's slots and nothing else of it: what the goal is about. */
const FIRST_SLOTS = `import { catalog as written } from "./secrets/catalog";
import { dayOf } from "./src/catalog/dates";
import { organizationSlots } from "./src/catalog/slots";
import { GitHubSecrets } from "./src/resources/github/github-secrets";
import { OrganizationSecret } from "./src/resources/github/organization-secret";
import { Repositories } from "./src/resources/github/repositories";
import { guardSecrets } from "./src/resources/github/secret-guards";
import { declareProviders } from "./src/resources/providers";
import { readStack } from "./src/resources/read-stack";

const today = dayOf(new Date());
const { settings, catalog } = readStack(written, today);
const secrets = catalog.entries;
const { github: provider } = declareProviders(settings, ${SLOTS});
const inGitHub = new GitHubSecrets(settings.githubOrganization, { provider });
const guards = guardSecrets({ secrets, settings, today, deployments: [], inGitHub });
const repositories = new Repositories(settings.githubOrganization, { provider });
for (const slot of organizationSlots(secrets, today).slice(0, ${SLOTS})) {
  const repositoryIds = Promise.all(settings.carriers.map((each) => repositories.idOf(each)));
  new OrganizationSecret({ slot, guards, repositoryIds, value: undefined }, { providers: [provider] });
}
`;
