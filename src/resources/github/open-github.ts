import type { Settings } from "../../catalog/settings";
import { createGitHubCall, gitHubAddress } from "../../clients/github-call";
import { createGitHubPullRequests, type GitHubPullRequests } from "../../clients/github-pull-requests";
import { createHttp } from "../../clients/http";
import { Secret } from "../../secret";

export type { GitHubPullRequests, ProposedFiles, Standing } from "../../clients/github-pull-requests";

export { describeStanding } from "../../clients/pull-request-standing";

/**
 * What the provider has no resource for that keeps people's work, asked of GitHub with the token that the provider has.
 *
 * @returns undefined when there is no token in GITHUB_TOKEN.
 */
export function openPullRequests(settings: Settings): GitHubPullRequests | undefined {
  const token = gitHubToken();
  if (token === "") return undefined;
  const url = gitHubAddress(settings.githubApiUrl, process.env);
  const { githubOrganization: organization } = settings;
  return createGitHubPullRequests(
    createGitHubCall({
      url,
      organization,
      token: new Secret(token),
      http: createHttp({ env: process.env }),
    }),
  );
}

/**
 * The providers take GITHUB_TOKEN as it stands: with blanks around it GitHub would refuse each request with words of its own.
 *
 * @returns undefined when it is not set, which other ways to sign in may make up for, or fits.
 */
export function unfitGitHubToken() {
  const { GITHUB_TOKEN: written = "" } = process.env;
  if (written === written.trim()) return undefined;
  return {
    code: "github-token-invalid",
    subject: "GITHUB_TOKEN",
    cause: gitHubToken() === "" ? "holds only blanks" : "begins or ends with a blank or a line end",
    remedy: "export the token alone: export GITHUB_TOKEN=...",
  };
}

/** Whether GITHUB_TOKEN is set. */
export function hasGitHubToken(): boolean {
  return gitHubToken() !== "";
}

function gitHubToken(): string {
  return (process.env.GITHUB_TOKEN ?? "").trim();
}
