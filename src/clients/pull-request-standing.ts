import type { Diagnostic } from "../errors";
import { counted } from "../text";
import type { ProposedFiles, Standing } from "./github-pull-requests";

/** How far files are that people merge, in words; undefined when the branch has them. */
export function describeStanding(
  organization: string,
  { repository, branch, files }: Pick<ProposedFiles, "repository" | "branch" | "files">,
  standing: Standing,
): (Diagnostic & { isProblem: boolean }) | undefined {
  const place = `${organization}/${repository}`;
  if (standing.state === "current") return undefined;
  if (standing.state === "missing") {
    if (standing.obstacle !== undefined) return { ...standing.obstacle, isProblem: true };
    const what = `${counted(Object.keys(files).length, "file")} for ${branch}`;
    const how =
      standing.pull === undefined
        ? `up opens a pull request with ${what}; people review and merge it`
        : `up updates pull request #${standing.pull.number} with ${what}`;
    return { code: "pull-request-to-propose", subject: place, cause: how, isProblem: false };
  }
  const { number, url, head } = standing.pull;
  const subject = `pull request #${number} of ${place}`;
  if (standing.state === "waiting")
    return {
      code: "pull-request-waits",
      subject,
      cause: `waits for people to review and merge it: ${url}`,
      isProblem: false,
    };
  if (standing.state === "conflicts")
    return {
      code: "pull-request-conflicts",
      subject,
      cause: `conflicts with ${branch}, where people changed the same files: ${url}`,
      remedy: `gh pr close ${number} --delete-branch -R ${place}; then pulumi up opens another`,
      isProblem: true,
    };
  return {
    code: "pull-request-declined",
    subject,
    cause: `was closed without a merge, so ${branch} keeps its files: ${url}`,
    remedy: `gh pr reopen ${number} -R ${place}; or delete its branch ${head}, and pulumi up opens another`,
    isProblem: true,
  };
}
