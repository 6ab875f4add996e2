import type { Problem } from "../../errors";

/**
 * What GITHUB_TOKEN has to do with a refusal. The provider also takes a GitHub App's variables and what `gh auth login`
 * keeps, so a variable that is not set is not a fault until GitHub refuses.
 *
 * @param said what GitHub says, as saidByProvider gives it.
 * @returns undefined where the token is known, and may not see something.
 */
export function tokenProblem(said: string, hasToken: boolean): Problem | undefined {
  const subject = "GITHUB_TOKEN";
  if (!hasToken)
    return {
      code: "github-token-missing",
      subject,
      cause: `is not set, and GitHub shows little to nobody in particular (${said})`,
      remedy: "export GITHUB_TOKEN=...; gh auth token prints the one of the GitHub CLI",
    };
  if (!/\b401\b|Bad credentials/.test(said)) return undefined;
  return {
    code: "github-token-invalid",
    subject,
    cause: `GitHub does not know it, or it has expired (${said})`,
    remedy: "set a valid one: export GITHUB_TOKEN=...; gh auth token prints the one of the GitHub CLI",
  };
}
