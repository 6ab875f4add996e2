import { deepEqual, equal, match, ok } from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { renderScript } from "../../src/sync/carrier-files";
import { SEED, type StartedGitHub, startGitHub } from "../github/started-github";
import { ORG, TOKENS } from "../pulumi-cloud/cloud-fixture";
import { skip } from "../skip";
import { API_KEYS, jobCatalog, jobSecret } from "../sync/small-job";
import { SyncStage } from "../sync/sync-stage";
import { PrivateNetwork } from "./private-network";

const ROOT = join(__dirname, "..", "..");
/** The script of carriers is promised to run on Node.js 20. */
const OLD_NODE = (process.env.PATH ?? "")
  .split(delimiter)
  .map((folder) => join(folder, "node"))
  .find(
    (node) =>
      existsSync(node) && spawnSync(node, ["--version"], { encoding: "utf8" }).stdout?.startsWith("v20."),
  );

/** The organization with the carrier that this repository's config names. */
const WITH_CARRIER = {
  ...SEED,
  organizations: SEED.organizations.map((each) => ({
    ...each,
    repositories: [...each.repositories, { name: "sophia-main", private: true }],
  })),
};

/** A program that loads an application's secrets with the committed loader, and prints one. */
const APPLICATION = `
import { createLoader } from ${JSON.stringify(join(ROOT, "dist/loader.mjs"))};
const spec = {
  organization: ${JSON.stringify(ORG)}, variable: "APP_ENVIRONMENT", root: "sophia", placeholder: "__SET_ME__",
  unrotated: "__NOT_ROTATED__", workflow: "w",
  environments: { production: { opens: "default/app-production", watches: [], team: "t" } },
  entries: [{ name: "ALPHA_KEY", keys: ["alpha_key"], path: "alpha_key", requiredIn: ["production"] }],
};
createLoader(spec).load().then(
  (secrets) => console.log("loaded", secrets.get("alpha_key").unwrap().length),
  (error) => { console.log(error.message); process.exitCode = 1; },
);
`;

/** Each program as its own process, with nothing but the variables that a company's network needs. */
describe("the programs in a company's network", function () {
  this.timeout(120_000);
  const catalog = jobCatalog([jobSecret("ALPHA_KEY")]);
  let network: PrivateNetwork;
  let stage: SyncStage;
  let github: StartedGitHub;
  let folder: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "programs-"));
    stage = await SyncStage.start();
    await stage.cloud.environment("default/app-production", `imports:\n  - ${API_KEYS}\nvalues: {}\n`);
    github = await startGitHub({ now: () => new Date(), seed: WITH_CARRIER });
    network = await PrivateNetwork.start({ "pulumi.test": stage.cloud.url, "github.test": github.url });
    writeFileSync(
      join(folder, "sync.cjs"),
      renderScript(catalog, readFileSync(join(ROOT, "dist/sync_secrets.cjs"), "utf8")),
    );
    writeFileSync(join(folder, "application.mjs"), APPLICATION);
  });
  after(async () => {
    await network?.close();
    await github?.close();
    await stage?.close();
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => {
    network.seen.length = 0;
  });

  /** What helps: the proxy with its login, and the private authority. */
  const helpful = () => ({ HTTPS_PROXY: network.proxy, NODE_EXTRA_CA_CERTS: network.authority });
  const run = async (node: string, args: string[], env: Record<string, string>) => {
    const child = spawn(node, args, {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "pipe"],
      env: { PATH: process.env.PATH ?? "", HOME: folder, ...env },
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk) => {
        output += chunk;
      });
    const code = await new Promise((done) => child.on("close", done));
    ok(!/canary|p%40ss|p@ss/.test(output), output);
    return { code, output };
  };

  const kinds = {
    "the sync job": {
      node: process.execPath,
      args: () => [join(folder, "sync.cjs")],
      env: { SYNC_ENVIRONMENT: "production", PULUMI_ACCESS_TOKEN: TOKENS.admin, ALPHA_KEY: "alpha-value" },
      host: "pulumi.test",
      works: /^production: 1 /,
    },
    "the sync job on Node.js 20": {
      node: OLD_NODE,
      args: () => [join(folder, "sync.cjs")],
      env: { SYNC_ENVIRONMENT: "production", PULUMI_ACCESS_TOKEN: TOKENS.admin, ALPHA_KEY: "alpha-value" },
      host: "pulumi.test",
      works: /^production: 1 /,
    },
    "the TypeScript loader": {
      node: process.execPath,
      args: () => [join(folder, "application.mjs")],
      env: { APP_ENVIRONMENT: "production", PULUMI_ACCESS_TOKEN: TOKENS.admin },
      host: "pulumi.test",
      works: /^loaded 11$/m,
    },
    "a command": {
      node: process.execPath,
      args: () => [join(ROOT, "build/sophia-secrets.cjs"), "drift"],
      env: { GITHUB_TOKEN: "owner-token", PULUMI_ACCESS_TOKEN: TOKENS.admin },
      host: "github.test",
      works: /GH_API_TOKEN|OPENAI_API_KEY/,
    },
  } as const;

  for (const [name, { node, args, env, host, works }] of Object.entries(kinds)) {
    const at: Record<string, string> = {
      PULUMI_BACKEND_URL: "https://pulumi.test",
      GITHUB_BASE_URL: "https://github.test",
    };
    describe(name, () => {
      const start = (more: Record<string, string>) => run(node ?? "", args(), { ...env, ...at, ...more });
      before(function () {
        if (node === undefined) skip(this, "there is no Node.js 20 on this machine");
      });

      it("works with HTTPS_PROXY and NODE_EXTRA_CA_CERTS", async () => {
        const { code, output } = await start(helpful());
        match(output, works);
        ok(code === 0 || host === "github.test", output);
        deepEqual(new Set(network.seen.map(({ line }) => line)), new Set([`CONNECT ${host}:443`]));
      });

      it("works with SSL_CERT_FILE and https_proxy too", async () => {
        const { output } = await start({ https_proxy: network.proxy, SSL_CERT_FILE: network.authority });
        match(output, works);
      });

      it("names HTTPS_PROXY where there is no way out without one", async () => {
        const { output } = await start({
          NODE_EXTRA_CA_CERTS: network.authority,
          NO_PROXY: "*",
          HTTPS_PROXY: network.proxy,
        });
        match(output, /HTTPS_PROXY/);
        equal(network.seen.length, 0);
      });

      it("names NODE_EXTRA_CA_CERTS where the authority is unknown", async () => {
        const { code, output } = await start({ HTTPS_PROXY: network.proxy });
        match(output, /certificate of \S+ is not trusted[\s\S]*NODE_EXTRA_CA_CERTS/);
        ok(code !== 0);
      });

      it("names HTTPS_PROXY where the proxy refuses its login", async () => {
        const { code, output } = await start({
          ...helpful(),
          HTTPS_PROXY: `http://ada:canary@${network.proxyHost}`,
        });
        match(
          output,
          /HTTPS_PROXY: the proxy 127\.0\.0\.1:\d+ refuses the user name or the password in it \(407\)/,
        );
        ok(code !== 0);
      });
    });
  }
});
