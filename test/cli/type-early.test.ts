import { doesNotMatch, equal, match, ok } from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { putSecret, SEED, type StartedGitHub, startGitHub } from "../github/started-github";
import { skip } from "../skip";

const ROOT = join(__dirname, "..", "..");
const ORG = "ai-cherry";

/** The organization with the carrier that this repository's config names. */
const seed = {
  ...SEED,
  organizations: SEED.organizations.map((each) => ({
    ...each,
    repositories: [...each.repositories, { name: "sophia-main", private: true }],
  })),
};

describe("a value that is pasted before the command asks for it", function () {
  this.timeout(60_000);
  let github: StartedGitHub;
  let home: string;
  before(function () {
    if (spawnSync("python3", ["-c", "import pty"]).status !== 0)
      skip(this, "python3, whose pty is the terminal, is not installed");
  });
  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), "type-early-"));
    github = await startGitHub({ now: () => new Date(), seed });
    await putSecret(github.octokit(), "OPENAI_API_KEY", "before");
    // GitHub is slow: what is typed arrives long before the question.
    github.faults.add({ path: "/", times: 0, delayMs: 300 });
  });
  afterEach(async () => {
    await github.close();
    rmSync(home, { recursive: true });
  });

  const typing = (typed: string): Promise<string> =>
    new Promise((done, fail) => {
      const command = [
        process.execPath,
        join(ROOT, "build/sophia-secrets.cjs"),
        "set",
        "OPENAI_API_KEY",
        "--replace",
      ];
      const env = {
        PATH: process.env.PATH ?? "",
        HOME: home,
        GITHUB_TOKEN: "owner-token",
        GITHUB_BASE_URL: github.url,
      };
      execFile(
        "python3",
        [join(__dirname, "type-early.py"), typed, ...command],
        { cwd: ROOT, env },
        (error, stdout) => (error ? fail(error) : done(stdout)),
      );
    });
  const value = () => github.service.hostOf(`${ORG}/sophia-main`).organizationSecrets().OPENAI_API_KEY;

  it("is not shown, and is taken", async () => {
    const pasted = "sk-proj-canary0123456789canary0123456789canary01";
    const shown = await typing(`${pasted}\\r`);
    doesNotMatch(shown, /canary/);
    match(shown, /code 0\s*$/);
    equal(value(), pasted);
  });

  it("can still be stopped with Ctrl-C", async () => {
    const shown = await typing("sk-proj-canary\\x03");
    doesNotMatch(shown, /canary|code 0/);
    ok(/code (-2|2|130)\s*$/.test(shown), shown);
    equal(value(), "before");
  });
});
