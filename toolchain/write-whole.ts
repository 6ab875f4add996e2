import {
  constants,
  copyFileSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";

/** Writes a file so that another process sees the old content or the new one, never a part. */
export function writeWhole(path: string, content: string, mode = 0o644): void {
  place(path, (temporary) => writeFileSync(temporary, content, { mode }));
}

/**
 * Puts the file `from` at `to` as well: a hard link (no space, no time), or a copy where the two lie on different
 * disks. Does nothing when it is there already. Not a symbolic link: the engine resolves those before it looks for
 * the language host beside itself.
 */
export function linkOrCopy(from: string, to: string): void {
  if (sameFile(from, to)) return;
  place(to, (temporary) => {
    try {
      linkSync(from, temporary);
    } catch {
      copyFileSync(from, temporary, constants.COPYFILE_FICLONE);
      const { atime, mtime } = statSync(from);
      utimesSync(temporary, atime, mtime);
    }
  });
}

function sameFile(from: string, to: string): boolean {
  const [source, target] = [statSync(from), statSync(to, { throwIfNoEntry: false })];
  if (!target) return false;
  if (source.ino === target.ino && source.dev === target.dev) return true;
  return source.size === target.size && Math.abs(source.mtimeMs - target.mtimeMs) < 1;
}

let placed = 0;

function place(path: string, write: (temporary: string) => void): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}-${placed++}.tmp`;
  try {
    write(temporary);
    renameSync(temporary, path);
  } finally {
    // rename() of two links to one file does nothing and leaves both.
    rmSync(temporary, { force: true });
  }
}
