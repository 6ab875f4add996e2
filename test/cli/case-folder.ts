import { execFileSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { GoldenCase } from "./golden-case";

/** A case's folder on disk. */
export interface CaseFolder {
  path: string;
  /** Mode and text of every file that is in it now. */
  files(): Record<string, string>;
  remove(): void;
}

/** Makes what a case describes. @param git whether it is a repository. */
export function makeFolder(items: NonNullable<GoldenCase["folder"]>, git: boolean): CaseFolder {
  const path = mkdtempSync(join(tmpdir(), "golden-"));
  if (git) {
    execFileSync("git", ["init", "--quiet", path]);
    const url = "https://github.com/ai-cherry/carrier.git";
    execFileSync("git", ["-C", path, "config", "remote.origin.url", url]);
  }
  for (const [name, item] of Object.entries(items)) put(join(path, name), item);
  return {
    path,
    files: () => Object.fromEntries(filesIn(path, "")),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

function put(file: string, item: NonNullable<GoldenCase["folder"]>[string]): void {
  mkdirSync(dirname(file), { recursive: true });
  if (typeof item === "string") writeFileSync(file, item);
  else if (item.folder === true) mkdirSync(file);
  else if (item.link !== undefined) symlinkSync(item.link, file);
  else {
    writeFileSync(file, Buffer.from(item.base64 ?? "", "base64"));
    if (item.size !== undefined) truncateSync(file, item.size);
    if (item.mode !== undefined) chmodSync(file, item.mode);
  }
}

function filesIn(folder: string, below: string): [string, string][] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => name !== ".git")
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry): [string, string][] => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return filesIn(path, `${below}${entry.name}/`);
      if (entry.isSymbolicLink()) return [[`${below}${entry.name}`, "a link"]];
      const { mode, size } = statSync(path);
      const shown = size > 10_000 ? `${size} bytes` : readFileSync(path, "utf8");
      return [[`${below}${entry.name}`, `${(mode & 0o777).toString(8)} ${shown}`]];
    });
}
