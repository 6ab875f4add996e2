import { mkdirSync } from "node:fs";
import { git, gitQuestion } from "./git-command";
import { type Commit, identity, LOG_FORMAT, type Person, parseLog } from "./git-commit";

export interface TreeEntry {
  type: "blob" | "tree" | "commit";
  sha: string;
  /** Bytes; 0 for a folder. */
  size: number;
  path: string;
}

/** A file as a commit changed it, against its first parent. */
export interface ChangedFile {
  path: string;
  status: "added" | "modified" | "removed";
  /** What it holds now, or held before it was removed. */
  blob: string;
  /** Lines. */
  additions: number;
  deletions: number;
}

const STATUS: Record<string, ChangedFile["status"]> = { A: "added", D: "removed" };
const DIFF = ["diff-tree", "-r", "-z", "--root", "--no-commit-id"];

/** Files a commit changes: path to new content, null to delete. */
export type Changes = Record<string, Buffer | null>;

const SHA = /^[0-9a-f]{40}$/;

/** Commits that were read: one never changes, and a list of a hundred runs must not start a hundred processes. */
const COMMITS = new Map<string, Commit>();

/** One bare git repository. Every method is synchronous: two requests never see each other's half commit. */
export class GitRepository {
  constructor(readonly gitDir: string) {}

  create(defaultBranch: string): void {
    mkdirSync(this.gitDir, { recursive: true, mode: 0o700 });
    git(this.gitDir, ["init", "--quiet", "--bare", "--template=", `--initial-branch=${defaultBranch}`]);
  }

  /** Branch name to commit, sorted by name. */
  branches(): { name: string; sha: string }[] {
    const lines = git(this.gitDir, ["for-each-ref", "--format=%(refname) %(objectname)", "refs/heads"]);
    return lines
      .toString()
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => {
        const [ref = "", sha = ""] = line.split(" ");
        return { name: ref.slice("refs/heads/".length), sha };
      });
  }

  /** @param ref full name, `refs/heads/main`. @returns what it points at, itself (not what a tag stands for). */
  readRef(ref: string): string | undefined {
    if (!this.isRefName(ref)) return undefined;
    return gitQuestion(this.gitDir, ["rev-parse", "--verify", "--quiet", "--end-of-options", ref])
      ?.toString()
      .trim();
  }

  /** Whether git would accept such a full ref name. */
  isRefName(ref: string): boolean {
    return ref.startsWith("refs/") && gitQuestion(this.gitDir, ["check-ref-format", ref]) !== undefined;
  }

  /** The commit that a branch, tag or full sha names, tried in that order. */
  resolve(name: string): string | undefined {
    for (const ref of [name, `refs/heads/${name}`, `refs/tags/${name}`]) {
      if (!this.isRefName(ref)) continue;
      const sha = this.peel(ref);
      if (sha !== undefined) return sha;
    }
    return SHA.test(name) ? this.peel(name) : undefined;
  }

  writeRef(ref: string, sha: string): void {
    git(this.gitDir, ["update-ref", "--", ref, sha]);
  }

  deleteRef(ref: string): void {
    git(this.gitDir, ["update-ref", "-d", "--", ref]);
  }

  /** Whether the older commit is an ancestor of the newer. */
  isFastForward(older: string, newer: string): boolean {
    return gitQuestion(this.gitDir, ["merge-base", "--is-ancestor", older, newer]) !== undefined;
  }

  commit(sha: string): Commit | undefined {
    const key = `${this.gitDir} ${sha}`;
    const found = COMMITS.get(key) ?? this.log(sha, { limit: 1, skip: 0 })[0];
    if (found !== undefined && SHA.test(sha)) COMMITS.set(key, found);
    return found;
  }

  /** Newest first. @param options.path only commits that touch it. */
  log(from: string, options: { limit: number; skip: number; path?: string }): Commit[] {
    const { limit, skip, path } = options;
    const parameters = [
      "log",
      "-z",
      `--format=${LOG_FORMAT}`,
      `--max-count=${limit}`,
      `--skip=${skip}`,
      from,
      "--",
    ];
    // A path is taken as it stands: `*` in it is a letter, not a pattern.
    const output = gitQuestion(this.gitDir, ["--literal-pathspecs", ...parameters, ...(path ? [path] : [])]);
    return parseLog(output?.toString() ?? "");
  }

  /** What a path holds at a commit: one entry for a file, the children for a folder, undefined for nothing. */
  list(sha: string, path: string): { file: TreeEntry } | { folder: TreeEntry[] } | undefined {
    if (path === "") return { folder: this.tree(sha, []) };
    const entry = this.tree(sha, [path])[0];
    if (entry === undefined) return undefined;
    return entry.type === "tree" ? { folder: this.tree(sha, [`${path}/`]) } : { file: entry };
  }

  blob(sha: string): Buffer {
    return git(this.gitDir, ["cat-file", "blob", sha]);
  }

  /** What a commit changed against its first parent. */
  changedFiles(sha: string): ChangedFile[] {
    const words = git(this.gitDir, [...DIFF, "--raw", "--numstat", "--no-abbrev", sha])
      .toString()
      .split("\0");
    const files = new Map<string, ChangedFile>();
    for (let at = 0; at < words.length; at++) {
      const raw = /^:\d+ \d+ ([0-9a-f]+) ([0-9a-f]+) ([A-Z])/.exec(words[at] ?? "");
      const [added, deleted, path] = (words[at] ?? "").split("\t");
      if (raw !== null) {
        const [, before = "", after = "", letter = ""] = raw;
        const path = words[++at] ?? "";
        const status = STATUS[letter] ?? "modified";
        files.set(path, {
          path,
          status,
          blob: status === "removed" ? before : after,
          additions: 0,
          deletions: 0,
        });
      } else if (path !== undefined) {
        // A dash stands for a binary file.
        Object.assign(files.get(path) ?? {}, {
          additions: Number(added) || 0,
          deletions: Number(deleted) || 0,
        });
      }
    }
    return [...files.values()];
  }

  /** Makes one commit on a branch, which is created when there is none. @returns the commit's sha. */
  write(branch: string, changes: Changes, message: string, author: Person, committer: Person): string {
    const parent = this.readRef(`refs/heads/${branch}`);
    const text = Buffer.from(message.replaceAll("\0", "")); // git itself stops reading at NUL
    const chunks: (Buffer | string)[] = [
      `commit refs/heads/${branch}\nmark :1\n`,
      `author ${identity(author)}\ncommitter ${identity(committer)}\n`,
      `data ${text.length}\n`,
      text,
      parent === undefined ? "\n" : `\nfrom ${parent}\n`,
    ];
    for (const [path, content] of Object.entries(changes)) {
      const quoted = `"${path.replace(/["\\]/g, "\\$&")}"`;
      if (content === null) chunks.push(`D ${quoted}\n`);
      else chunks.push(`M 100644 inline ${quoted}\ndata ${content.length}\n`, content, "\n");
    }
    chunks.push("get-mark :1\ndone\n");
    const stream = Buffer.concat(
      chunks.map((chunk) => (typeof chunk === "string" ? Buffer.from(chunk) : chunk)),
    );
    const output = git(this.gitDir, ["fast-import", "--quiet", "--done", "--date-format=raw"], stream);
    return output.toString().trim();
  }

  /**
   * Merges a commit into another as GitHub does, or only tries to.
   *
   * @param how `merge`: with both as parents; `squash`: with the first alone.
   * @returns the new commit; undefined where the two conflict.
   */
  merge(onto: string, from: string, how: "merge" | "squash", message: string): string | undefined {
    const tree = gitQuestion(this.gitDir, ["merge-tree", "--write-tree", onto, from])?.toString().trim();
    if (tree === undefined) return undefined;
    const parents = how === "merge" ? ["-p", onto, "-p", from] : ["-p", onto];
    return git(this.gitDir, ["commit-tree", tree, ...parents, "-m", message])
      .toString()
      .trim();
  }

  /** How many commits the second has that the first does not have. */
  ahead(base: string, head: string): number {
    return Number(git(this.gitDir, ["rev-list", "--count", `${base}..${head}`]).toString());
  }

  private peel(name: string): string | undefined {
    return gitQuestion(this.gitDir, [
      "rev-parse",
      "--verify",
      "--quiet",
      "--end-of-options",
      `${name}^{commit}`,
    ])
      ?.toString()
      .trim();
  }

  private tree(sha: string, paths: string[]): TreeEntry[] {
    const output = git(this.gitDir, ["--literal-pathspecs", "ls-tree", "-l", "-z", sha, "--", ...paths]);
    return output
      .toString()
      .split("\0")
      .filter((line) => line !== "")
      .map((line) => {
        const [meta = "", path = ""] = line.split("\t");
        const [, type, id = "", size] = meta.split(/ +/);
        return { type: type as TreeEntry["type"], sha: id, size: Number(size) || 0, path };
      });
  }
}
