import { equal, match, notEqual } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SCRIPT = join(__dirname, "..", "..", "toolchain", "node.sh");
const VERSION = /^VERSION=(.+)$/m.exec(readFileSync(SCRIPT, "utf8"))?.[1] ?? "";

describe("toolchain/node.sh", () => {
  let home: string;
  let bin: string;
  const cached = () => join(home, ".cache", "sophia-secrets", "node", `v${VERSION}`, "bin");
  const command = (name: string, text: string) => {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  };
  const run = (verb: string, script = SCRIPT) => {
    const env = { PATH: `${bin}:/usr/bin:/bin`, HOME: home };
    const { status, stdout, stderr } = spawnSync("/bin/sh", [script, verb], { env, encoding: "utf8" });
    return { status, stdout: stdout.trim(), stderr };
  };
  /** A node that says it is of some major version, and does the rest with this process's. */
  const nodeOf = (major: number) =>
    command(
      "node",
      `case "$*" in *'split(".")'*) echo ${major};; --version) echo v${major}.0.0;; *) exec '${process.execPath}' "$@";; esac`,
    );

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "node-of-the-project-"));
    bin = join(home, "bin");
    mkdirSync(bin);
  });
  afterEach(() => rmSync(home, { recursive: true }));

  it("leaves a machine alone whose Node.js is 22 or newer", () => {
    command("npm", "exit 9");
    for (const major of [22, 24, 26]) {
      nodeOf(major);
      equal(run("path").stdout, "");
      equal(run("fetch").status, 0);
    }
    equal(existsSync(cached()), false);
  });

  it("names the folder in the cache where Node.js is older", () => {
    nodeOf(20);
    equal(run("path").stdout, cached());
  });

  it("brings nothing twice", () => {
    nodeOf(20);
    command("npm", "exit 9");
    mkdirSync(cached(), { recursive: true });
    writeFileSync(join(cached(), "node"), "");
    chmodSync(join(cached(), "node"), 0o755);
    equal(run("fetch").status, 0);
  });

  it("refuses a package with another digest than the pinned one, and keeps nothing of it", () => {
    nodeOf(20);
    command("npm", "echo other > node.tgz");
    const { status, stderr } = run("fetch");
    notEqual(status, 0);
    match(stderr, /another digest than toolchain\/node\.sh pins/);
    match(stderr, /Remedy: install Node\.js 22 or newer/);
    equal(existsSync(cached()), false);
  });

  it("takes a package with the pinned digest", () => {
    nodeOf(20);
    const source = join(home, "source");
    mkdirSync(join(source, "package", "bin"), { recursive: true });
    writeFileSync(join(source, "package", "bin", "node"), "#!/bin/sh\n");
    chmodSync(join(source, "package", "bin", "node"), 0o755);
    const archive = join(home, "node.tgz");
    spawnSync("tar", ["-czf", archive, "-C", source, "package"]);
    const digest = spawnSync("openssl", ["dgst", "-sha512", "-binary", archive]).stdout.toString("base64");
    const copy = join(home, "node.sh");
    writeFileSync(copy, readFileSync(SCRIPT, "utf8").replace(/^(SHA512_\w+)=.+$/gm, `$1=${digest}`));
    command("npm", `cp '${archive}' .`);
    const { status, stderr } = run("fetch", copy);
    equal(status, 0, stderr);
    match(stderr, /Node\.js v20\.0\.0 is older than 22: bringing/);
    equal(existsSync(join(cached(), "node")), true);
  });

  it("says what to do on a platform that the registry has no build for", () => {
    nodeOf(20);
    command("uname", 'case "$1" in -s) echo Darwin;; -m) echo arm64;; esac');
    const { status, stderr } = run("fetch");
    equal(status, 1);
    match(stderr, /no build for Darwin arm64/);
    match(stderr, /Remedy: /);
  });
});
