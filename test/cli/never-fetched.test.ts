import { deepEqual, doesNotMatch, equal, match, ok, throws } from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { COMMAND } from "../../src/text";

const ROOT = join(__dirname, "..", "..");
/** Told as history, or as what is not to be done. */
const TELLING = [
  "docs/DECISIONS.md",
  "CHANGELOG.md",
  "test/cli/never-fetched.test.ts",
  "sophia-secrets",
  "src/text.ts",
];

describe("the command, typed outside of the project", () => {
  let folder: string;
  let server: Server;
  let asked: string[];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "never-fetched-"));
    const archive = evilPackage(folder);
    server = createServer((request, response) => {
      asked.push(request.url ?? "");
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      if (request.url?.endsWith(".tgz")) response.end(archive);
      else response.end(JSON.stringify(manifest(archive, url)));
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  });

  after(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  beforeEach(() => {
    asked = [];
    rmSync(join(folder, "ran"), { force: true });
  });

  /** Runs a line in an empty folder, whose registry has a package of the command's name. */
  function typed(line: string): Promise<{ code: number | null; stderr: string }> {
    const cwd = mkdtempSync(join(folder, "empty-"));
    const env = {
      PATH: process.env.PATH,
      HOME: folder,
      RAN: join(folder, "ran"),
      npm_config_registry: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      npm_config_update_notifier: "false",
      npm_config_audit: "false",
    };
    return new Promise((done) => {
      const child = spawn("sh", ["-c", line], { cwd, env, stdio: ["ignore", "ignore", "pipe"] });
      let stderr = "";
      child.stderr.on("data", (text) => {
        stderr += text;
      });
      child.on("close", (code) => done({ code, stderr }));
    });
  }

  it("asks no registry and runs nothing: the shell does not find it", async () => {
    const { code } = await typed(`${COMMAND} status`);
    deepEqual([code, asked, existsSync(join(folder, "ran"))], [127, [], false]);
  });

  it("would be the registry's package in the form that npx takes, which this test sees", async function () {
    this.timeout(120_000);
    await typed("npx --yes sophia-secrets status");
    ok(asked.length > 0);
    equal(readFileSync(join(folder, "ran"), "utf8"), "somebody else's");
  });
});

describe("the project's own command", () => {
  it("starts from another folder, and through a link", () => {
    const folder = mkdtempSync(join(tmpdir(), "elsewhere-"));
    execFileSync("ln", ["-s", join(ROOT, "sophia-secrets"), join(folder, "secrets")]);
    const help = execFileSync("./secrets", ["--help"], { cwd: folder, encoding: "utf8" });
    match(help, /^Usage: /);
    rmSync(folder, { recursive: true });
  });

  it("says what to run where the packages are not installed", () => {
    const folder = mkdtempSync(join(tmpdir(), "fresh-"));
    mkdirSync(join(folder, "toolchain"));
    for (const file of ["sophia-secrets", "toolchain/node.sh"])
      copyFileSync(join(ROOT, file), join(folder, file));
    let stderr = "";
    try {
      execFileSync(join(folder, "sophia-secrets"), [], { encoding: "utf8", stdio: "pipe" });
    } catch (error) {
      stderr = (error as { stderr: string }).stderr;
    }
    match(stderr, /^error: .*not installed\nRemedy: make -C ".*" node_modules\n$/);
    rmSync(folder, { recursive: true });
  });

  it("is built again after a change of its sources, and carries out nothing old where that fails", () => {
    const folder = mkdtempSync(join(tmpdir(), "changed-"));
    for (const file of ["sophia-secrets", "toolchain", "package.json", "package-lock.json", "src"])
      cpSync(join(ROOT, file), join(folder, file), { recursive: true });
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
    const help = () =>
      execFileSync("./sophia-secrets", ["--help"], { cwd: folder, encoding: "utf8", stdio: "pipe" });
    const change = (from: string, to: string) => {
      const file = join(folder, "src/cli/commands/drift.ts");
      writeFileSync(file, readFileSync(file, "utf8").replace(from, to));
    };
    match(help(), /drift +Show differences/);
    const built = statSync(join(folder, "build/sophia-secrets.cjs")).mtimeMs;
    help();
    equal(statSync(join(folder, "build/sophia-secrets.cjs")).mtimeMs, built);
    change("Show differences", "Show what differs");
    match(help(), /drift +Show what differs/);
    change("export const", "export cost");
    throws(help, (error: { status: number; stdout: string; stderr: string }) => {
      match(error.stderr, /cannot be built from its sources\nRemedy: /);
      return error.status === 2 && error.stdout === "";
    });
    rmSync(folder, { recursive: true });
  }).timeout(120_000);

  it("is written in one way in every text, and no text lets npx fetch anything", () => {
    const texts = execFileSync("git", ["ls-files", "-z"], { cwd: ROOT, encoding: "utf8" })
      .split("\0")
      .filter((path) => path !== "" && !TELLING.includes(path) && existsSync(join(ROOT, path)))
      .map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));
    const fetching = texts.filter(({ text }) =>
      /\bnpx (?!--no-install )|\bnpx --no-install sophia/.test(text),
    );
    deepEqual(
      fetching.map(({ path }) => path),
      [],
    );
    const spelled = texts.filter(
      ({ path, text }) => /^src\/.*\.ts$/.test(path) && codeOf(text).includes(COMMAND),
    );
    deepEqual(
      spelled.map(({ path }) => path),
      [],
    );
    doesNotMatch(readFileSync(join(ROOT, "package.json"), "utf8"), /"bin"/);
  });
});

/** A source without its comments, which may spell the command. */
function codeOf(text: string): string {
  return text.replaceAll(/\/\*.*?\*\/|\/\/[^\n]*/gs, "");
}

/** A package of the command's name that is somebody else's. @returns its archive. */
function evilPackage(folder: string): Buffer {
  const own = join(folder, "package");
  mkdirSync(own);
  const bin = { "sophia-secrets": "run.js" };
  writeFileSync(join(own, "package.json"), JSON.stringify({ name: "sophia-secrets", version: "9.0.0", bin }));
  writeFileSync(
    join(own, "run.js"),
    '#!/usr/bin/env node\nrequire("fs").writeFileSync(process.env.RAN, "somebody else\'s");\n',
    { mode: 0o755 },
  );
  const archive = join(folder, "evil.tgz");
  execFileSync("tar", ["-czf", archive, "-C", folder, "package"]);
  return readFileSync(archive);
}

function manifest(archive: Buffer, url: string): object {
  const integrity = `sha512-${createHash("sha512").update(archive).digest("base64")}`;
  const dist = { tarball: `${url}/evil.tgz`, integrity };
  const version = { name: "sophia-secrets", version: "9.0.0", bin: { "sophia-secrets": "run.js" }, dist };
  return { name: "sophia-secrets", "dist-tags": { latest: "9.0.0" }, versions: { "9.0.0": version } };
}
