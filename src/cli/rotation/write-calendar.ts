import { readFileSync, realpathSync, renameSync, rmSync, type Stats, statSync, writeFileSync } from "node:fs";
import { RemedyError } from "../../errors";
import { isOurCalendar } from "./rotation-calendar";

/** It holds names and days, as the command prints them, and calendars fetch it through other people's servers. */
const READABLE = 0o644;

/**
 * Writes a calendar whole or not at all, over an older one of ours, whose mode it keeps. Through a link it writes to
 * what that leads to.
 *
 * @throws RemedyError when something else is there, and when it cannot be written.
 */
export function writeCalendar(file: string, text: string): void {
  try {
    const there = statSync(file, { throwIfNoEntry: false });
    if (there !== undefined) refuseForeign(file, there);
    const target = there === undefined ? file : realpathSync(file);
    const fresh = `${target}.new-${process.pid}`;
    try {
      writeFileSync(fresh, text, { flag: "wx", mode: there === undefined ? READABLE : there.mode & 0o777 });
      renameSync(fresh, target);
    } finally {
      rmSync(fresh, { force: true });
    }
  } catch (error) {
    if (error instanceof RemedyError) throw error;
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    throw new RemedyError(file, `it cannot be written (${code})`, "name a file in a folder that is there");
  }
}

/** What is empty is nobody's: `mktemp` makes such a file. */
function refuseForeign(file: string, there: Stats): void {
  if (there.isFile() && (there.size === 0 || isOurCalendar(readFileSync(file, "utf8")))) return;
  throw new RemedyError(
    file,
    "it is there, and is no calendar that this command wrote",
    "name another file, or move that one away",
  );
}
