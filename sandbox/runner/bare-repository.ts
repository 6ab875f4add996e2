import { execFileSync } from "node:child_process";

/** A workflow file larger than this is not one: GitHub's own limit on parsed templates is 10 MiB. */
const MAX_FILE_BYTES = 10 * 1024 * 1024;

const WORKFLOW_FOLDER = ".github/workflows/";

/** Text of a file at a commit of a bare repository; undefined when the commit has no such file. */
export function fileAt(gitDir: string, commit: string, path: string): string | undefined {
  try {
    return git(gitDir, "show", `${commit}:${path}`);
  } catch {
    return undefined;
  }
}

/** Paths of the workflow files of a commit, sorted by name; none when it has no such folder. */
export function workflowPathsAt(gitDir: string, commit: string): string[] {
  return git(gitDir, "ls-tree", "--name-only", "-z", commit, WORKFLOW_FOLDER)
    .split("\0")
    .filter((path) => /\.ya?ml$/.test(path));
}

/** `.github/workflows/sync.yml` for `sync.yml`; whole paths stay as they are. */
export function workflowPath(fileName: string): string {
  return fileName.startsWith(WORKFLOW_FOLDER) ? fileName : WORKFLOW_FOLDER + fileName;
}

function git(gitDir: string, ...command: string[]): string {
  return execFileSync("git", ["--git-dir", gitDir, "-c", "safe.directory=*", ...command], {
    encoding: "utf8",
    maxBuffer: MAX_FILE_BYTES,
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env.PATH ?? "", GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" },
  });
}
