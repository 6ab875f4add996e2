import { execFileSync } from "node:child_process";
import { existsSync, lstatSync, realpathSync, renameSync, rmSync, type Stats, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { RemedyError } from "../../errors";
import { shellPath } from "../../text";

/** Values in plain text: for the owner's eyes alone. */
const PRIVATE = 0o600;
/** Names alone. */
const PUBLIC = 0o644;

/** Git's own variables could name another repository than the file's. */
const GIT = /^GIT_/;

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Makes sure that a file with values can be written: nothing but a plain file is there, and git would not track it.
 *
 * @throws RemedyError saying what stands in the way. Nothing is written.
 */
export function requirePrivatePlace(file: string, env: Env): void {
  const there = placeOf(file);
  const folder = realpathSync(dirname(resolve(file)));
  const path = join(folder, basename(file));
  if (!isTracked(path, folder, env)) return;
  throw new RemedyError({
    code: "file-tracked-by-git",
    subject: file,
    cause: `${there === undefined ? "" : "it is there, and "}git would take it into its repository, with every value`,
    remedy: `${ignoring(basename(file))} >> ${shellPath(join(folder, ".gitignore"))}${there === undefined ? "" : `; if git has it already: git rm --cached ${shellPath(file)}`}`,
  });
}

/** A command that prints the line of .gitignore for a name, whatever is in it (gitignore's documentation, "Pattern format"). */
function ignoring(name: string): string {
  if (/^[\w.-]+$/.test(name)) return `echo ${name}`;
  const pattern = name.replaceAll(/[\\*?[\]!#]/g, "\\$&").replace(/ $/, "\\ ");
  return `printf '%s\\n' ${shellPath(`/${pattern}`)}`;
}

/** Whether a file that is replaced is there. @throws RemedyError for what is no plain file, and where there is no folder. */
export function isThere(file: string): boolean {
  return placeOf(file) !== undefined;
}

function placeOf(file: string): Stats | undefined {
  const folder = dirname(resolve(file));
  if (!existsSync(folder))
    throw refused(
      file,
      `the folder ${dirname(file)} is not there`,
      "file-folder-missing",
      `mkdir -p ${shellPath(dirname(file))}`,
    );
  const there = lstatSync(file, { throwIfNoEntry: false });
  if (there === undefined || there.isFile()) return there;
  const kind = there.isDirectory()
    ? "a folder"
    : there.isSymbolicLink()
      ? "a link, which may point anywhere"
      : "no file";
  throw refused(file, `it is ${kind}`, "file-not-plain", "name a plain file");
}

/**
 * Writes a file whole or not at all: a new one is filled, and takes the old one's place in one step.
 *
 * @throws RemedyError when it cannot be written; what was there is as it was.
 */
export function writeWhole(file: string, text: string, mode: "private" | "public"): void {
  const fresh = join(dirname(resolve(file)), `.${basename(file)}.new-${process.pid}`);
  try {
    try {
      writeFileSync(fresh, text, { flag: "wx", mode: mode === "private" ? PRIVATE : PUBLIC });
      renameSync(fresh, file);
    } finally {
      rmSync(fresh, { force: true });
    }
  } catch (error) {
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    throw refused(
      file,
      `it cannot be written (${code})`,
      "file-not-writable",
      "name a file in a folder that you may write to",
    );
  }
}

function refused(file: string, cause: string, code: string, remedy: string): RemedyError {
  return new RemedyError({ code, subject: file, cause, remedy });
}

/** Whether a file lies in a repository that does not ignore it. Without git: whether it lies in one at all. */
function isTracked(path: string, folder: string, env: Env): boolean {
  const clean = Object.fromEntries(Object.entries(env).filter(([name]) => !GIT.test(name)));
  try {
    execFileSync("git", ["-C", folder, "check-ignore", "--quiet", "--", path], {
      env: clean,
      stdio: "ignore",
    });
    return false;
  } catch (error) {
    // 1: it is not ignored (git check-ignore, EXIT STATUS). Else git is not here, or says nothing of this folder.
    return (error as { status?: number }).status === 1 || isInRepository(folder);
  }
}

function isInRepository(folder: string): boolean {
  if (existsSync(join(folder, ".git"))) return true;
  const above = dirname(folder);
  return above !== folder && isInRepository(above);
}
