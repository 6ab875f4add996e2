import { deepEqual, equal, match, ok } from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { COMMANDS } from "../../src/cli/program";

const ROOT = join(__dirname, "../..");
const DAY_MS = 86_400_000;

/** A line of each command that asks a service, and what is typed into it. {dir} is an empty folder. */
const LINES: Record<string, { line: string; stdin?: string }> = {
  init: { line: "--from-github ai-cherry" },
  "setup-repo": { line: "--name fresh --yes" },
  adopt: { line: "OPENAI_API_KEY" },
  set: { line: "OPENAI_API_KEY", stdin: `sk-${"a".repeat(48)}` },
  "sync-to-github": { line: "--from {dir}/.env" },
  "sync-to-pulumi": { line: "OPENAI_API_KEY --environment production --from {dir}/.env" },
  "sync-all": { line: "--from {dir}/.env --environment production" },
  run: { line: "--environment production -- node --version" },
  "docker-credential": { line: "get", stdin: "https://index.docker.io/v1/" },
  "import-from-env": { line: "--env-file {dir}/.env" },
  "export-to-env": { line: "--environment production --env-file {dir}/out.env" },
  sync: { line: "--stack production --yes" },
  "docker-env": { line: "--environment production --env-file {dir}/out.env" },
  "configure-github": { line: "--repo ai-cherry/sophia-main --env-file {dir}/.env" },
  status: { line: "" },
  verify: { line: "" },
  "detect-missing": { line: "" },
  validate: { line: "--environment production" },
  drift: { line: "" },
  diff: { line: "production staging" },
  rotation: { line: "" },
  history: { line: "production" },
  repair: { line: "--ledgers" },
  pause: { line: "production --reason incident --for 2h" },
  resume: { line: "production" },
  rollback: { line: "production --to run-1" },
  compromise: { line: "OPENAI_API_KEY --yes", stdin: `sk-${"a".repeat(48)}` },
  access: { line: "" },
  audit: { line: "" },
  report: { line: "" },
  "scan-filter": { line: "--dry-run" },
  evidence: { line: "--out {dir}/evidence" },
};

/** Commands that ask no service by themselves, so there is no other clock than the machine's; and why that is enough. */
const OFFLINE: Record<string, string> = {
  completion: "prints names",
  "external-secret": "prints a text without a date",
  "generate-template": "writes names into a local file; the next one has what a right clock gives",
  "import-env": "reads a file and starts sync-all's part with the checked client",
  "plan-comment": "renders a plan that was made by the program, which checks the clock",
  recover: "asks the Pulumi CLI first; what it imports goes by no date",
  scan: "reads files, and decides nothing by a date",
  "run-as": "gives its program a token, and decides nothing",
  unused: "reads clones; what it advises is a date in a pull request",
};

describe("a machine whose clock is wrong", function () {
  this.timeout(120_000);
  let server: Server;
  let folder: string;
  const asked: string[] = [];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "clock-"));
    writeFileSync(join(folder, ".env"), `OPENAI_API_KEY=sk-${"a".repeat(48)}\n`);
    server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      request.resume();
      response.writeHead(200, { "content-type": "application/json", etag: "1" }).end("{}");
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  });
  after(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  /** The command as people start it, in this very project. */
  function start(
    name: string,
    aheadMs: number,
  ): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const { line = "", stdin = "" } = LINES[name] ?? {};
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const env = {
      PATH: process.env.PATH,
      HOME: folder,
      SOPHIA_ENVIRONMENT: "production",
      GITHUB_BASE_URL: url,
      PULUMI_BACKEND_URL: url,
      GITHUB_TOKEN: "canary-github",
      PULUMI_ACCESS_TOKEN: "canary-pulumi",
      TEST_CLOCK_AHEAD_MS: String(aheadMs),
      NODE_OPTIONS: `--require ${join(__dirname, "shift-clock.cjs")}`,
    };
    const words = [name, ...line.replaceAll("{dir}", folder).split(" ")].filter((word) => word !== "");
    const child = spawn(join(ROOT, "sophia-secrets"), words, {
      cwd: ROOT,
      env,
    });
    child.stdin.end(stdin);
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (text) => (stdout += text));
    child.stderr.on("data", (text) => (stderr += text));
    return new Promise((done) => child.once("close", (code) => done({ code, stdout, stderr })));
  }

  it("is met by every command: each is tried below, or asks no service", () => {
    const names = COMMANDS.map(({ spec }) => spec.name).sort();
    deepEqual([...Object.keys(LINES), ...Object.keys(OFFLINE)].sort(), names);
  });

  for (const name of Object.keys(LINES)) {
    it(`is refused by ${name}, 400 days ahead and 400 days behind: it reads nothing more, and writes nothing`, async () => {
      for (const days of [400, -400]) {
        asked.length = 0;
        const { code, stdout, stderr } = await start(name, days * DAY_MS);
        ok(asked.length > 0, `it asks: ${stderr}`);
        const said = stderr.split("\n").filter((each) => /^(error|Remedy)/.test(each));
        match(
          said.join("\n"),
          /^error: 127\.0\.0\.1:\d+: this machine's clock says [\d-]+T[\d:.]+Z, and the service's [\d-]+T[\d:.]+Z; tombstones and pauses go by time, so nothing was written\nRemedy: set the clock of this machine, or check what is between it and the service, then run again$/,
        );
        deepEqual([code, stdout], [2, ""]);
        deepEqual(
          asked.filter((each) => !each.startsWith("GET ") && !/\/open\?/.test(each)),
          [],
        );
      }
    });
  }

  it("may be minutes ahead", async () => {
    const { stderr } = await start("history", 4 * 60_000);
    equal(/clock/.test(stderr), false, stderr);
  });
});
