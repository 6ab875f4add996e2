import { deepEqual, ok } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { resolveCatalog } from "../../src/catalog/entry";
import { findUnused } from "../../src/operations/usage/find-unused";
import { commandContext } from "../cli/command-context";

const CATALOG = resolveCatalog({
  environments: ["production"],
  groups: { keys: { description: "Keys", rotationDays: 90, owner: "Platform" } },
  applications: [{ name: "backend", repository: "shop", language: "python", path: "config.py" }],
  groupings: { mail: { user: "mail_user" } },
  secrets: [
    { name: "MAIL_USER", group: "keys" },
    { name: "KEY", group: "keys", appKey: "vendor_key", repositories: ["shop", "other"] },
    { name: "OLD_NAME", group: "keys", aliases: ["OLDER_NAME"], pulumiConfig: "oldName" },
  ],
});

describe("readers of secrets", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "usage-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const git = (repository: string, ...args: string[]) =>
    execFileSync(
      "git",
      ["-C", join(folder, repository), "-c", "user.name=t", "-c", "user.email=t@example.com", ...args],
      {
        stdio: ["ignore", "pipe", "ignore"],
      },
    );
  function commit(repository: string, files: Record<string, string>, branch = "main"): void {
    mkdirSync(join(folder, repository), { recursive: true });
    try {
      git(repository, "rev-parse", "--git-dir");
    } catch {
      git(repository, "init", "--quiet", "--initial-branch=main");
    }
    git(repository, "checkout", "--quiet", "-B", branch);
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, repository, path)), { recursive: true });
      writeFileSync(join(folder, repository, path), text);
    }
    git(repository, "add", "--all");
    git(repository, "commit", "--quiet", "--message", "x");
  }
  const find = () => {
    const context = commandContext({}, { catalog: CATALOG, env: { PATH: process.env.PATH } });
    return findUnused(context, [folder], () => undefined);
  };
  const usageOf = async (name: string) => (await find()).secrets.find((each) => each.name === name);
  const readersOf = async (name: string) => (await usageOf(name))?.readers ?? [];
  const pathsOf = async (name: string) => (await readersOf(name)).map(({ path }) => path);

  it("are found on every branch, not on the one that is checked out alone", async () => {
    commit("shop", { "a.py": "x = 1\n" });
    commit("shop", { "b.py": "load('vendor_key')\n" }, "feature");
    git("shop", "checkout", "--quiet", "main");
    deepEqual(await readersOf("KEY"), [{ repository: "shop", path: "b.py", line: 1 }]);
  });

  it("are found by an older name, a config key, and the loader's function of a grouping", async () => {
    commit("shop", {
      "a.ts": "process.env.OLDER_NAME",
      "b.ts": 'config.require("oldName")',
      "c.ts": "getMailConfig()",
      "d.py": "get_mail_config()",
    });
    deepEqual(await pathsOf("OLD_NAME"), ["a.ts", "b.ts"]);
    deepEqual(await pathsOf("MAIL_USER"), ["c.ts", "d.py"]);
  });

  it("are not documentation, templates, part of a longer name, or the loader, which names every secret", async () => {
    commit("shop", {
      "README.md": "KEY",
      "env.example": "KEY=",
      "x.py": "MY_KEY vendor_key2",
      "config.py": "vendor_key",
    });
    deepEqual(await readersOf("KEY"), []);
  });

  it("are missing where a repository has access and never names the secret", async () => {
    commit("shop", { "a.py": "vendor_key" });
    commit("other", { "a.py": "nothing" });
    deepEqual((await usageOf("KEY"))?.overGranted, ["other"]);
  });

  it("propose a tombstone for what nothing reads, and name what was not searched", async () => {
    commit("shop", { "a.py": "vendor_key" });
    const { secrets, searched, notSearched } = await find();
    deepEqual([searched, notSearched], [["shop"], ["carrier", "other"]]);
    deepEqual(
      secrets.filter(({ tombstone }) => tombstone !== undefined).map(({ name }) => name),
      ["MAIL_USER", "OLD_NAME"],
    );
    ok(secrets.every(({ tombstone = "9999-12-31" }) => /^\d{4}-\d\d-\d\d$/.test(tombstone)));
  });

  it("are told from those who only mention, with the files that are read by words alone", async () => {
    commit("shop", { "a.py": "# vendor_key\n", "README.md": "KEY", "a.vue": "OLD_NAME" });
    const { secrets, byWords } = await find();
    const key = secrets.find(({ name }) => name === "KEY");
    deepEqual(key?.readers, []);
    deepEqual(
      key?.mentions.map(({ path }) => path),
      ["README.md", "a.py"],
    );
    deepEqual(byWords, ["shop/a.vue"]);
  });

  it("may compute a name, or take it by a prefix that stands in another file", async () => {
    commit("shop", {
      "a.py": 'os.environ[f"OLD_{what}"]\n',
      "b.go": 'package a\nfunc f() { viper.SetEnvPrefix("mail") }\n',
      "c.go": 'package a\nfunc f() { viper.GetString("user") }\n',
    });
    deepEqual(await pathsOf("OLD_NAME"), ["a.py"]);
    deepEqual(await pathsOf("MAIL_USER"), ["c.go"]);
  });

  const caller = (uses: string, secrets: string) =>
    `on: push\njobs:\n  a:\n    uses: ${uses}\n    secrets: ${secrets}\n`;
  const called =
    "on:\n  workflow_call:\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: echo ${{ secrets.KEY }}\n";

  it("are the callers of a workflow of another repository that hand all secrets over", async () => {
    commit("shop", {
      ".github/workflows/a.yml": caller("ai-cherry/other/.github/workflows/b.yml@v1", "inherit"),
    });
    commit("other", { ".github/workflows/b.yml": called });
    deepEqual(await readersOf("KEY"), [{ repository: "shop", path: ".github/workflows/a.yml", line: 5 }]);
    deepEqual((await usageOf("KEY"))?.overGranted, ["other"]);
    deepEqual((await find()).readEverything, []);
  });

  it("may be any, where all secrets are handed to a workflow that nobody looked into", async () => {
    commit("shop", {
      ".github/workflows/a.yml": caller("somebody/else/.github/workflows/b.yml@v1", "inherit"),
    });
    const { readEverything, secrets } = await find();
    deepEqual(readEverything, [{ repository: "shop", path: ".github/workflows/a.yml", line: 5 }]);
    deepEqual(secrets.find(({ name }) => name === "KEY")?.overGranted, []);
  });

  it("are not a called workflow that is handed something else under the name", async () => {
    commit("shop", {
      ".github/workflows/a.yml": caller("./.github/workflows/b.yml", "\n      KEY: ${{ secrets.OLD_NAME }}"),
      ".github/workflows/b.yml": called,
    });
    deepEqual(await readersOf("KEY"), []);
    deepEqual(await pathsOf("OLD_NAME"), [".github/workflows/a.yml"]);
  });

  it("see what a variable of the workflow hides", async () => {
    commit("shop", {
      ".github/workflows/a.yml":
        "on: push\nenv:\n  KEY: other\njobs:\n  a:\n    runs-on: x\n    steps: [{ run: a }]\n",
    });
    deepEqual((await find()).shadowed, [
      {
        ...{ name: "KEY", repository: "shop", path: ".github/workflows/a.yml", line: 3 },
        by: "variable of the workflow",
      },
    ]);
  });
});
