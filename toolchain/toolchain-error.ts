/** A toolchain that cannot be made ready: which part, why, and what to do. For people, so without a stack. */
export class ToolchainError extends Error {
  override readonly name = "ToolchainError";

  /**
   * @param part what could not be made ready
   * @param cause why, in one sentence
   * @param remedy what a person can do about it
   */
  constructor(
    readonly part: string,
    cause: string,
    readonly remedy: string,
  ) {
    super(`${part}: ${cause}\n  Remedy: ${remedy}`);
  }
}

/** True for "no space left on device", as Node.js, a program's output or {@link diskFull} says it. */
export function isDiskFull(error: unknown): boolean {
  return /ENOSPC|EDQUOT|no space (is )?left on|disk quota exceeded/i.test(String(error));
}

/** The error for a full disk while writing into `folder`. The Go build needs 5 GB with Go's own caches. */
export function diskFull(part: string, folder: string): ToolchainError {
  return new ToolchainError(
    part,
    `no space is left on the disk of ${folder}`,
    "free 5 GB (a download needs 1 GB), or point XDG_CACHE_HOME (and GOCACHE, GOMODCACHE) to a larger disk",
  );
}
