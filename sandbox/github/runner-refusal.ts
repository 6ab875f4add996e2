import { GitHubError } from "./github-error";

/** The runner's refusals carry the HTTP status that GitHub answers with. @throws GitHubError */
export function withStatus<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    const { status, message } = error as { status?: unknown; message?: string };
    if (status === 404 || status === 422) throw new GitHubError(status, message ?? "Validation Failed");
    throw error;
  }
}
