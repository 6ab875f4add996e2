import { execFileSync } from "node:child_process";

/**
 * Settings that no machine may change: no hook runs, no file of the user's or the system's is read, so that a
 * commit made here is the same on every machine.
 */
const SETTINGS = [
  "core.hooksPath=/dev/null",
  "user.name=GitHub",
  "user.email=noreply@github.com",
  "core.quotePath=false",
  "gc.auto=0",
  "safe.bareRepository=all",
].flatMap((setting) => ["-c", setting]);

const LARGEST_OUTPUT = 64 * 1024 * 1024;

/** The environment git gets: nothing of ours but PATH, so that no GIT_DIR or GIT_CONFIG of the caller leaks in. */
function environment(): Record<string, string> {
  return {
    PATH: process.env.PATH ?? "/usr/bin:/bin",
    HOME: "/nonexistent",
    LC_ALL: "C",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_TERMINAL_PROMPT: "0",
  };
}

/** git ran, and answered with a failure. */
class GitFailure extends Error {}

/**
 * Runs git on a bare repository and returns what it printed.
 * @throws GitFailure with what git said; Error when it is not installed.
 */
export function git(gitDir: string, parameters: string[], input?: Buffer): Buffer {
  try {
    return execFileSync("git", [...SETTINGS, `--git-dir=${gitDir}`, ...parameters], {
      env: environment(),
      input: input ?? Buffer.alloc(0),
      maxBuffer: LARGEST_OUTPUT,
      stdio: ["pipe", "pipe", "pipe"],
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      throw new Error(
        "The sandbox's GitHub keeps real git repositories, and git is not installed. Remedy: install git",
      );
    }
    const { stderr } = error as { stderr?: Buffer };
    throw new GitFailure(`git ${parameters[0]} failed: ${stderr?.toString().trim() ?? String(error)}`);
  }
}

/** As `git`, undefined when git answers with a failure: for questions of the kind "is there such a ref". */
export function gitQuestion(gitDir: string, parameters: string[]): Buffer | undefined {
  try {
    return git(gitDir, parameters);
  } catch (error) {
    if (error instanceof GitFailure) return undefined;
    throw error;
  }
}
