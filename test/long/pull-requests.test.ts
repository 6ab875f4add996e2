import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Octokit } from "@octokit/rest";
import { tokenMadeFrom } from "../../sandbox/sandbox-tokens";
import { SCRIPT_PATH, WORKFLOW_PATH } from "../../src/catalog/layout";
import { readDiagnostics } from "../../src/errors";
import { ending } from "../engine/command";
import { type EngineProject, startProject } from "../engine/engine-project";
import { CARRIER, CATALOG_FILES, ORGANIZATION, otherOrganization } from "../engine/other-organization";

const COMMAND = join(__dirname, "..", "..", "build", "sophia-secrets.cjs");
const PLACE = { owner: ORGANIZATION, repo: CARRIER };
const LOADER = "src/secrets.ts";

/** The catalog with an application in the carrier's repository. */
const catalogWith = (application: string, more = "") =>
  CATALOG_FILES["secrets/catalog.ts"].replace(
    "secrets: [",
    `applications: [{ name: "shop", repository: "${CARRIER}", language: "typescript", path: "${LOADER}"${application} }],\n  secrets: [${more}`,
  );

describe("files of a protected branch, with the real engine", function () {
  this.timeout(400_000);
  let project: EngineProject;
  let reviewer: Octokit;

  before(async () => {
    project = await startProject(otherOrganization({ "secrets/catalog.ts": catalogWith("") }));
    const { github } = project.sandbox.tokens;
    reviewer = new Octokit({
      auth: tokenMadeFrom(github, "second-owner"),
      baseUrl: project.sandbox.github.url,
    });
    await project.ok("up", "-s", "test", "--yes", "--skip-preview");
    await project.people.octokit.rest.repos.updateBranchProtection({
      ...PLACE,
      branch: "main",
      required_status_checks: null,
      enforce_admins: true,
      required_pull_request_reviews: { required_approving_review_count: 1 },
      restrictions: null,
    });
  });
  after(async () => {
    await project?.close();
  });

  const up = (...more: string[]) => project.pulumi("up", "-s", "live", "--yes", "--skip-preview", ...more);
  const codes = (output: string) => [...new Set(readDiagnostics(output).map(({ code }) => code))];
  const writeCatalog = (text: string) => writeFileSync(join(project.folder, "secrets", "catalog.ts"), text);
  const pulls = async () =>
    (await project.people.octokit.rest.pulls.list({ ...PLACE, state: "all" })).data.map(
      ({ number, state, head }) => `${number} ${state} ${head.ref}`,
    );
  const command = async (...args: string[]) => {
    const child = spawn(process.execPath, [COMMAND, ...args], { cwd: project.folder, env: project.env });
    return ending(child, project.printed);
  };
  const checksOf = async () => {
    const { stdout } = await command("verify", "--json");
    const checks = JSON.parse(stdout) as { subject: string; code: string; state: string }[];
    return checks.filter(({ subject }) => /^(workflow in|last sync|loader)/.test(subject));
  };
  const approveAndMerge = async (number: number) => {
    await reviewer.rest.pulls.createReview({ ...PLACE, pull_number: number, event: "APPROVE" });
    await reviewer.rest.pulls.merge({ ...PLACE, pull_number: number, merge_method: "squash" });
  };

  it("are told in preview to be refused, and stop an up before it makes a secret", async () => {
    const preview = await project.ok("preview", "-s", "live");
    assert.ok(codes(preview.output).includes("commit-refused"), preview.output);
    await project.requests("github");
    const { code, output } = await up();
    assert.notEqual(code, 0);
    assert.match(output, /its branch protection: changes need a pull request/);
    assert.match(
      output,
      new RegExp(`pulumi config set --path 'pullRequestCarriers\\[0\\]' ${CARRIER} -s live`),
    );
    assert.match(output, /give the application shop pullRequest: true/);
    const writes = (await project.requests("github")).filter((each) => !each.startsWith("GET"));
    assert.deepEqual(writes, []);
  });

  it("arrive in one pull request, once the remedy is carried out", async () => {
    await project.ok("config", "set", "--path", "pullRequestCarriers[0]", CARRIER, "-s", "live");
    writeCatalog(catalogWith(", pullRequest: true"));
    const preview = await project.ok("preview", "-s", "live");
    assert.ok(codes(preview.output).includes("pull-request-to-propose"), preview.output);
    assert.deepEqual(await pulls(), []);
    const { code, output } = await up();
    assert.equal(code, 0, output);
    assert.ok(codes(output).includes("pull-request-proposed"), output);
    assert.deepEqual(await pulls(), ["1 open sophia-secrets/shop-main"]);
    const { data } = await project.people.octokit.rest.pulls.get({ ...PLACE, pull_number: 1 });
    for (const path of [SCRIPT_PATH, WORKFLOW_PATH, LOADER]) assert.match(data.body ?? "", new RegExp(path));
  });

  it("wait for people, which preview, verify and drift say, and which is not a change", async () => {
    const { output } = await project.ok("preview", "-s", "live", "--expect-no-changes");
    assert.ok(codes(output).includes("pull-request-waits"), output);
    const checks = await checksOf();
    assert.deepEqual(
      checks.map(({ code, state }) => `${state} ${code}`),
      ["warning pull-request-waits", "warning workflow-waits", "warning pull-request-waits"],
    );
    const drift = await command("drift", "--json");
    assert.match(drift.stdout, /"pull-request-waits","subject":"pull request #1/);
  });

  it("are kept current in the same pull request", async () => {
    writeCatalog(catalogWith(", pullRequest: true", '\n    { name: "NEW_KEY", group: "platform" },'));
    const { code, output } = await up();
    assert.equal(code, 0, output);
    assert.deepEqual(await pulls(), ["1 open sophia-secrets/shop-main"]);
    const { data } = await project.people.octokit.rest.repos.getContent({
      ...PLACE,
      path: LOADER,
      ref: "sophia-secrets/shop-main",
    });
    assert.match(Buffer.from((data as { content: string }).content, "base64").toString(), /NEW_KEY/);
  });

  it("leave nothing to do once people merged them, and the sync runs", async () => {
    await approveAndMerge(1);
    const { output } = await project.ok("preview", "-s", "live", "--expect-no-changes", "--refresh");
    assert.ok(!codes(output).includes("pull-request-waits"), output);
    const [run] = await project.people.runs();
    assert.equal(run?.event, "push");
    const checks = await checksOf();
    assert.deepEqual(
      checks.filter(({ subject }) => !subject.startsWith("last sync")).map(({ code }) => code),
      ["carrier-files-match", "loader-file-current"],
    );
  });

  it("come by a second pull request beside the branch that the first one left", async () => {
    const more = ["NEW_KEY", "LATER_KEY"].map((name) => `\n    { name: "${name}", group: "platform" },`);
    writeCatalog(catalogWith(", pullRequest: true", more.join("")));
    const { code, output } = await up();
    assert.equal(code, 0, output);
    assert.deepEqual(await pulls(), [
      "2 open sophia-secrets/shop-main-2",
      "1 closed sophia-secrets/shop-main",
    ]);
  });

  it("are opened again after people deleted branch and pull request, though no text changed", async () => {
    await reviewer.rest.git.deleteRef({ ...PLACE, ref: "heads/sophia-secrets/shop-main-2" });
    const { code, output } = await up();
    assert.equal(code, 0, output);
    assert.equal((await pulls())[0], "3 open sophia-secrets/shop-main-2");
    await project.ok("preview", "-s", "live", "--expect-no-changes");
  });

  it("stay declined after people closed the pull request", async () => {
    await reviewer.rest.pulls.update({ ...PLACE, pull_number: 3, state: "closed" });
    const { output } = await project.ok("preview", "-s", "live", "--expect-no-changes");
    assert.ok(codes(output).includes("pull-request-declined"), output);
  });
});

describe("files that up committed before people began to merge them, with the real engine", function () {
  this.timeout(400_000);
  let project: EngineProject;
  before(async () => {
    project = await startProject(otherOrganization());
    for (const stack of ["test", "live"]) await project.ok("up", "-s", stack, "--yes", "--skip-preview");
  });
  after(async () => {
    await project?.close();
  });

  const up = () => project.ok("up", "-s", "live", "--yes", "--skip-preview");
  const addKeys = (...names: string[]) =>
    writeFileSync(
      join(project.folder, "secrets", "catalog.ts"),
      CATALOG_FILES["secrets/catalog.ts"].replace(
        "secrets: [",
        `secrets: [${names.map((name) => `\n    { name: "${name}", group: "platform" },`).join("")}`,
      ),
    );
  const writesToFiles = async () =>
    (await project.requests("github")).filter((each) => /^(PUT|DELETE) .*\/contents\//.test(each));

  it("stay where they are, and their next texts come by pull request", async () => {
    await project.requests("github");
    await project.ok("config", "set", "--path", "pullRequestCarriers[0]", CARRIER, "-s", "live");
    await up();
    assert.deepEqual(await writesToFiles(), []);
    addKeys("FIRST_KEY");
    await up();
    const { data } = await project.people.octokit.rest.pulls.list({ ...PLACE, state: "open" });
    assert.equal(data.length, 1);
    assert.ok((await writesToFiles()).every((each) => each.startsWith("PUT")));
  });

  it("are committed again after people stop merging them", async () => {
    await project.people.octokit.rest.pulls.merge({ ...PLACE, pull_number: 1 });
    await project.ok("config", "rm", "pullRequestCarriers", "-s", "live");
    addKeys("FIRST_KEY", "SECOND_KEY");
    await project.ok("up", "-s", "live", "--yes", "--skip-preview", "--refresh");
    const { data } = await project.people.octokit.rest.repos.getContent({ ...PLACE, path: WORKFLOW_PATH });
    assert.match(Buffer.from((data as { content: string }).content, "base64").toString(), /SECOND_KEY/);
    await project.ok("preview", "-s", "live", "--expect-no-changes", "--refresh");
  });
});
