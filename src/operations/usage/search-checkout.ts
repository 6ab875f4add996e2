import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { RemedyError } from "../../errors";
import { shellPath } from "../../text";

/** A repository on this machine. */
export interface Checkout {
  /** Its name in the organization: the last part of its remote's address, or its folder's. */
  repository: string;
  folder: string;
  /** Without a work tree: what it has lies on its branches. */
  isBare?: true;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Output of git that is kept at most: more means that a word is not a name but prose. */
const MOST_BYTES = 256 * 1024 * 1024;

/**
 * The repositories in some folders: each is one, or holds some.
 *
 * @throws RemedyError for a folder that is neither.
 */
export function findCheckouts(folders: readonly string[], env: Env): Checkout[] {
  return folders.flatMap((folder) => {
    if (!existsSync(folder) || !statSync(folder).isDirectory()) throw refused(folder, "is not a folder");
    const inside = isCheckout(folder)
      ? [folder]
      : readdirSync(folder)
          .sort()
          .map((name) => join(folder, name))
          .filter(isCheckout);
    if (inside.length === 0) throw refused(folder, "holds no git repository");
    return inside.map((each) => ({ repository: nameOf(each, env), folder: each }));
  });
}

function refused(folder: string, cause: string): RemedyError {
  const remedy = "name a clone, or a folder of clones";
  return new RemedyError({ code: "checkout-missing", subject: folder, cause, remedy });
}

function isCheckout(folder: string): boolean {
  return existsSync(join(folder, ".git"));
}

function nameOf(folder: string, env: Env): string {
  const remote = git(folder, ["config", "--get", "remote.origin.url"], env) ?? "";
  const [last = ""] = remote
    .trim()
    .replace(/\/+$/, "")
    .replace(/\.git$/, "")
    .split(/[/:]/)
    .slice(-1);
  return last === "" ? basename(folder) : last;
}

/** A content of a file, on whichever branches. */
export interface Candidate {
  path: string;
  /** Undefined for a file of the folder of a repository without a commit. */
  oid: string | undefined;
}

/**
 * Every content, on any branch of a repository, of text files that have one of some words, and of workflows.
 *
 * @param words fixed texts, whole words in any case.
 * @param expressions extended regular expressions, in any case.
 */
export function findCandidates(
  { folder, isBare }: Checkout,
  words: readonly string[],
  expressions: readonly string[],
  env: Env,
): Candidate[] {
  const refs =
    git(folder, ["for-each-ref", "--format=%(objectname)", "refs/heads", "refs/remotes"], env) ?? "";
  const commits = [...new Set(refs.split("\n").filter((ref) => ref !== ""))];
  if (isBare && commits.length === 0) return [];
  const found = new Map<string, Candidate>();
  // A new repository has no commit; what lies in its folder is searched all the same.
  for (const commit of commits.length === 0 ? [undefined] : commits) {
    const where = commit === undefined ? ["--untracked"] : [commit];
    const lists = [
      ["-w", "-F", ...words.flatMap((word) => ["-e", word])],
      ["-E", ...expressions.flatMap((word) => ["-e", word])],
      ["-e", "", "--", ".github/workflows"],
    ].map((how) => {
      const at = how.indexOf("--");
      const [what, paths] = at === -1 ? [how, []] : [how.slice(0, at), how.slice(at)];
      return git(folder, [...GREP, ...what, ...where, ...paths], env) ?? "";
    });
    const names = [...new Set(lists.flatMap((list) => list.split("\0")).filter((name) => name !== ""))];
    if (commit === undefined) for (const path of names) found.set(path, { path, oid: undefined });
    else
      for (const [index, oid] of objectsOf(folder, names, env).entries()) {
        const path = names[index]?.slice(commit.length + 1) ?? "";
        if (oid !== undefined) found.set(`${oid} ${path}`, { path, oid });
      }
  }
  return [...found.values()];
}

const GREP = ["grep", "-I", "-i", "-l", "-z", "--no-color", "--full-name"];

/** The objects that `commit:path` names, in their order. */
function objectsOf(folder: string, names: readonly string[], env: Env): (string | undefined)[] {
  const one = (name: string) => git(folder, ["rev-parse", "--verify", "--quiet", name], env)?.trim();
  const plain = names.filter((name) => !name.includes("\n"));
  const told = git(folder, ["cat-file", "--batch-check=%(objectname)"], env, `${plain.join("\n")}\n`) ?? "";
  const oids = told.split("\n");
  const byName = new Map(plain.map((name, index) => [name, oids[index]]));
  return names.map((name) => (name.includes("\n") ? one(name) : byName.get(name))?.split(" ")[0]);
}

/** What git prints; undefined where it finds nothing. @throws RemedyError when it fails. */
function git(folder: string, args: readonly string[], env: Env, input = ""): string | undefined {
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("GIT_")));
  try {
    const options = {
      env: own,
      encoding: "utf8",
      maxBuffer: MOST_BYTES,
      input,
    } as const;
    return execFileSync("git", ["-C", folder, ...args], { ...options, stdio: ["pipe", "pipe", "ignore"] });
  } catch (error) {
    const { status, code = `exit code ${status}` } = error as { status?: number; code?: string };
    if (status === 1) return undefined;
    throw new RemedyError({
      code: "checkout-unreadable",
      subject: folder,
      cause: `git cannot search it (${code})`,
      remedy: `git -C ${shellPath(folder)} status says why`,
    });
  }
}
