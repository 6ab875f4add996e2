import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Project } from "./project";

/** Folder for backups, beside the project's files and ignored by git: the state's secrets are encrypted in it. */
const BACKUPS = ".sophia-secrets";

/** Keeps a stack's state as it was. @returns the file, from the project's folder. @throws when there is one already. */
export function keepBackup(project: Project, exported: string, now: Date): string {
  const folder = join(project.dir, BACKUPS);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const name = `${project.stack}-${now.toISOString().replaceAll(":", "-")}.json`;
  writeFileSync(join(folder, name), exported, { mode: 0o600, flag: "wx" });
  return join(BACKUPS, name);
}
