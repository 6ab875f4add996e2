import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type CloudFixture, startCloud, TOKENS } from "../pulumi-cloud/cloud-fixture";
import { skip } from "../skip";

const FOLDER = join(__dirname, "python");
const REQUIREMENTS = join(FOLDER, "requirements.txt");
const CHECKS = ["texts", "openings", "faults", "revisions", "tags"];
/** A first run installs the client. */
const PATIENCE_MS = 300_000;

/** The vendor's own client for Python, in a virtual environment that git ignores. */
describe("pulumi-esc-sdk against the sandbox", function () {
  this.timeout(PATIENCE_MS);
  let cloud: CloudFixture;
  let python: string;

  before(async function () {
    const found = interpreter();
    if (found === undefined)
      return skip(this, "there is no Python 3.10 or later with venv and pip on this machine");
    python = found;
    cloud = await startCloud();
  });
  after(() => cloud?.close());

  it(`holds for ${CHECKS.join(", ")}`, async () => {
    const env = { ...process.env, SANDBOX_URL: cloud.url, SANDBOX_TOKEN: TOKENS.admin };
    const printed = await new Promise<string>((done) => {
      execFile(python, [join(FOLDER, "esc_sdk.py")], { env }, (_, stdout, stderr) => done(stdout + stderr));
    });
    assert.deepEqual(printed.trim().split("\n"), CHECKS);
  });
});

/** A Python that has the client, installed on the first run. @throws when that fails. */
function interpreter(): string | undefined {
  const usable = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))";
  if (spawnSync("python3", ["-c", usable]).status !== 0) return undefined;
  const stamp = createHash("sha256").update(readFileSync(REQUIREMENTS)).digest("hex").slice(0, 16);
  const folder = resolve(__dirname, `../../.python/esc-sdk-${stamp}`);
  const python = join(folder, "bin", "python");
  const ready = join(folder, "ready");
  if (existsSync(ready)) return python;
  const options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:"];
  for (const [command, ...rest] of [
    ["python3", "-m", "venv", "--clear", folder],
    [python, "-m", "pip", "install", ...options, "--require-hashes", "-r", REQUIREMENTS],
  ] as const) {
    const { status, stderr } = spawnSync(command, rest, { encoding: "utf8" });
    if (status !== 0) throw new Error(`${command} ${rest.slice(0, 3).join(" ")} failed: ${stderr}`);
  }
  writeFileSync(ready, "");
  return python;
}
