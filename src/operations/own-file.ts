import { readFileSync, realpathSync, renameSync, rmSync, type Stats, statSync, writeFileSync } from "node:fs";
import { RemedyError } from "../errors";

/** What tells a file that a command wrote from those of other people. */
export interface OwnKind {
  /** Whether a text is one that the command wrote. */
  isOurs(text: string): boolean;
  /** `calendar`, for errors. */
  kind: string;
  /** Mode of a new file; an older one keeps its own. */
  mode: number;
}

/**
 * Writes a file whole or not at all, over an older one of ours, whose mode it keeps. Through a link it writes to what that
 * leads to.
 *
 * @throws RemedyError when something else is there, and when it cannot be written.
 */
export function writeOwnFile(file: string, text: string, own: OwnKind): void {
  try {
    const there = statSync(file, { throwIfNoEntry: false });
    if (there !== undefined) refuseForeign(file, there, own);
    const target = there === undefined ? file : realpathSync(file);
    const fresh = `${target}.new-${process.pid}`;
    try {
      writeFileSync(fresh, text, { flag: "wx", mode: there === undefined ? own.mode : there.mode & 0o777 });
      renameSync(fresh, target);
    } finally {
      rmSync(fresh, { force: true });
    }
  } catch (error) {
    if (error instanceof RemedyError) throw error;
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    throw new RemedyError({
      code: "file-not-writable",
      subject: file,
      cause: `it cannot be written (${code})`,
      remedy: "name a file in a folder that is there",
    });
  }
}

/** What is empty is nobody's: `mktemp` makes such a file. */
function refuseForeign(file: string, there: Stats, { isOurs, kind }: OwnKind): void {
  if (there.isFile() && (there.size === 0 || isOurs(readFileSync(file, "utf8")))) return;
  throw new RemedyError({
    code: "file-exists",
    subject: file,
    cause: `it is there, and is not a ${kind} that this command wrote`,
    remedy: "name another file, or move that one away",
  });
}
