import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The files a step speaks to the runner through, by the end of their variable's name. */
export const FILE_COMMANDS = ["ENV", "OUTPUT", "PATH", "STATE", "STEP_SUMMARY"] as const;

export type CommandFiles = Record<(typeof FILE_COMMANDS)[number], string>;

/** One job's own part of the disk. Readable by its owner alone, and removed when the job has ended. */
export class JobFolder {
  readonly home: string;
  readonly temp: string;
  readonly toolCache: string;
  /** GITHUB_WORKSPACE: `_work/REPO/REPO`, as on GitHub's machines. */
  readonly workspace: string;
  private readonly root: string;

  constructor(workFolder: string, repository: string) {
    mkdirSync(workFolder, { recursive: true, mode: 0o700 });
    this.root = mkdtempSync(join(workFolder, "job-"));
    const made = (...parts: string[]) => {
      const path = join(this.root, ...parts);
      mkdirSync(path, { recursive: true, mode: 0o700 });
      return path;
    };
    this.home = made("home");
    this.temp = made("_work", "_temp");
    this.toolCache = made("_tool");
    this.workspace = made("_work", repository, repository);
  }

  /** Writes GITHUB_EVENT_PATH's file. */
  writeEvent(payload: unknown): string {
    const path = join(this.temp, "event.json");
    writeFileSync(path, JSON.stringify(payload, undefined, 2), { mode: 0o600 });
    return path;
  }

  /** Writes a step's script: its text alone, expressions in it already evaluated, as GitHub does. */
  writeScript(text: string): string {
    const path = join(this.temp, `${randomUUID()}.sh`);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }

  /** Empty files for one step. */
  newCommandFiles(): CommandFiles {
    const paths = FILE_COMMANDS.map((name) => {
      const path = join(this.temp, `${name.toLowerCase()}_${randomUUID()}`);
      writeFileSync(path, "", { mode: 0o600 });
      return [name, path];
    });
    return Object.fromEntries(paths) as CommandFiles;
  }

  /** What a step left in one of its files; empty when it removed the file. The file is gone afterwards. */
  takeText(path: string): string {
    try {
      return readFileSync(path, "utf8");
    } catch {
      return "";
    } finally {
      rmSync(path, { force: true });
    }
  }

  /** Takes everything away, also what a step has locked against it: there may be values in it. */
  remove(): void {
    const remove = () => rmSync(this.root, { recursive: true, force: true, maxRetries: 3 });
    try {
      remove();
    } catch {
      execFileSync("chmod", ["-R", "u+rwX", this.root], { stdio: "ignore" });
      remove();
    }
  }
}
