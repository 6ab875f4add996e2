import { execFileSync, spawn } from "node:child_process";
import { RemedyError } from "../../errors";
import { shellPath } from "../../text";

export type Env = Readonly<Record<string, string | undefined>>;

/** Output of git that is kept at most: the names of some million objects. */
const MOST_BYTES = 1024 * 1024 * 1024;

/**
 * What git prints about a folder.
 *
 * @throws RemedyError when it fails, or is not there.
 */
export function gitText(folder: string, args: readonly string[], env: Env, input?: string): string {
  try {
    return execFileSync("git", ["-C", folder, ...args], {
      env,
      encoding: "utf8",
      maxBuffer: MOST_BYTES,
      stdio: ["pipe", "pipe", "ignore"],
      input: input ?? "",
    });
  } catch (error) {
    const { status, code = `exit code ${status}` } = error as { status?: number; code?: string };
    throw new RemedyError({
      code: "git-failed",
      subject: folder,
      cause: `git ${args[0]} cannot look into it (${code})`,
      remedy: `git -C ${shellPath(folder)} status says why; without a repository, name files or folders`,
    });
  }
}

/** The root of the repository that a folder lies in; undefined where there is none, or no git. */
export function repositoryOf(folder: string, env: Env): string | undefined {
  try {
    return gitText(folder, ["rev-parse", "--show-toplevel"], env).replace(/\n$/, "");
  } catch (error) {
    if (error instanceof RemedyError) return undefined;
    throw error;
  }
}

/** An object of git's, as `cat-file --batch` tells of it. */
export interface GitObject {
  oid: string;
  bytes: Buffer;
}

/**
 * Reads objects one after the other, through one process.
 *
 * @throws RemedyError when git ends before the last one.
 */
export async function* readObjects(
  folder: string,
  oids: readonly string[],
  env: Env,
): AsyncGenerator<GitObject> {
  if (oids.length === 0) return;
  const child = spawn("git", ["-C", folder, "cat-file", "--batch"], {
    env: { ...env },
    stdio: ["pipe", "pipe", "ignore"],
  });
  // Git that ends early is told of by what is missing below.
  child.stdin.on("error", () => undefined);
  child.on("error", () => undefined);
  child.stdin.end(`${oids.join("\n")}\n`);
  const batch = createBatchReader();
  let read = 0;
  try {
    for await (const chunk of child.stdout as AsyncIterable<Buffer>)
      for (const bytes of batch(chunk)) {
        const oid = oids[read] as string;
        read += 1;
        if (bytes !== undefined) yield { oid, bytes };
      }
  } finally {
    child.kill();
  }
  if (read < oids.length)
    throw new RemedyError({
      code: "git-failed",
      subject: folder,
      cause: `git cat-file ended after ${read} of ${oids.length} objects`,
      remedy: `git -C ${shellPath(folder)} fsck says what is broken`,
    });
}

/** Takes what `cat-file --batch` prints, and gives each object once it is whole; undefined for one that is missing. */
function createBatchReader(): (chunk: Buffer) => Generator<Buffer | undefined> {
  let chunks: Buffer[] = [];
  let [held, wanted] = [0, 0];
  return function* take(chunk) {
    chunks.push(chunk);
    held += chunk.length;
    if (held < wanted) return;
    let all = Buffer.concat(chunks);
    wanted = 0;
    for (let end = all.indexOf(0x0a); end !== -1; end = all.indexOf(0x0a)) {
      // OID, type and size; or OID and `missing`, for what a partial clone lacks.
      const [, , size] = all.toString("latin1", 0, end).split(" ");
      const begin = end + 1;
      wanted = size === undefined ? begin : begin + Number(size) + 1;
      if (all.length < wanted) break;
      yield size === undefined ? undefined : all.subarray(begin, wanted - 1);
      all = all.subarray(wanted);
      wanted = 0;
    }
    chunks = [all];
    held = all.length;
  };
}
