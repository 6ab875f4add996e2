import * as github from "@pulumi/github";
import type * as pulumi from "@pulumi/pulumi";
import { teamRemedy } from "../../catalog/github-names";
import type { Settings } from "../../catalog/settings";
import { programError } from "../diagnostics";
import { saidByProvider } from "../provider-answers";
import { shownNames } from "./shown-names";

/** Protection of a GitHub environment that people set in GitHub: this program declares none of it. */
const SET_BY_PEOPLE = ["waitTimer", "preventSelfReview", "canAdminsBypass"];

/**
 * The reviewers of a GitHub environment. Where the stack declares some, they replace others; where it declares none,
 * those that people set in GitHub stay. Not ignored, a refresh would read them and the next up would remove them, and
 * with them the approval that guards what the environment holds.
 *
 * @param teams ids of teams of which one must approve each job.
 */
export function reviewersOf(teams: readonly Promise<number>[]): {
  declared: Pick<github.RepositoryEnvironmentArgs, "reviewers">;
  ignoreChanges: string[];
} {
  if (teams.length === 0) return { declared: {}, ignoreChanges: ["reviewers", ...SET_BY_PEOPLE] };
  return { declared: { reviewers: [{ teams: [...teams] }] }, ignoreChanges: [...SET_BY_PEOPLE] };
}

type ReviewersConfig = Pick<Settings, "environmentReviewers" | "githubOrganization">;

/**
 * Ids of the teams of config `environmentReviewers`.
 *
 * @throws pulumi.RunError when GitHub does not show a team.
 */
export function reviewerIds(
  { environmentReviewers: slugs = [], githubOrganization: organization }: ReviewersConfig,
  opts: pulumi.InvokeOptions,
): Promise<number>[] {
  return slugs.map(async (slug) => {
    const found = await github.getTeam({ slug, summaryOnly: true }, opts).catch(async (error: unknown) => {
      throw programError({
        code: "github-team-not-shown",
        subject: `team ${slug}`,
        cause: `GitHub does not show it (${saidByProvider(error)})`,
        remedy: teamRemedy(slug, await shownNames(organization, "teams", "slug", opts)),
      });
    });
    return Number(found.id);
  });
}
