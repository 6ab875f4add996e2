import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { renderScript } from "../../src/sync/carrier-files";
import { jobCatalog, jobSecret } from "./small-job";
import { sophiaJob } from "./sophia-job";
import { SyncStage } from "./sync-stage";

const ROOT = join(__dirname, "..", "..");
const BUNDLE = readFileSync(join(ROOT, "dist", "sync_secrets.cjs"), "utf8");
const CANARY = "canary-5d1e-value";

describe("the script that a carrier gets", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "sync-script-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Runs a script with these variables and no others. */
  function run(
    script: string,
    env: Record<string, string>,
  ): Promise<{ code: number | null; output: string }> {
    const file = join(folder, "sync_secrets.cjs");
    writeFileSync(file, script);
    const child = spawn(process.execPath, [file], { env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
    return new Promise((done) => child.on("close", (code) => done({ code, output })));
  }

  it("holds the bundle that src/sync gives today (if not: make bundle)", async () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
      scripts: { bundle: string };
    };
    const options =
      "--bundle --platform=node --target=node20 --format=cjs --outfile=dist/sync_secrets.cjs --legal-comments=none";
    equal(
      scripts.bundle.startsWith(`esbuild src/sync/main.ts ${options}`),
      true,
      "the options below are those of the script",
    );
    const { outputFiles } = await build({
      absWorkingDir: ROOT,
      entryPoints: ["src/sync/main.ts"],
      bundle: true,
      platform: "node",
      target: "node20",
      format: "cjs",
      legalComments: "none",
      write: false,
      outfile: "dist/sync_secrets.cjs",
    });
    equal(
      outputFiles[0]?.text === BUNDLE,
      true,
      "dist/sync_secrets.cjs is not what src/sync gives: run make bundle",
    );
  });

  it("holds one library, yaml: what the command line needs besides stays out of the job", () => {
    const parts = [...BUNDLE.matchAll(/^\/\/ node_modules\/((?:@[^/]+\/)?[^/]+)\//gm)].map(
      ([, name]) => name,
    );
    deepEqual([...new Set(parts)], ["yaml"]);
  });

  it("begins with the catalog as plain data, which adding a secret changes alone", () => {
    const script = renderScript(sophiaJob(), BUNDLE);
    const [head = "", rest] = script.split(`\n\n${BUNDLE}`);
    equal(rest, "");
    match(head, /^"use strict";\n\/\/ Written by `pulumi up`/);
    deepEqual(
      JSON.parse(/const JOB_CATALOG = ([\s\S]*);$/.exec(head)?.[1] ?? ""),
      JSON.parse(JSON.stringify(sophiaJob())),
    );
  });

  it("needs nothing but Node: it asks for no package and reads no file of the repository", () => {
    const asked = [...BUNDLE.matchAll(/require\("([^"]+)"\)/g)].map((found) => found[1] ?? "");
    const builtIn = /^(node:|buffer$|process$)/;
    deepEqual(
      asked.filter((name) => !builtIn.test(name)),
      [],
    );
  });

  it("syncs as its own process, and ends with 0", async () => {
    const stage = await SyncStage.start();
    try {
      const script = renderScript(jobCatalog([jobSecret("API_KEY")]), BUNDLE);
      const { code, output } = await run(script, {
        SYNC_ENVIRONMENT: "production",
        PULUMI_ACCESS_TOKEN: "pul-admin",
        PULUMI_BACKEND_URL: stage.cloud.url,
        API_KEY: CANARY,
      });
      deepEqual([code, output.split("\n")[0]], [0, "production: 1 created"]);
      doesNotMatch(output, new RegExp(CANARY));
      deepEqual(await stage.variables("default/app-api-keys"), { API_KEY: CANARY });
    } finally {
      await stage.close();
    }
  });

  it("says what is wrong and ends with 1", async () => {
    const { code, output } = await run(renderScript(jobCatalog([]), BUNDLE), {});
    equal(code, 1);
    equal(
      output,
      "error: SYNC_ENVIRONMENT: names no environment of the catalog: (nothing). Remedy: set it to one of production\n",
    );
  });

  for (const [what, thrown] of [
    ["an error", `new Error("about ${CANARY}")`],
    ["an error made to look like frames", `new Error("x\\n    at ${CANARY}")`],
    ["an error with fields", `Object.assign(new TypeError("x"), { value: "${CANARY}" })`],
    ["something that is not an error", `"${CANARY}"`],
  ]) {
    for (const way of ["throw", "Promise.reject"]) {
      it(`ends with 1 and shows no value when it meets ${what} it did not expect (${way})`, async () => {
        const planted =
          way === "throw" ? `setTimeout(() => { throw ${thrown}; });` : `Promise.reject(${thrown});`;
        const { code, output } = await run(`${renderScript(jobCatalog([]), BUNDLE)}\n${planted}`, {});
        equal(code, 1);
        match(output, /error: sync_secrets: an unexpected \w+/);
        doesNotMatch(output, new RegExp(CANARY));
      });
    }
  }
});
