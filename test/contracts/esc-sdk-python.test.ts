import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { NO_PYTHON, pythonWith } from "../../bench/python";
import { type CloudFixture, startCloud, TOKENS } from "../pulumi-cloud/cloud-fixture";
import { skip } from "../skip";

const FOLDER = join(__dirname, "python");
const CHECKS = ["texts", "openings", "faults", "revisions", "tags"];
/** A first run installs the client. */
const PATIENCE_MS = 300_000;

/** The vendor's own client for Python, in a virtual environment that git ignores. */
describe("pulumi-esc-sdk against the sandbox", function () {
  this.timeout(PATIENCE_MS);
  let cloud: CloudFixture;
  let python: string;

  before(async function () {
    const found = pythonWith("esc-sdk");
    if (found === undefined) return skip(this, NO_PYTHON);
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
