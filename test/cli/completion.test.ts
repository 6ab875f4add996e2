import { deepEqual, equal, match } from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { COMMANDS } from "../../src/cli/program";
import { commandContext, runCommand } from "./command-context";
import { CATALOG } from "./small-organization";

const has = (shell: string) => spawnSync(shell, ["-c", ":"]).status === 0;

describe("completion", () => {
  let folder: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "completion-"));
    for (const shell of ["bash", "zsh", "fish"]) {
      const { stdout, stderr, code } = await runCommand(`completion ${shell}`, commandContext({}));
      deepEqual([stderr, code], ["", 0]);
      writeFileSync(join(folder, shell), stdout);
    }
    writeFileSync(join(folder, "a file.env"), "");
  });
  after(() => rmSync(folder, { recursive: true }));

  it("refuses a shell that it does not know", async () => {
    const { code, stderr } = await runCommand("completion ksh", commandContext({}));
    equal(code, 2);
    match(stderr, /completion: takes one of bash, zsh, fish\nRemedy: /);
  });

  describe("in bash", () => {
    /** What bash offers for the last of these words, as somebody types them. */
    const offered = (...typed: readonly string[]): string[] => {
      const script = `
        . ./bash
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
        compopt() { echo "option: $*"; }
        _sophia_secrets
        printf '%s\\n' "\${COMPREPLY[@]}"`;
      const args = ["--noprofile", "--norc", "-c", script, "bash", "./sophia-secrets", ...typed];
      const said = execFileSync("bash", args, { cwd: folder, encoding: "utf8" });
      return said.split("\n").filter((line) => line !== "");
    };

    it("offers every command, and the options of the one that was typed", () => {
      deepEqual(offered(""), [...COMMANDS.map(({ spec }) => spec.name), "--help"]);
      deepEqual(offered("sync-to"), ["sync-to-github", "sync-to-pulumi"]);
      deepEqual(offered("adopt", "--"), ["--all", "--dry-run", "--json", "--stack", "--help"]);
    });

    it("offers names of the catalog where one stands, and files where one stands", () => {
      const secrets = CATALOG.entries.map(({ name }) => name);
      deepEqual(offered("set", ""), secrets);
      deepEqual(offered("set", "--replace", ""), secrets);
      deepEqual(offered("pause", ""), [...CATALOG.environments]);
      deepEqual(offered("set", secrets[0] ?? "", "--environment", ""), [...CATALOG.environments]);
      deepEqual(offered("set", "--environment", "=", "prod"), ["production"]);
      deepEqual(offered("set", "--environment", "="), [...CATALOG.environments]);
      deepEqual(offered("rollback", "production", "--group", ""), Object.keys(CATALOG.groups));
      deepEqual(offered("sync-to-github", "--from", ""), ["option: -o default"]);
      deepEqual(offered("pause", "--reason", ""), []);
      deepEqual(offered("pause", "--reason", "why", "pro"), ["production"]);
    });

    it("evaluates nothing that somebody types, in any place", () => {
      const evil = [
        "$(touch x)",
        "`touch x`",
        "'$(touch x)",
        '"; touch x; "',
        "a b*",
        "a[$(touch x)]",
        "\\",
        "'",
        "*",
      ];
      for (const word of evil) {
        deepEqual(offered(word), []);
        deepEqual(offered("set", word), []);
        deepEqual(offered("set", "--environment", word), []);
        offered(word, "");
        offered("pause", "--reason", word, "");
      }
      equal(readdirSync(folder).includes("x"), false);
    });

    it("is bound to the command by its name, however its path is typed", () => {
      const args = ["--noprofile", "--norc", "-c", ". ./bash; complete -p sophia-secrets"];
      const said = execFileSync("bash", args, { cwd: folder, encoding: "utf8" });
      equal(said, "complete -F _sophia_secrets sophia-secrets\n");
    });
  });

  it("in zsh lists what bash lists, and evaluates nothing", function () {
    if (!has("zsh")) return this.skip();
    const offered = (...typed: readonly string[]): string[] => {
      const script = `
        compdef() { :; }; _files() { print files; }
        compadd() { shift; print -l -- "$@"; }
        . ./zsh
        words=("$@"); CURRENT=$#; _sophia_secrets`;
      const said = execFileSync("zsh", ["-f", "-c", script, "zsh", "./sophia-secrets", ...typed], {
        cwd: folder,
        encoding: "utf8",
      });
      return said.split("\n").filter((line) => line !== "");
    };
    deepEqual(offered("pause", "--reason", "$(touch x)", ""), [...CATALOG.environments]);
    deepEqual(offered("sync-to-github", "--from", "'$(touch x)"), ["files"]);
    deepEqual(
      offered("set", "$(touch x)"),
      CATALOG.entries.map(({ name }) => name),
    );
    equal(readdirSync(folder).includes("x"), false);
  });

  it("in fish offers commands, options and names, and evaluates nothing", function () {
    if (!has("fish")) return this.skip();
    const offered = (line: string): string[] => {
      const args = ["--no-config", "-c", ". ./fish; complete -C $argv[1]", line];
      const env = { ...process.env, HOME: folder };
      return execFileSync("fish", args, { cwd: folder, encoding: "utf8", env })
        .split("\n")
        .flatMap((each) => (each === "" ? [] : [each.split("\t")[0] ?? ""]));
    };
    deepEqual(offered("./sophia-secrets sync-to-"), ["sync-to-github", "sync-to-pulumi"]);
    deepEqual(offered("./sophia-secrets pause prod"), ["production"]);
    deepEqual(offered("./sophia-secrets set --environment prod"), ["production"]);
    offered("./sophia-secrets set '$(touch x)' \"(touch x)\" ");
    equal(readdirSync(folder).includes("x"), false);
  });
});
