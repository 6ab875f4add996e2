import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RemedyError } from "../../errors";
import type { Doors } from "../command";

/** @param file from the project's folder. @throws RemedyError when there is such a file. */
export function requireFree(doors: Doors, file: string): void {
  if (existsSync(inProject(doors, file))) throw taken(file);
}

/** Writes a file for its owner alone. @throws RemedyError when there is such a file, and when it cannot be written. */
export function writeNew(doors: Doors, file: string, text: string): void {
  try {
    writeFileSync(inProject(doors, file), text, { flag: "wx", mode: 0o600 });
  } catch (error) {
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") throw taken(file);
    const remedy = "name a file in a folder that is there: --out FILE";
    throw new RemedyError(file, `it cannot be written (${code})`, remedy);
  }
  doors.terminal.print(`Written down in ${file}`);
}

function inProject({ project }: Doors, file: string): string {
  return file.startsWith("/") ? file : join(project.dir, file);
}

function taken(file: string): RemedyError {
  return new RemedyError(file, "there is such a file already", "name another: --out FILE");
}

/** `STEM.md`, or where there is such a file already `STEM-2.md` and so on: an emergency waits for no name. */
export function nextFree({ project: { dir } }: Doors, stem: string): string {
  for (let count = 1; ; count += 1) {
    const file = `${stem}${count === 1 ? "" : `-${count}`}.md`;
    if (!existsSync(join(dir, file))) return file;
  }
}
