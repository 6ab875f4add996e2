import { deepEqual, doesNotMatch, equal, match, ok, rejects } from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { catalog as written } from "../../secrets/catalog";
import { resolveCatalog } from "../../src/catalog/entry";
import { SENTINEL } from "../../src/catalog/layout";
import { UNROTATED } from "../../src/catalog/rotators";
import { runChild } from "../../src/cli/run-child";
import type { PulumiCloud } from "../../src/clients/pulumi-cloud";
import { commandVariables } from "../../src/operations/running/command-variables";
import { escDocument } from "../loaders/typescript/esc-document";
import { type CloudFixture, startCloud, TOKENS } from "../pulumi-cloud/cloud-fixture";
import { commandContext } from "./command-context";

const ROOT = join(__dirname, "../..");
const ORG = "scoobyjava-org";
const catalog = resolveCatalog(written);
const canaryOf = (name: string) => `canary/${name.toLowerCase()}+value`;

/** What ended, and what it said. */
interface Ended {
  stdout: string;
  stderr: string;
  code: number | null;
}

describe("sophia-secrets run", function () {
  this.timeout(180_000);
  let cloud: CloudFixture;
  let folder: string;
  let command: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "run-"));
    // As `npm run command` builds it: what starts in a third of the time.
    command = join(folder, "command.cjs");
    buildSync({
      entryPoints: [join(ROOT, "src/cli/main.ts")],
      bundle: true,
      platform: "node",
      packages: "external",
      outfile: command,
    });
    cloud = await startCloud({ name: ORG });
    await compose(
      "default/sophia-ai-staging",
      Object.fromEntries(catalog.entries.map(({ path, name }) => [path, canaryOf(name)])),
    );
  });
  after(async () => {
    await cloud.close();
    rmSync(folder, { recursive: true });
  });

  const compose = async (place: string, values: Record<string, string>) => {
    const [project, name] = place.split("/");
    await cloud.call("POST", `/api/esc/environments/${ORG}`, { body: { project, name } });
    const text = Object.entries(values).map(([path, value]) => [path, { "fn::secret": value }]);
    const body = JSON.stringify({
      values: { sophia: nested(Object.fromEntries(text)), environmentVariables: { PATH: "/nowhere" } },
    });
    equal((await cloud.call("PATCH", `/api/esc/environments/${ORG}/${place}`, { body })).status, 200);
  };

  const start = (
    argv: readonly string[],
    env: NodeJS.ProcessEnv = {},
  ): { child: ChildProcess; ended: Promise<Ended> } => {
    const args = [command, "run", ...argv];
    const { PATH } = process.env;
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      env: {
        PATH,
        NODE_PATH: join(ROOT, "node_modules"),
        HOME: folder,
        PULUMI_BACKEND_URL: cloud.url,
        PULUMI_ACCESS_TOKEN: TOKENS.admin,
        ...env,
      },
    });
    const said = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const)
      child[name].on("data", (chunk: Buffer) => {
        said[name] += chunk.toString();
      });
    return { child, ended: new Promise((done) => child.on("close", (code) => done({ ...said, code }))) };
  };
  const run = (argv: readonly string[], env?: NodeJS.ProcessEnv) => start(argv, env).ended;
  const node = (code: string, ...args: string[]) => [
    "--environment",
    "staging",
    "--",
    process.execPath,
    "-e",
    code,
    ...args,
  ];

  it("gives the command every secret of the environment, and nothing of it is shown", async () => {
    const names = catalog.entries
      .filter(({ bootstrap, environments }) => !bootstrap && environments.includes("staging"))
      .map(({ name }) => name);
    const code = `
      const { createHash } = require("node:crypto");
      const { env } = process;
      const digest = (name) => env[name] && createHash("sha256").update(env[name]).digest("base64");
      console.log(JSON.stringify(JSON.parse(process.argv[1]).map(digest)));
      console.log(env.OPENAI_API_KEY, env.SOPHIA_ENVIRONMENT, env.PATH !== "/nowhere");
      console.error(Buffer.from("user:" + env.OPENAI_API_KEY).toString("base64"));
      process.stdout.write(env.OPENAI_API_KEY.slice(0, 9));
      setTimeout(() => process.stdout.write(env.OPENAI_API_KEY.slice(9)), 300);`;
    const { stdout, stderr, code: ended } = await run(node(code, JSON.stringify(names)));
    equal(ended, 0, stderr);
    const [digests = "", told, split] = stdout.split("\n");
    deepEqual(
      JSON.parse(digests),
      names.map((name) => createHash("sha256").update(canaryOf(name)).digest("base64")),
    );
    deepEqual([told, split], ["[secret] staging true", "[secret]"]);
    match(stderr, /\[secret\]/);
    doesNotMatch(`${stdout}${stderr}`, /canary/);
  });

  it("takes the environment from the application's own variable, and guesses none", async () => {
    const argv = ["--", process.execPath, "-e", "console.log(process.env.SOPHIA_ENVIRONMENT)"];
    deepEqual(await run(argv, { SOPHIA_ENVIRONMENT: "staging" }), {
      stdout: "staging\n",
      stderr: "",
      code: 0,
    });
    const { stdout, stderr, code } = await run(argv);
    deepEqual([stdout, code], ["", 2]);
    match(stderr, /neither it nor SOPHIA_ENVIRONMENT names a deployment environment\nRemedy: /);
  });

  it("gives one group's secrets alone, where a group is named", async () => {
    const code = `const names = ${JSON.stringify(catalog.entries.map(({ name }) => name))}; console.log(names.filter((each) => process.env[each]).join(","))`;
    const group = catalog.entries.find(({ name }) => name === "OPENAI_API_KEY")?.group ?? "";
    const { stdout } = await run(["--group", group, ...node(code)]);
    const own = catalog.entries
      .filter((each) => each.group === group && !each.bootstrap)
      .map(({ name }) => name);
    // The token of whoever runs it is inherited, as every other variable.
    deepEqual(
      stdout
        .trim()
        .split(",")
        .filter((name) => name !== "PULUMI_ACCESS_TOKEN"),
      own,
    );
  });

  it("passes signals on, and ends as the command ends", async () => {
    equal((await run(node("process.exit(7)"))).code, 7);
    equal((await run(node("process.kill(process.pid, 'SIGKILL')"))).code, 128 + 9);
    for (const [signal, number] of [
      ["SIGINT", 2],
      ["SIGTERM", 15],
      ["SIGQUIT", 3],
    ] as const) {
      const code = `process.on("${signal}", () => { console.log("got it"); process.exit(40 + ${number}); }); setInterval(() => {}, 1000); console.log("ready")`;
      const { child, ended } = start(node(code));
      await new Promise((done) => child.stdout?.once("data", done));
      child.kill(signal);
      deepEqual(await ended, { stdout: "ready\ngot it\n", stderr: "", code: 40 + number });
    }
  });

  it("waits for a slow reader, and loses nothing", async () => {
    const { stdout, code } = await run(
      node(`for (let line = 0; line < 40000; line += 1) console.log(String(line).padStart(99))`),
    );
    deepEqual([stdout.length, code], [4_000_000, 0]);
  });

  it("writes nothing to disk", async () => {
    await run(node("1"));
    deepEqual(readdirSync(folder), ["command.cjs"]);
  });

  it("says so where a command would be given more than a process can have (environment-too-large)", async () => {
    const names = Array.from({ length: 44 }, (_, index) => `SECRET_${index}`);
    const many = Object.fromEntries(names.map((name) => [name, `canary-${name}-`.padEnd(48_200, "x")]));
    const told = async (env: NodeJS.ProcessEnv): Promise<string> =>
      runChild(process.execPath, ["-e", "1"], env).then(String, ({ message }: Error) => message);
    const all = await told(many);
    match(
      all,
      /cannot be started, because its arguments and environment variables have 2,\d\d\d KiB together/,
    );
    match(all, /most of it SECRET_0 \(48 KiB\), .*Remedy: give it one group's secrets alone \(run --group\)/);
    match(await told({ ONE: "canary".padEnd(140_000, "x") }), /its environment variable ONE has 137 KiB/);
    doesNotMatch(all, /canary/);
    // One group's, as `run --group` gives them.
    equal(await told(Object.fromEntries(Object.entries(many).slice(0, 12))), "0");
  });

  it("starts nothing where a required secret has no value", async () => {
    await compose("default/sophia-ai-development", { openai_api_key: SENTINEL });
    const mark = join(folder, "started");
    const argv = ["--environment", "development", "--", "touch", mark];
    const { stderr, code } = await run(argv);
    equal(code, 2);
    match(stderr, /openai_api_key \(OPENAI_API_KEY\) is a placeholder/);
    ok(!existsSync(mark));
  });
});

const GROUP = { description: "Keys", rotationDays: 90, owner: "Platform" };
const RENAMED = resolveCatalog({
  environments: ["staging"],
  groups: { keys: GROUP, data: GROUP },
  accessPolicies: [
    { name: "all", why: "w", groups: "all", environments: ["staging"], identities: [], level: "open" },
    { name: "data", why: "w", groups: ["data"], environments: ["staging"], identities: [], level: "open" },
  ],
  secrets: [
    {
      name: "NEW_KEY",
      group: "keys",
      required: false,
      renamedFrom: { name: "OLD_KEY", tombstone: "2026-12-31" },
    },
    { name: "DATABASE_URL", group: "data" },
  ],
});

describe("the variables of a command", () => {
  const places: string[] = [];
  const from = async (app: object, environmentVariables: object = {}, choice: object = {}) => {
    places.length = 0;
    const open = async (place: string) => {
      places.push(place);
      return escDocument({ app, environmentVariables });
    };
    const context = commandContext(
      {},
      { catalog: RENAMED, cloud: () => ({ open }) as unknown as PulumiCloud },
    );
    const all = { environment: "staging", group: undefined, policy: undefined };
    const found = await commandVariables(context, { ...all, ...choice });
    return Object.fromEntries([...found].map(([name, value]) => [name, value.unwrap()]));
  };
  const APP = { APP_ENVIRONMENT: "staging" };

  it("are the secrets and the former names that ESC still has, and nothing that people write beside them", async () => {
    const app = { new_key: "one", database_url: "two" };
    deepEqual(await from(app, { OLD_KEY: "one", LD_PRELOAD: "/tmp/x.so" }), {
      ...APP,
      NEW_KEY: "one",
      OLD_KEY: "one",
      DATABASE_URL: "two",
    });
    deepEqual(await from(app, { OLD_KEY: "another" }), { ...APP, NEW_KEY: "one", DATABASE_URL: "two" });
    deepEqual(await from({ ...app, new_key: SENTINEL }), { ...APP, DATABASE_URL: "two" });
    deepEqual(await from({ ...app, new_key: UNROTATED }), { ...APP, DATABASE_URL: "two" });
  });

  it("come from the environment that the named policy may open", async () => {
    deepEqual(await from({ database_url: "two" }, {}, { policy: "data" }), { ...APP, DATABASE_URL: "two" });
    deepEqual(places, ["default/app-staging-for-data"]);
    await from({ database_url: "two" }, {}, { policy: "all" });
    deepEqual(places, ["default/app-staging"]);
    await rejects(from({}, {}, { policy: "dta" }), /--policy: the catalog has no access policy dta/);
  });

  it("hold no NUL byte, which would be shown by Node.js", async () => {
    await rejects(from({ database_url: "canary\0" }), (error: Error) => {
      match(error.message, /NUL byte, which is in DATABASE_URL/);
      doesNotMatch(error.message, /canary/);
      return true;
    });
  });
});

function nested(values: Record<string, unknown>): object {
  const found: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(values)) {
    const steps = path.split(".");
    const last = steps.pop() ?? "";
    const parent = steps.reduce((at, step) => {
      at[step] = at[step] ?? {};
      return at[step] as Record<string, unknown>;
    }, found);
    parent[last] = value;
  }
  return found;
}
