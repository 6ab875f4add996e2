import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readFile } from "../../src/cli/open-context";
import { chooseWindow } from "../../src/operations/scan/choose-window";
import { renderFilter } from "../../src/operations/scan/filter-file";
import { type Look, lookThrough, type Seen } from "../../src/operations/scan/look-through";
import { createWindowHashes } from "../../src/operations/scan/window-marks";

/** A value of the organization, by which leaks are found too. It is made here, so that no file of the repository holds it. */
export const VALUE = `canary${createHash("sha512").update("a value").digest("base64").replace(/\W/g, "")}`;
const { PATH = "" } = process.env;

/** A folder in which a scan looks. */
export class ScannedFolder {
  readonly path = mkdtempSync(join(tmpdir(), "scan-"));
  /** Outside the folder: a filter is not a file that is looked at. */
  readonly filter = join(mkdtempSync(join(tmpdir(), "scan-filter-")), "filter.json");

  constructor() {
    const key = Buffer.alloc(32, 1);
    const window = chooseWindow(VALUE);
    if (typeof window === "string") throw new Error("the value has no window");
    const mark = { name: "OUR_KEY", environments: ["production"], ...createWindowHashes(key).markOf(window) };
    const notCovered = { production: ["SHORT_KEY"] };
    writeFileSync(this.filter, renderFilter({ key, asOf: {}, marks: [mark], notCovered }));
  }

  write(files: Readonly<Record<string, string | Uint8Array>>): void {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(this.path, name)), { recursive: true });
      writeFileSync(join(this.path, name), content);
    }
  }

  git(...args: string[]): string {
    const who = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=main"];
    return execFileSync("git", ["-C", this.path, ...who, ...args], {
      encoding: "utf8",
      env: { PATH, HOME: this.path, GIT_CONFIG_NOSYSTEM: "1" },
      stdio: ["ignore", "pipe", "ignore"],
    });
  }

  commit(files: Readonly<Record<string, string | Uint8Array>>): void {
    this.write(files);
    // Again it does nothing.
    this.git("init", "--quiet");
    this.git("add", "--all");
    this.git("commit", "--quiet", "--message", "x");
  }

  look(own: Partial<Look> = {}): Promise<Seen> {
    const look = {
      what: "files" as const,
      filter: this.filter,
      isFilterNamed: false,
      baseline: undefined,
      accept: false,
    };
    const surroundings = { readFile, env: { PATH, HOME: this.path, GIT_CONFIG_NOSYSTEM: "1" } };
    return lookThrough(surroundings, { ...look, paths: [this.path], ...own }, () => undefined);
  }

  /** `path:line:column name-or-rule` of what a look finds, paths below the folder. */
  async found(own: Partial<Look> = {}): Promise<string[]> {
    const { findings } = await this.look(own);
    return findings.map(({ path, line, column, name, rule }) => {
      const below = path.replace(`${this.path}/`, "");
      return `${below}:${line}:${column} ${name ?? rule}`;
    });
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
    rmSync(dirname(this.filter), { recursive: true, force: true });
  }
}
