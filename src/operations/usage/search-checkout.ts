import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { RemedyError } from "../../errors";

/** A repository on this machine. */
export interface Checkout {
  /** Its name in the organization: the last part of its remote's address, or its folder's. */
  repository: string;
  folder: string;
  /** Without a work tree: what it has lies on its branches. */
  isBare?: true;
}

/** A word that was looked for, where it stands. */
export interface Hit {
  word: string;
  path: string;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Output of git that is kept at most: more means that a word is no name but prose. */
const MOST_BYTES = 256 * 1024 * 1024;

/**
 * The repositories in some folders: each is one, or holds some.
 *
 * @throws RemedyError for a folder that is neither.
 */
export function findCheckouts(folders: readonly string[], env: Env): Checkout[] {
  return folders.flatMap((folder) => {
    if (!existsSync(folder) || !statSync(folder).isDirectory()) throw refused(folder, "is no folder");
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

/**
 * Looks for whole words, in any case, in every text file that git has on any branch of a repository.
 *
 * @param words fixed texts, or extended regular expressions.
 * @returns each word and path once, whatever the branch.
 */
export function searchCheckout(
  { folder, isBare }: Checkout,
  words: readonly string[],
  kind: "words" | "expressions",
  env: Env,
): Hit[] {
  const refs = (
    git(folder, ["for-each-ref", "--format=%(objectname)", "refs/heads", "refs/remotes"], env) ?? ""
  ).split("\n");
  const commits = [...new Set(refs.filter((ref) => ref !== ""))];
  if (isBare && commits.length === 0) return [];
  const how = kind === "words" ? ["-w", "-F"] : ["-E"];
  const patterns = words.flatMap((word) => ["-e", word]);
  const args = ["grep", "-I", "-i", "-o", "-z", "--no-color", "--full-name", ...how, ...patterns];
  const found = new Map<string, Hit>();
  // A new repository has no commit; what lies in its folder is searched all the same.
  for (const commit of commits.length === 0 ? [undefined] : commits) {
    const told = git(folder, commit === undefined ? [...args, "--untracked"] : [...args, commit], env) ?? "";
    for (const line of told.split("\n")) {
      const [place = "", word = ""] = line.split("\0");
      if (word === "") continue;
      const path = commit === undefined ? place : place.slice(commit.length + 1);
      found.set(`${word.toLowerCase()}\0${path}`, { word: word.toLowerCase(), path });
    }
  }
  return [...found.values()];
}

/** What git prints; undefined where it finds nothing. @throws RemedyError when it fails. */
function git(folder: string, args: readonly string[], env: Env): string | undefined {
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("GIT_")));
  try {
    const options = {
      env: own,
      encoding: "utf8",
      maxBuffer: MOST_BYTES,
      stdio: ["ignore", "pipe", "ignore"],
    } as const;
    return execFileSync("git", ["-C", folder, ...args], { ...options, stdio: [...options.stdio] });
  } catch (error) {
    const { status, code = `exit code ${status}` } = error as { status?: number; code?: string };
    if (status === 1) return undefined;
    throw new RemedyError({
      code: "checkout-unreadable",
      subject: folder,
      cause: `git cannot search it (${code})`,
      remedy: `git -C ${folder} status says why`,
    });
  }
}
