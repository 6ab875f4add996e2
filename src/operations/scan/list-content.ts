import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { RemedyError } from "../../errors";
import { type Env, gitText, repositoryOf } from "./git-objects";

/** Something to look through: a file, or an object of git's. */
export interface Item {
  /** As people find it: below the folder that was named. */
  path: string;
  /** The object that holds it; undefined for a file of the work tree. */
  oid?: string;
}

/** What a scan looks through. */
export interface Listed {
  /** Where objects are read, for items that have one. */
  repository?: string;
  items: Item[];
  /** What is left out, and why: a sentence each. */
  left: string[];
}

/** Modes of git's files; the others are links (120000) and submodules (160000). */
const FILES = /^100/;

/**
 * Files below some folders: in a repository those that git has or would take, elsewhere all. Links are not followed.
 *
 * @throws RemedyError for a name that is nothing.
 */
export function listFiles(paths: readonly string[], env: Env): Listed {
  const left: string[] = [];
  const items = paths.flatMap((path): Item[] => {
    const kind = lstatSync(path, { throwIfNoEntry: false });
    if (kind === undefined) throw missing(path);
    if (kind.isFile()) return [{ path }];
    if (repositoryOf(path, env) === undefined) return filesBelow(path, left);
    const args = ["ls-files", "-z", "--deduplicate", "--cached", "--others", "--exclude-standard"];
    const names = gitText(path, args, env)
      .split("\0")
      .filter((name) => name !== "");
    return names.map((name) => ({ path: path === "." ? name : join(path, name) }));
  });
  return { items, left };
}

function missing(path: string): RemedyError {
  return new RemedyError({
    code: "file-missing",
    subject: path,
    cause: "there is no such file",
    remedy: "name a file or a folder that is there",
  });
}

function filesBelow(folder: string, left: string[]): Item[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return entry.name === ".git" ? [] : filesBelow(path, left);
      return entry.isFile() ? [{ path }] : [];
    });
  } catch (error) {
    left.push(`${folder}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
    return [];
  }
}

/**
 * What a commit would take: the index's content, not the work tree's, of the files that differ from the last commit.
 *
 * @throws RemedyError where there is no repository.
 */
export function listStaged(folder: string, env: Env): Listed {
  const repository = requireRepository(folder, env);
  const args = ["diff", "--cached", "--raw", "-z", "--no-abbrev", "--no-renames", "--diff-filter=ACMT"];
  const fields = gitText(repository, [...args, "--ignore-submodules"], env).split("\0");
  const items: Item[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [, mode = "", , oid = ""] = (fields[at] ?? "").split(" ");
    // An entry that `add --intent-to-add` made has no content yet.
    if (FILES.test(mode) && !/^0+$/.test(oid)) items.push({ path: fields[at + 1] ?? "", oid });
  }
  return { repository, items, left: [] };
}

/**
 * Every content that any branch, tag, stash or HEAD reaches, once, under the first name that it has.
 *
 * @throws RemedyError where there is no repository.
 */
export function listHistory(folder: string, env: Env): Listed {
  const repository = requireRepository(folder, env);
  const reached = gitText(repository, ["rev-list", "--objects", "--all", ...headIn(repository, env)], env);
  const paths = new Map<string, string>();
  for (const line of reached.split("\n")) {
    const [oid = "", ...path] = line.split(" ");
    if (oid !== "" && path.length > 0) paths.set(oid, path.join(" "));
  }
  if (paths.size === 0) return { repository, items: [], left: [] };
  const check = ["cat-file", "--batch-check=%(objectname) %(objecttype)", "--buffer"];
  const kinds = gitText(repository, check, env, `${[...paths.keys()].join("\n")}\n`).split("\n");
  const items = kinds.flatMap((line): Item[] => {
    const [oid = "", kind] = line.split(" ");
    return kind === "blob" ? [{ path: paths.get(oid) ?? "", oid }] : [];
  });
  const absent = kinds.filter((line) => line.endsWith(" missing")).length;
  const left = absent === 0 ? [] : [`${absent} objects that this partial clone does not have`];
  const isShallow = gitText(repository, ["rev-parse", "--is-shallow-repository"], env).trim() === "true";
  return { repository, items, left: [...left, ...(isShallow ? ["commits before this shallow clone"] : [])] };
}

/** HEAD, where it is a commit: a detached one is reached by no ref. */
function headIn(repository: string, env: Env): string[] {
  try {
    gitText(repository, ["rev-parse", "--verify", "--quiet", "HEAD"], env);
    return ["HEAD"];
  } catch {
    return [];
  }
}

function requireRepository(folder: string, env: Env): string {
  const repository = repositoryOf(folder, env);
  if (repository !== undefined) return repository;
  throw new RemedyError({
    code: "checkout-missing",
    subject: folder,
    cause: "is not a git repository",
    remedy: "run it in one, or name one",
  });
}
