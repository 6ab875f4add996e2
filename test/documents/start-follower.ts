import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { projectNames } from "../../sandbox/project-names";
import { readSeed, type Seed } from "../../sandbox/read-seed";
import { type Sandbox, startSandbox } from "../../sandbox/sandbox";
import { shellEnvironment } from "../../sandbox/shell-environment";
import { prepareToolchain } from "../../toolchain/toolchain";
import { People } from "../engine/people";
import { ROOT } from "./blocks";
import { type Follower, put } from "./follow";
import { copyCheckout } from "./project-copy";
import { Shell } from "./shell";

/** As `gh` of github.com does for what the pages ask of it; the real one insists on https. */
const GH = `#!/bin/sh
[ "$1 $2" = "workflow run" ] && [ "$4" = -R ] || { echo "gh: no $*" >&2; exit 1; }
cd "$PROJECT" && exec node -r ts-node/register/transpile-only test/documents/start-workflow.ts "$5" "$3"
`;

/** Somebody with a fresh clone and nothing else. @returns also what removes the clone. */
export function startFollower(): Follower & { close(): Promise<void> } {
  const { folder, beside, remove } = copyCheckout();
  put(beside, "bin/python", '#!/bin/sh\nexec python3 "$@"\n', 0o755);
  put(beside, "bin/gh", GH, 0o755);
  const { HOME = "", PATH, XDG_CACHE_HOME = join(HOME, ".cache") } = process.env;
  const env = {
    ...process.env,
    XDG_CACHE_HOME,
    HOME: join(beside, "home"),
    PATH: `${join(beside, "bin")}:${PATH}`,
    PROJECT: ROOT,
    // What people answer to pulumi.
    PULUMI_SKIP_CONFIRMATIONS: "true",
    NO_COLOR: "1",
  };
  mkdirSync(env.HOME);
  const shell = new Shell(folder, env);
  const close = async () => {
    await shell.run("make sandbox-stop");
    remove();
  };
  return { folder, beside, shell, printed: [], close };
}

/** The same with a GitHub and a Pulumi Cloud in which nobody has done anything, and a shell that knows them. */
export async function startBeginner(
  change: (seed: Seed) => void = () => undefined,
): Promise<Follower & { people: People; sandbox: Sandbox; close(): Promise<void> }> {
  const follower = startFollower();
  const state = join(follower.beside, "services");
  mkdirSync(state);
  const toolchain = await prepareToolchain({
    projectDir: ROOT,
    sandboxDir: state,
    plugins: (process.env.SANDBOX_PLUGINS ?? "auto") as "auto",
    environment: process.env,
    report: () => undefined,
  });
  const seed = readSeed(join(ROOT, "sandbox", "seed.yaml"), projectNames(ROOT));
  change(seed);
  const sandbox = await startSandbox({ folder: join(state, "state"), seed });
  const { github, pulumi, registry, tokens } = sandbox;
  await fetch(`${github.url}/_sandbox/limits`, { method: "PUT", body: '{"pointsPerMinute":null}' });
  const running = {
    ...{ pid: process.pid, github: github.url, pulumi: pulumi.url, registry: registry.url, tokens },
    ...{ binDir: toolchain.binDir, pulumiHome: toolchain.pulumiHome },
  };
  const path = `${join(follower.beside, "bin")}:${process.env.PATH ?? ""}`;
  for (const [name, value] of Object.entries(shellEnvironment(running, path)))
    follower.shell.set(name, value);
  const names = projectNames(ROOT);
  const people = new People(github.url, tokens.github, names.githubOrganization, names.carriers[0] ?? "");
  const close = async () => {
    await sandbox.close();
    await follower.close();
  };
  return { ...follower, people, sandbox, close };
}
