import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { ORGANIZATION } from "../engine/other-organization";
import { type AdoptProject, startAdoptProject } from "./adopt-project";

const NAMES = ["FOR_ALL", "RESET_BY_GH", "SELECTED"];

interface Resource {
  type: string;
  inputs?: { secretName?: string; baseUrl?: string };
}

async function stateOf(project: AdoptProject): Promise<Resource[]> {
  const { stdout } = await project.ok("stack", "export", "-s", "live");
  return (JSON.parse(stdout) as { deployment: { resources?: Resource[] } }).deployment.resources ?? [];
}

const slotsIn = (resources: readonly Resource[]) =>
  resources
    .filter(({ type }) => type.endsWith(":ActionsOrganizationSecret"))
    .map(({ inputs }) => inputs?.secretName)
    .sort();

/** What GitHub says of the secrets; `updated_at` moves with every write. */
async function inGitHub(project: AdoptProject): Promise<unknown> {
  return (await project.people.octokit.rest.actions.listOrgSecrets({ org: ORGANIZATION })).data;
}

/** Ours alone: Node's and TypeScript's caches are there too. */
const temporaryFiles = (project: AdoptProject) =>
  readdirSync(join(project.folder, "tmp")).filter((name) => name.startsWith("sophia-secrets"));

describe("adopt, with the real engine", function () {
  this.timeout(120_000);
  let project: AdoptProject;
  let found: unknown;

  const adopt = (line = "adopt --all") => project.command(line).ended;

  before("three secrets exist in GitHub", async () => {
    project = await startAdoptProject();
    found = await inGitHub(project);
    await project.writes();
  });
  after(async () => {
    await project?.close();
  });

  it("is what a refused preview names, for each secret that exists", async () => {
    const { code, output } = await project.pulumi("preview", "-s", "live");
    assert.notEqual(code, 0, output);
    const named =
      /(\w+): this organization secret exists .*Nothing was written\. Remedy: .*\.\/sophia-secrets adopt (\w+)/g;
    const told = [...output.matchAll(named)].map(([, refused, toAdopt]) => [refused, toAdopt]);
    assert.deepEqual(told, [
      ["FOR_ALL", "FOR_ALL"],
      ["RESET_BY_GH", "RESET_BY_GH"],
      ["SELECTED", "SELECTED"],
    ]);
  });

  it("may be killed half way", async () => {
    const run = project.command("adopt --all", (line) => {
      if (line.startsWith("Adopted 1 of 3")) run.child.kill("SIGKILL");
    });
    assert.equal((await run.ended).code, null);
    assert.deepEqual(await inGitHub(project), found);
  });

  it("refuses while the stack is locked, as the killed run left it, and says how to free it", async () => {
    const { code, stderr } = await adopt();
    assert.equal(code, 2);
    assert.match(stderr, /stack live: another update is changing it\nRemedy: .*pulumi cancel --stack live/);
    await project.ok("cancel", "live", "--yes");
  });

  it("leaves no lock behind when it is interrupted from the keyboard", async () => {
    const run = project.command("adopt --all", (line) => {
      if (line.startsWith("Starting Pulumi")) setTimeout(() => run.child.kill("SIGINT"), 1500);
    });
    // Not killed: it waits for the end of Pulumi, whether that came before the key or after.
    assert.notEqual((await run.ended).code, null);
    assert.deepEqual(await inGitHub(project), found);
  });

  it("does the rest when it is run again", async () => {
    const done = await adopt();
    assert.equal(done.code, 0, done.stderr);
    assert.deepEqual(slotsIn(await stateOf(project)), NAMES);
    assert.match(done.stdout, /RESET_BY_GH +readable by all private repositories instead of selected/);
  });

  it("leaves no address in the state: a refresh before the next up asks GitHub, not the proxy", async () => {
    const provider = (await stateOf(project)).find(({ type }) => type === "pulumi:providers:github");
    assert.equal(provider?.inputs?.baseUrl, undefined);
    await project.ok("refresh", "-s", "live", "--yes", "--skip-preview");
  });

  it("has not written to GitHub once", async () => {
    assert.deepEqual(await project.writes(), []);
    assert.deepEqual(await inGitHub(project), found);
  });

  it("keeps the state as it was, for its owner alone", () => {
    const folder = join(project.folder, ".sophia-secrets");
    const backups = readdirSync(folder).sort();
    assert.ok(backups.length >= 2);
    assert.equal(statSync(join(folder, backups[0] ?? "")).mode & 0o777, 0o600);
    const first = JSON.parse(readFileSync(join(folder, backups[0] ?? ""), "utf8")) as { deployment: object };
    assert.ok("deployment" in first);
  });

  it("does nothing a second time, and still says what to fix before pulumi up", async () => {
    const { stdout, code } = await adopt();
    assert.equal(code, 0);
    assert.match(stdout, /^0 adopted, 3 in the state already, 0 not in GitHub yet\n\n/);
    assert.match(stdout, /RESET_BY_GH .*\nFix it before pulumi up.*: \.\/sophia-secrets repair --all .*\n$/);
  });

  it("leaves nothing to change once readers are repaired, not even after a rotation", async () => {
    const drift = await adopt("drift");
    assert.equal(drift.code, 1);
    assert.match(drift.stdout, /^visibility-differs +RESET_BY_GH/m);
    assert.equal((await adopt("repair --all")).code, 0);
    assert.equal((await adopt("drift")).code, 0);
    assert.doesNotMatch((await adopt()).stdout, /Fix it/);

    await project.ok("up", "-s", "test", "--yes", "--skip-preview");
    await project.ok("up", "-s", "live", "--yes", "--skip-preview");
    await project.people.setSecret("SELECTED", "canary-rotated");
    await project.writes();
    await project.ok("preview", "-s", "live", "--refresh", "--expect-no-changes");
    await project.ok("up", "-s", "live", "--yes", "--skip-preview", "--refresh");
    assert.deepEqual(await project.writes(), []);
  });

  it("leaves no temporary file and shows no value", () => {
    assert.deepEqual(temporaryFiles(project), []);
    assert.ok(!project.printed.join("").includes("canary"));
  });
});

describe("adopt, with an address of GitHub in the config and the state in a folder", function () {
  this.timeout(120_000);
  let project: AdoptProject;
  let file: string;
  let text: string;

  before("the state is in a folder, encrypted by a passphrase", async () => {
    project = await startAdoptProject();
    file = join(project.folder, "Pulumi.live.yaml");
    const document = parseDocument(readFileSync(file, "utf8"));
    document.setIn(["config", "sophia-secrets:githubApiUrl"], project.sandbox.github.url);
    document.setIn(["config", "sophia-secrets:pulumiApiUrl"], project.sandbox.pulumi.url);
    writeFileSync(file, document.toString());
    const folder = join(project.folder, "backend");
    mkdirSync(folder);
    project.env.PULUMI_BACKEND_URL = `file://${folder}`;
    delete project.env.GITHUB_BASE_URL;
    await project.ok("stack", "init", "live");
    text = readFileSync(file, "utf8");
    await project.writes();
  });
  after(async () => {
    await project?.close();
  });

  it("says that a locked stack is locked", async () => {
    const locks = join(
      project.folder,
      "backend",
      ".pulumi",
      "locks",
      "organization",
      "sophia-secrets",
      "live",
    );
    mkdirSync(locks, { recursive: true });
    const lock = join(locks, "0a1b2c3d-0000-4000-8000-000000000000.json");
    writeFileSync(lock, JSON.stringify({ pid: 1, username: "a", hostname: "b" }));
    const { code, stderr } = await project.command("adopt --all").ended;
    assert.equal(code, 2);
    assert.match(stderr, /stack live: another update is changing it/);
    rmSync(lock);
  });

  it("adopts without a write to GitHub, and leaves the stack's file as it was", async () => {
    const { code, stdout, stderr } = await project.command("adopt --all").ended;
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^3 adopted/);
    assert.deepEqual(await project.writes(), []);
    assert.equal(readFileSync(file, "utf8"), text);
    assert.deepEqual(temporaryFiles(project), []);
  });

  it("leaves the configured address in the state, not its own", async () => {
    const resources = await stateOf(project);
    assert.deepEqual(slotsIn(resources), NAMES);
    const provider = resources.find(({ type }) => type === "pulumi:providers:github");
    assert.equal(provider?.inputs?.baseUrl, `${project.sandbox.github.url}/`);
  });

  it("can be undone for one secret, and as a whole by the state it kept", async () => {
    const { stdout } = await project.ok("stack", "export", "-s", "live");
    const { deployment } = JSON.parse(stdout) as { deployment: { resources: { urn: string }[] } };
    const urn = deployment.resources.find((each) =>
      each.urn.endsWith(":ActionsOrganizationSecret::SELECTED"),
    );
    const line = ["state", "delete", "--force", "--target-dependents", "--yes", "-s", "live"];
    await project.ok(...line, urn?.urn ?? "");
    assert.deepEqual(slotsIn(await stateOf(project)), ["FOR_ALL", "RESET_BY_GH"]);

    const folder = join(project.folder, ".sophia-secrets");
    const backup = readdirSync(folder).sort().at(-1) ?? "";
    await project.ok("stack", "import", "-s", "live", "--file", join(folder, backup));
    assert.deepEqual(slotsIn(await stateOf(project)), []);
    assert.deepEqual(await project.writes(), []);
  });
});
