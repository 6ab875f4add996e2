import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localCertificate } from "../../sandbox/core/certificate";
import { createRunner } from "../../sandbox/runner/runner";
import { Clock, ORG, SEED, type StartedGitHub, startGitHub } from "../github/started-github";
import { skip } from "../skip";

/** Two jobs; the second fails until the secret is good. */
const WORKFLOW = `name: Sync
on:
  workflow_dispatch:
    inputs: { stage: { type: string, default: all } }
jobs:
  build:
    runs-on: ubuntu-latest
    steps: [{ name: Say, run: 'echo "stage \${{ inputs.stage }}"' }]
  check:
    needs: build
    runs-on: ubuntu-latest
    steps: [{ name: Compare, run: 'test "$WORD" = good', env: { WORD: "\${{ secrets.WORD }}" } }]
`;

/** The oldest that has what is asked here: attempts, variables, fields of secrets. */
const OLDEST = [2, 60];

/** Why the tests cannot run; undefined when they can. */
function missing(hasCertificate: boolean): string | undefined {
  const { status, stdout } = spawnSync("gh", ["--version"], { encoding: "utf8" });
  if (status !== 0) return "gh, the GitHub CLI, is not installed";
  const [, major, minor] = /version (\d+)\.(\d+)/.exec(stdout) ?? [];
  if (Number(major) * 1000 + Number(minor) < (OLDEST[0] ?? 0) * 1000 + (OLDEST[1] ?? 0))
    return `gh ${major}.${minor} is older than ${OLDEST.join(".")}`;
  return hasCertificate ? undefined : "openssl, which makes the certificate, is not installed";
}

/** The vendor's own command, unchanged: it insists on TLS for every server but github.com. */
describe("the GitHub CLI against the sandbox", function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), "gh-test-"));
  const certificate = localCertificate(join(folder, "tls"));
  let github: StartedGitHub;
  let repo: string;

  before(async function () {
    const why = missing(certificate !== undefined);
    if (why !== undefined || certificate === undefined) return skip(this, why ?? "no certificate");
    const [organization, ...others] = structuredClone(SEED.organizations);
    const carrier = organization?.repositories[0];
    if (!organization || !carrier) throw new Error("the seed has no carrier");
    carrier.files = { "README.md": "# carrier\n", ".github/workflows/sync.yml": WORKFLOW };
    github = await startGitHub(
      {
        seed: { ...SEED, organizations: [organization, ...others] },
        runner: (host, onChange, nextRunId) =>
          createRunner({ host, onChange, nextRunId, workFolder: join(folder, "runner") }),
      },
      undefined,
      new Clock(Date.now()),
      { certificate },
    );
    repo = `${new URL(github.secureUrl ?? "").host}/${ORG}/carrier`;
  });
  after(async () => {
    await github?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const run = (args: string[], input = "", token = "owner-token") =>
    new Promise<{ code: number; stdout: string; stderr: string }>((done) => {
      const env = {
        PATH: process.env.PATH,
        HOME: folder,
        GH_CONFIG_DIR: join(folder, "config"),
        GH_HOST: new URL(github.secureUrl ?? "").host,
        GH_ENTERPRISE_TOKEN: token,
        SSL_CERT_FILE: certificate?.bundle,
        NO_COLOR: "1",
        GH_PROMPT_DISABLED: "1",
        GH_NO_UPDATE_NOTIFIER: "1",
      };
      const child = execFile("gh", args, { env }, (error, stdout, stderr) =>
        done({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }),
      );
      child.stdin?.end(input);
    });
  const gh = async (args: string[], input?: string): Promise<string> => {
    const { code, stdout, stderr } = await run(args, input);
    assert.equal(code, 0, `gh ${args.join(" ")}: ${stderr}`);
    return stdout;
  };
  const inRepo = (...args: string[]) => gh([...args, "-R", repo]);
  const newest = async () =>
    JSON.parse(
      await inRepo("run", "list", "--limit", "1", "--json", "databaseId,status,conclusion,attempt"),
    )[0];

  it("says who is signed in and that a wrong token is wrong", async () => {
    assert.match(await gh(["auth", "status"]), /Logged in to localhost:\d+ account owner/);
    assert.equal((await run(["auth", "status"], "", "wrong")).code, 1);
    assert.equal(await gh(["api", "user", "--jq", ".login"]), "owner\n");
  });

  it("shows repositories", async () => {
    const shown = await gh(["repo", "view", repo]);
    assert.match(shown, /^name:\tai-cherry\/carrier\n/);
    assert.match(shown, /# carrier/);
    const fields = "name,visibility,defaultBranchRef,viewerPermission,isPrivate,owner,hasIssuesEnabled";
    const { name, defaultBranchRef } = JSON.parse(await gh(["repo", "view", repo, "--json", fields]));
    assert.deepEqual([name, defaultBranchRef.name], ["carrier", "main"]);
    assert.match(await gh(["repo", "list", ORG]), /ai-cherry\/other\t\tprivate/);
    assert.match((await run(["repo", "view", `${repo}-none`])).stderr, /Could not resolve to a Repository/);
  });

  it("sets, lists and deletes organization secrets, for all and for chosen repositories", async () => {
    await gh(["secret", "set", "ALL", "--org", ORG, "--visibility", "all"], "value");
    await gh(["secret", "set", "CHOSEN", "--org", ORG, "--repos", "carrier,other"], "value");
    assert.match(await gh(["secret", "list", "--org", ORG]), /ALL\t\S+\tALL\nCHOSEN\t\S+\tSELECTED/);
    const listed = await gh(["secret", "list", "--org", ORG, "--json", "name,visibility,numSelectedRepos"]);
    assert.deepEqual(JSON.parse(listed)[1], { name: "CHOSEN", numSelectedRepos: 2, visibility: "selected" });
    await gh(["secret", "delete", "CHOSEN", "--org", ORG]);
    assert.doesNotMatch(await gh(["secret", "list", "--org", ORG]), /CHOSEN/);
    assert.match((await run(["secret", "list", "--org", ORG], "", "member-token")).stderr, /HTTP 403/);
  });

  it("sets secrets of a repository and of a deployment environment", async () => {
    await github
      .octokit()
      .rest.repos.createOrUpdateEnvironment({ owner: ORG, repo: "carrier", environment_name: "e" });
    await gh(["secret", "set", "WORD", "-R", repo], "bad");
    await gh(["secret", "set", "OF_E", "-R", repo, "--env", "e"], "value");
    assert.match(await inRepo("secret", "list"), /^WORD\t/);
    assert.match(await inRepo("secret", "list", "--env", "e"), /^OF_E\t/);
    assert.match(await inRepo("variable", "list"), /^REGION\teu\t/);
  });

  it("runs a workflow without a ref, watches it, and shows its jobs, steps, log and annotations", async () => {
    assert.match(await inRepo("workflow", "list"), /^Sync\tactive\t/);
    await inRepo("workflow", "run", "sync.yml", "-f", "stage=production");
    const { databaseId: id } = await newest();
    const watched = await run(["run", "watch", String(id), "-R", repo, "--exit-status", "--interval", "1"]);
    assert.equal(watched.code, 1, watched.stderr);
    const shown = await inRepo("run", "view", String(id), "--verbose");
    assert.match(shown, /✓ build in .*✓ Say.*X check in .*X Compare.*Process completed with exit code 1/s);
    const log = await inRepo("run", "view", String(id), "--log");
    assert.match(log, /^build\tSay\t\S+ stage production$/m);
    assert.match(await inRepo("run", "view", String(id), "--log-failed"), /^check\tCompare\t/);
    assert.match(
      await inRepo("run", "list", "--workflow", "sync.yml"),
      /failure\tSync\tSync\tmain\tworkflow_dispatch/,
    );
  });

  it("runs again what failed, and shows each attempt", async () => {
    const { databaseId } = await newest();
    const id = String(databaseId);
    await gh(["secret", "set", "WORD", "-R", repo], "good");
    await inRepo("run", "rerun", id, "--failed");
    await inRepo("run", "watch", id, "--exit-status", "--interval", "1");
    assert.deepEqual(await newest(), { attempt: 2, conclusion: "success", databaseId, status: "completed" });
    assert.match(await inRepo("run", "view", id, "--attempt", "1"), /X check/);
    assert.match(await inRepo("run", "view", id), /✓ check/);
    await inRepo("run", "rerun", id);
    await inRepo("run", "watch", id, "--interval", "1");
    assert.equal((await newest()).attempt, 3);
    assert.match((await run(["run", "cancel", id, "-R", repo])).stderr, /completed/);
    assert.match((await run(["run", "download", id, "-R", repo])).stderr, /no valid artifacts/);
    await inRepo("run", "delete", id);
    assert.equal(await inRepo("run", "list"), "");
  });

  it("disables a workflow, lists issues, and says what GitHub refused", async () => {
    await inRepo("workflow", "disable", "sync.yml");
    assert.match((await run(["workflow", "run", "sync.yml", "-R", repo])).stderr, /HTTP 422.*disabled/);
    await inRepo("workflow", "enable", "sync.yml");
    await github.octokit().rest.issues.create({ owner: ORG, repo: "carrier", title: "Expired" });
    assert.match(await inRepo("issue", "list"), /^1\tOPEN\tExpired\t/);
    assert.match(await inRepo("issue", "view", "1"), /title:\tExpired\nstate:\tOPEN\nauthor:\towner/);
  });
});
