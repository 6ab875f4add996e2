import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  utimesSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ROOT } from "./blocks";

/** A clone of this checkout as it stands, in a folder of its own that may have other repositories beside it. */
export interface ProjectCopy {
  folder: string;
  /** The folder that holds it. */
  beside: string;
  remove(): void;
}

const git = (folder: string, ...args: string[]) =>
  execFileSync("git", ["-C", folder, ...args], { encoding: "utf8", maxBuffer: 1e8 });

/** What a fresh clone has, with the packages and the built command of this checkout. */
export function copyCheckout(): ProjectCopy {
  const beside = mkdtempSync(join(tmpdir(), "documents-"));
  const folder = join(beside, "sophia-infrastructure");
  mkdirSync(folder);
  const listed = git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0");
  for (const name of new Set(listed)) {
    if (name === "" || !existsSync(join(ROOT, name)) || lstatSync(join(ROOT, name)).isDirectory()) continue;
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    cpSync(join(ROOT, name), join(folder, name), { preserveTimestamps: true });
  }
  cpSync(join(ROOT, "build"), join(folder, "build"), { recursive: true, preserveTimestamps: true });
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  // Older than the installed packages: make would install them again, into this checkout's folder.
  for (const name of ["package.json", "package-lock.json"]) utimesSync(join(folder, name), 0, 0);
  git(folder, "init", "--quiet", "--initial-branch", "main");
  git(folder, "config", "user.name", "A reader");
  git(folder, "config", "user.email", "reader@example.org");
  git(folder, "add", "--all");
  git(folder, "commit", "--quiet", "--message", "Begin with what the documents describe");
  return { folder, beside, remove: () => rmSync(beside, { recursive: true, force: true }) };
}
