import { bodyOf, headOf, PULL_REQUEST_TITLE } from "../../catalog/pull-requests";
import type { Settings } from "../../catalog/settings";
import type { GitHubPullRequests, ProposedFiles } from "../../clients/github-pull-requests";
import { describeStanding } from "../../clients/pull-request-standing";
import type { CheckResult } from "./check";

/** Texts that a branch is to have, and a repository whose files people merge. */
export type WantedFiles = Pick<ProposedFiles, "repository" | "branch" | "files">;

/**
 * What became of the pull request that brings files which a branch does not have. It waits for people: nothing is wrong.
 *
 * @returns undefined when none brings them, so that `pulumi up` has to.
 */
export async function checkPullRequest(
  settings: Settings,
  wanted: WantedFiles,
  pulls: Pick<GitHubPullRequests, "look">,
): Promise<CheckResult | undefined> {
  const { branch, files } = wanted;
  const standing = await pulls.look({
    ...wanted,
    head: headOf(settings, branch),
    title: PULL_REQUEST_TITLE,
    body: bodyOf(Object.keys(files), branch),
    // Nothing is written here; whose a file is, other checks say.
    message: (path) => path,
    isOurs: () => true,
  });
  if (standing.state === "missing") return undefined;
  const found = describeStanding(settings.githubOrganization, wanted, standing);
  if (found === undefined) return undefined;
  const { code, subject, cause, remedy = "review and merge it", isProblem } = found;
  return { code, state: isProblem ? "wrong" : "warning", cause: `${subject} ${cause}`, remedy };
}
