import { deepEqual, doesNotMatch, equal, match, notEqual, ok } from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { SCRIPT_PATH } from "../../src/catalog/layout";
import { FETCH_SCRIPT, RUN_SCRIPT } from "../../src/sync/fetch-script";
import { skip } from "../skip";
import { GitServer, REPOSITORY } from "./git-server";

/** Of the length of a job's token, so that its base64 is longer than a line of base64. */
const TOKEN = `canary-${"0123456789".repeat(6)}`;
const BASIC = Buffer.from(`x-access-token:${TOKEN}`).toString("base64");
const SCRIPT = `console.log("the script of this commit");
process.exitCode = Number(process.env.ENDS ?? 0);
`;
/** A checkout would change the script by these. */
const ATTRIBUTES = "*.cjs text eol=crlf filter=evil\n";
const TOOLS = ["sh", "git", "base64", "tr", "mkdir", "rm", "node", "cat"];

/** A runner's machine: its folders, the programs on PATH, and what one step leaves. */
class Machine {
  readonly root = mkdtempSync(join(tmpdir(), "fetch-script-"));
  readonly temp = this.made("runner", "_work", "_temp");
  readonly home = this.made("home");
  readonly bin = this.made("bin");
  private readonly workspace = this.made("runner", "_work", "carrier", "carrier");

  constructor(
    private readonly server: GitServer,
    programs: readonly string[] = TOOLS,
  ) {
    for (const name of programs) symlinkSync(pathOf(name), join(this.bin, name));
  }

  made(...parts: string[]): string {
    const path = join(this.root, ...parts);
    mkdirSync(path, { recursive: true });
    return path;
  }

  /** A program on PATH, as shell. */
  program(name: string, text: string, folder = this.bin): void {
    rmSync(join(folder, name), { force: true });
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder, name), 0o755);
  }

  folderOf(sha: string): string {
    return join(this.temp, `sync-secrets-${sha.slice(0, 6)}-1-production`);
  }

  async step(text: string, sha: string, more: Record<string, string> = {}, shell = ["sh", "-e"]) {
    const [file, added] = [join(this.root, "step.sh"), join(this.root, "added-path")];
    writeFileSync(file, text);
    const [command = "", ...options] = shell;
    const child = spawn(pathOf(command), [...options, file], {
      cwd: this.workspace,
      env: {
        PATH: this.bin,
        HOME: this.home,
        RUNNER_TEMP: this.temp,
        RUNNER_NAME: "machine-7",
        GITHUB_PATH: added,
        GITHUB_RUN_ID: sha.slice(0, 6),
        GITHUB_RUN_ATTEMPT: "1",
        GITHUB_JOB: "production",
        GITHUB_SERVER_URL: this.server.url,
        GITHUB_API_URL: `${this.server.url}/api/v3`,
        GITHUB_REPOSITORY: REPOSITORY,
        GITHUB_SHA: sha,
        GITHUB_TOKEN: TOKEN,
        ...more,
      },
    });
    let log = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (part) => {
        log += part;
      });
    const code = await new Promise((done) => child.on("close", done));
    return { code, log, addedPath: existsSync(added) ? readFileSync(added, "utf8").trim() : "" };
  }

  fetch(sha: string, more: Record<string, string> = {}, shell?: string[]) {
    return this.step(FETCH_SCRIPT, sha, more, shell);
  }

  script(sha: string): string | undefined {
    const file = join(this.folderOf(sha), "sync_secrets.cjs");
    return existsSync(file) ? readFileSync(file, "utf8") : undefined;
  }

  /** Every file of the machine as one text. */
  disk(): string {
    const files = readdirSync(this.root, { recursive: true, withFileTypes: true }).filter((each) =>
      each.isFile(),
    );
    return files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), "latin1")).join("\n");
  }

  remove(): void {
    rmSync(this.root, { recursive: true });
  }
}

function pathOf(name: string): string {
  if (name === "node") return process.execPath;
  for (const folder of (process.env.PATH ?? "").split(delimiter))
    if (existsSync(join(folder, name))) return join(folder, name);
  throw new Error(`This machine has no ${name}`);
}

describe("the step that fetches the script", function () {
  this.timeout(20_000);
  let server: GitServer;
  let sha: string;
  const machines: Machine[] = [];
  const machine = (programs?: string[], of = server) => {
    const made = new Machine(of, programs);
    machines.push(made);
    return made;
  };

  before(async () => {
    server = await new GitServer(TOKEN).start();
    sha = server.commit({
      [SCRIPT_PATH]: SCRIPT,
      ".gitattributes": ATTRIBUTES,
      "large.bin": "x".repeat(100_000),
    });
    server.commit({ [SCRIPT_PATH]: "// newer, and not of this run\n" });
  });
  after(async () => {
    await server.close();
    for (const each of machines) each.remove();
  });
  beforeEach(() => {
    server.requests.length = 0;
    server.movedTo = undefined;
  });

  for (const shell of [
    ["sh", "-e"],
    ["bash", "-e"],
    ["dash", "-e"],
    ["busybox", "sh", "-e"],
  ]) {
    it(`brings the script of the run's commit, byte by byte, in ${shell.join(" ")}`, async function () {
      const [name = ""] = shell;
      if (spawnSync(name, ["-c", "true"]).error !== undefined) skip(this, `no ${name} on PATH`);
      const on = machine();
      const { code, log, addedPath } = await on.fetch(sha, {}, shell);
      deepEqual([code, log, addedPath], [0, `::add-mask::${BASIC}\n`, ""]);
      equal(on.script(sha), SCRIPT);
    });
  }

  it("asks git for one commit and one file alone, and only with the token", async () => {
    const on = machine();
    await on.fetch(sha);
    ok(server.requests.every((each) => !each.endsWith("anonymous") && each.includes(`/${REPOSITORY}.git/`)));
    const folder = join(on.folderOf(sha), "git");
    const objects = execFileSync("git", ["cat-file", "--batch-all-objects", "--batch-check", "--buffer"], {
      cwd: folder,
      encoding: "utf8",
      env: { PATH: process.env.PATH ?? "", GIT_NO_LAZY_FETCH: "1" },
      stdio: "pipe",
    });
    equal(objects.match(/ commit /g)?.length, 1);
    equal(objects.match(/ blob /g)?.length, 1, objects);
  });

  it("leaves the token in no file and hands it to no program as an argument", async () => {
    const on = machine();
    for (const name of TOOLS.filter((each) => each !== "sh"))
      on.program(name, `printf '%s\\n' "$0 $*" >> "${on.root}/arguments"\nexec ${pathOf(name)} "$@"`);
    const { code } = await on.fetch(sha);
    equal(code, 0);
    const disk = on.disk();
    match(disk, /bin\/git fetch/);
    for (const form of [TOKEN, BASIC]) ok(!disk.includes(form));
  });

  it("asks and changes no setting, helper, hook, template or filter of the machine", async () => {
    const on = machine();
    const asked = join(on.root, "asked");
    const evil = `!echo asked >> ${asked}; false`;
    const hooks = on.made("hooks");
    for (const name of ["reference-transaction", "post-checkout"])
      on.program(name, `echo ran >> ${asked}`, hooks);
    const config = `[credential]\n\thelper = "${evil}"\n[core]\n\thooksPath = ${hooks}\n\tautocrlf = true\n[filter "evil"]\n\tsmudge = "${evil}"\n[url "http://github.invalid/"]\n\tinsteadOf = ${server.url}/\n[http]\n\textraheader = "Authorization: Basic other"\n`;
    writeFileSync(join(on.home, ".gitconfig"), config);
    writeFileSync(join(on.made("templates"), "config"), config);
    on.program("ask", `echo asked >> ${asked}`);
    const ask = { GIT_ASKPASS: join(on.bin, "ask"), SSH_ASKPASS: join(on.bin, "ask") };
    const { code } = await on.fetch(sha, {
      ...ask,
      GIT_TEMPLATE_DIR: join(on.root, "templates"),
      GIT_DIR: join(on.root, "nowhere"),
      GIT_CONFIG_PARAMETERS: `'core.hooksPath=${hooks}'`,
      GIT_CONFIG_COUNT: "9",
    });
    equal(code, 0);
    equal(on.script(sha), SCRIPT);
    ok(
      server.requests.every((each) => each.includes(".git/")),
      "by git, not by the REST API",
    );
    const refused = await on.fetch(sha, { ...ask, GITHUB_TOKEN: "ghs_wrong", GITHUB_RUN_ATTEMPT: "2" });
    equal(refused.code, 1);
    equal(existsSync(asked), false);
    equal(readFileSync(join(on.home, ".gitconfig"), "utf8"), config);
  });

  it("takes it from the REST API on a machine without git, and with a git that is too old", async () => {
    const bare = machine(TOOLS.filter((name) => name !== "git" && name !== "base64"));
    deepEqual(await bare.fetch(sha), { code: 0, log: "", addedPath: "" });
    equal(bare.script(sha), SCRIPT);
    deepEqual(server.requests, [`GET /api/v3/repos/${REPOSITORY}/contents/${SCRIPT_PATH}?ref=${sha}`]);
    const old = machine();
    old.program("git", `unset GIT_CONFIG_COUNT\nexec ${pathOf("git")} "$@"`);
    equal((await old.fetch(sha)).code, 0);
    equal(old.script(sha), SCRIPT);
  });

  it("follows no redirect: the token goes to no other server", async () => {
    const other = await new GitServer(TOKEN).start();
    try {
      server.movedTo = other.url;
      const on = machine();
      equal((await on.fetch(sha)).code, 0);
      deepEqual(other.requests, []);
      equal(on.script(sha), SCRIPT);
    } finally {
      await other.close();
    }
  });

  it("says what it could not fetch, from where, and what helps", async () => {
    const on = machine();
    const { code, log } = await on.fetch(sha, { GITHUB_TOKEN: "ghs_wrong" });
    equal(code, 1);
    match(log, /REST API: GitHub answers 401\n/);
    match(
      log,
      /::error title=sync_secrets::\[script-not-fetched\] scripts\/ci\/sync_secrets.cjs of acme\/carrier: .*\. Remedy: if the runner machine-7 does not reach http.*docs\/networks\.md/,
    );
    equal((await machine().fetch("0".repeat(40))).code, 1);
  });

  it("reaches GitHub through a proxy, once its variable is set as the remedy says", async () => {
    const on = machine();
    const hidden = {
      GITHUB_SERVER_URL: "http://github.invalid",
      GITHUB_API_URL: "http://github.invalid/api/v3",
    };
    const { code, log } = await on.fetch(sha, hidden);
    equal(code, 1);
    match(log, /\[script-not-fetched\]/);
    const righted = { ...hidden, http_proxy: server.url, GITHUB_RUN_ATTEMPT: "2" };
    equal((await on.fetch(sha, righted)).code, 0);
    const withoutGit = machine(TOOLS.filter((name) => name !== "git"));
    equal((await withoutGit.fetch(sha, righted)).code, 0);
  });

  it("takes the Node.js that the runner has for actions where PATH has none or an old one", async () => {
    const on = machine(TOOLS.filter((name) => name !== "node"));
    const externals = on.made("runner", "externals", "node24", "bin");
    on.made("runner", "externals", "node20_alpine", "bin");
    on.program("node", "exit 127", join(on.root, "runner", "externals", "node20_alpine", "bin"));
    symlinkSync(process.execPath, join(externals, "node"));
    const found = await on.fetch(sha);
    deepEqual([found.code, found.addedPath], [0, externals]);
    const old = machine();
    old.program("node", "exit 1");
    server.requests.length = 0;
    const refused = await old.fetch(sha);
    equal(refused.code, 1);
    match(
      refused.log,
      /\[node-missing\] runner machine-7: has no Node\.js 20 or newer.* Remedy: install it there/,
    );
    deepEqual(server.requests, [], "nothing is fetched for a script that cannot run");
    symlinkSync(process.execPath, join(old.made("installed"), "node"));
    const again = { PATH: `${old.root}/installed:${old.bin}`, GITHUB_RUN_ATTEMPT: "2" };
    equal((await old.fetch(sha, again)).code, 0);
  });

  it("refuses a folder that is there already", async () => {
    const on = machine();
    mkdirSync(on.folderOf(sha));
    const { code, log } = await on.fetch(sha);
    equal(code, 1);
    match(log, /\[runner-folder-taken\] runner machine-7: .*sync-secrets-.* exists or cannot be made/);
    rmSync(on.temp, { recursive: true });
    mkdirSync(on.temp);
    equal((await on.fetch(sha)).code, 0);
  });

  it("reads repositories whose commits have SHA-256 ids", async function () {
    const other = await new GitServer(TOKEN, "sha256")
      .start()
      .catch(() => skip(this, "this git has no SHA-256"));
    try {
      const long = other.commit({ [SCRIPT_PATH]: SCRIPT });
      equal(long.length, 64);
      const on = machine(undefined, other);
      equal((await on.fetch(long)).code, 0);
      equal(on.script(long), SCRIPT);
      ok(other.requests.every((each) => each.includes(".git/")));
    } finally {
      await other.close();
    }
  });

  it("is followed by a step that runs it, gives its exit code and leaves nothing behind", async () => {
    const on = machine();
    for (const [ends, code] of [
      ["0", 0],
      ["3", 3],
    ] as const) {
      await on.fetch(sha);
      const ran = await on.step(RUN_SCRIPT, sha, { ENDS: ends });
      deepEqual([ran.code, ran.log], [code, "the script of this commit\n"]);
      deepEqual(readdirSync(on.temp), []);
    }
    const without = await on.step(RUN_SCRIPT, sha);
    notEqual(without.code, 0);
    doesNotMatch(without.log, /the script/);
  });
});
