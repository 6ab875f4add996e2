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
  const readersOf = (name: string) => find().secrets.find((each) => each.name === name)?.readers ?? [];

  it("are found on every branch, not on the one that is checked out alone", () => {
    commit("shop", { "a.py": "x = 1\n" });
    commit("shop", { "b.py": "load('vendor_key')\n" }, "feature");
    git("shop", "checkout", "--quiet", "main");
    deepEqual(readersOf("KEY"), [{ repository: "shop", path: "b.py" }]);
  });

  it("are found by an older name, a config key, and the loader's function of a grouping", () => {
    commit("shop", {
      "a.ts": "process.env.OLDER_NAME",
      "b.ts": 'config.require("oldName")',
      "c.ts": "getMailConfig()",
      "d.py": "get_mail_config()",
    });
    deepEqual(
      readersOf("OLD_NAME").map(({ path }) => path),
      ["a.ts", "b.ts"],
    );
    deepEqual(
      readersOf("MAIL_USER").map(({ path }) => path),
      ["c.ts", "d.py"],
    );
  });

  it("are not documentation, templates, part of a longer name, or the loader, which names every secret", () => {
    commit("shop", {
      "README.md": "KEY",
      "env.example": "KEY=",
      "x.py": "MY_KEY vendor_key2",
      "config.py": "vendor_key",
    });
    deepEqual(readersOf("KEY"), []);
  });

  it("are missing where a repository has access and never names the secret", () => {
    commit("shop", { "a.py": "vendor_key" });
    commit("other", { "a.py": "nothing" });
    deepEqual(find().secrets.find(({ name }) => name === "KEY")?.overGranted, ["other"]);
  });

  it("propose a tombstone for what nothing reads, and name what was not searched", () => {
    commit("shop", { "a.py": "vendor_key" });
    const { secrets, searched, notSearched } = find();
    deepEqual([searched, notSearched], [["shop"], ["carrier", "other"]]);
    deepEqual(
      secrets.filter(({ tombstone }) => tombstone !== undefined).map(({ name }) => name),
      ["MAIL_USER", "OLD_NAME"],
    );
    ok(secrets.every(({ tombstone = "9999-12-31" }) => /^\d{4}-\d\d-\d\d$/.test(tombstone)));
  });
});
