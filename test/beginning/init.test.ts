import { deepEqual, equal, match, ok } from "node:assert/strict";
import { execFileSync, execSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Context } from "../../src/operations/context";
import { commandContext, type Person, runCommand } from "../cli/command-context";
import { projectFolder } from "./project-folder";

const BEGIN =
  "init --organization acme --pulumi-organization acme --environments staging,production --carriers infra --yes";
const KEY = "OPENAI_API_KEY=sk-canary\n";

function inFolder(dir: string, line: string, files: Record<string, string> = {}, person: Person = {}) {
  const { project, ...context } = commandContext({}, { files });
  const readFile = (path: string) =>
    files[path] === undefined ? readFileSync(path) : context.readFile(path);
  return runCommand(line, { ...context, readFile, project: { ...project, dir } } as Context, person);
}

const modified = (dir: string) =>
  Object.fromEntries(
    ["secrets", "."].flatMap((each) =>
      readdirSync(join(dir, each))
        .filter((file) => /\.(ts|yaml)$/.test(file))
        .map((file) => [file, statSync(join(dir, each, file)).mtimeMs]),
    ),
  );

describe("init, where a project stands", () => {
  it("shows the lines for what is new, and changes no file that people have edited", async () => {
    const folder = projectFolder();
    try {
      equal((await inFolder(folder.dir, `${BEGIN} --from-env .env`, { ".env": KEY })).code, 0);
      const catalog = join(folder.dir, "secrets", "catalog.ts");
      writeFileSync(
        catalog,
        readFileSync(catalog, "utf8").replace('format: "openai-key"', 'appKey: "openai"'),
      );
      const before = modified(folder.dir);

      const more = `${KEY}GONG_ACCESS_KEY=canary\nANTHROPIC_API_KEY=sk-ant-canary\n`;
      const found = await inFolder(folder.dir, "init --from-env .env --yes", { ".env": more });
      deepEqual([found.code, found.stderr], [1, ""]);
      equal(
        found.stdout,
        `2 secrets not in the catalog; add to secrets/catalog.ts:
  { name: "ANTHROPIC_API_KEY", group: "ai-services", format: "anthropic-key", page: PAGES.anthropic },
  { name: "GONG_ACCESS_KEY", group: "ai-services", page: PAGES.gong },
`,
      );
      const json = await inFolder(folder.dir, "init --from-env .env --json", { ".env": more });
      deepEqual(
        JSON.parse(json.stdout).new.map((each: { name: string }) => each.name),
        ["ANTHROPIC_API_KEY", "GONG_ACCESS_KEY"],
      );

      const none = await inFolder(folder.dir, "init --from-env .env", { ".env": KEY });
      deepEqual([none.code, none.stdout], [0, "Nothing is new: the catalog has every name\n"]);
      deepEqual(modified(folder.dir), before);
    } finally {
      folder.remove();
    }
  });

  it("keeps the files of another organization, and its remedy makes place for the own ones", async () => {
    const folder = projectFolder();
    const git = (...args: string[]) => execFileSync("git", ["-C", folder.dir, ...args]);
    try {
      await inFolder(folder.dir, BEGIN.replaceAll("acme", "sophia"));
      git("init", "--quiet");
      git("add", "secrets", "Pulumi.staging.yaml", "Pulumi.production.yaml", "Pulumi.yaml");
      git("-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "--quiet", "--message", "theirs");
      const refused = await inFolder(folder.dir, BEGIN);
      equal(refused.code, 2);
      match(refused.stderr, /they are of sophia, not of acme/);
      const remedy = /Remedy: (git rm .*?), which/.exec(refused.stderr)?.[1] ?? "";
      execSync(remedy, { cwd: folder.dir });
      ok(existsSync(join(folder.dir, "Pulumi.yaml")));
      const begun = await inFolder(folder.dir, BEGIN);
      equal(begun.code, 0, begun.stderr);
      match(readFileSync(join(folder.dir, "Pulumi.production.yaml"), "utf8"), /githubOrganization: acme/);
    } finally {
      folder.remove();
    }
  });

  it("makes place for its files by the remedy that it prints", async () => {
    const folder = projectFolder({ "Pulumi.old.yaml": "config: {}\n", "secrets/groups.ts": "// mine\n" });
    try {
      const refused = await inFolder(folder.dir, BEGIN);
      const remedy = /Remedy: (.*?), then run this again/.exec(refused.stderr)?.[1] ?? "";
      execSync(remedy, { cwd: folder.dir });
      equal((await inFolder(folder.dir, BEGIN)).code, 0);
    } finally {
      folder.remove();
    }
  });

  it("finishes what an interrupted run began", async () => {
    const folder = projectFolder();
    try {
      await inFolder(folder.dir, BEGIN);
      const catalog = join(folder.dir, "secrets", "catalog.ts");
      const text = readFileSync(catalog, "utf8");
      execFileSync("rm", [catalog, join(folder.dir, "Pulumi.production.yaml")]);
      const { code, stdout } = await inFolder(folder.dir, BEGIN);
      equal(code, 0);
      match(stdout, /secrets\/groups\.ts \(as it is\)/);
      equal(readFileSync(catalog, "utf8"), text);
    } finally {
      folder.remove();
    }
  });
});
