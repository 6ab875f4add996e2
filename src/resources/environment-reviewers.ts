import type { RepositoryEnvironmentArgs } from "@pulumi/github";

/** What protects a GitHub environment besides its branch, and is people's to set: this program declares none of it. */
const PEOPLES = ["waitTimer", "preventSelfReview", "canAdminsBypass"];

/**
 * The reviewers of a GitHub environment. Where the stack declares some, they are what it says; where it declares none,
 * those that people set in GitHub stay. Not ignored, a refresh would read them and the next up would take them away,
 * and with them the wait in front of what the environment holds.
 *
 * @param teams ids of teams of which one must approve each job.
 */
export function reviewersOf(teams: readonly Promise<number>[]): {
  declared: Pick<RepositoryEnvironmentArgs, "reviewers">;
  ignoreChanges: string[];
} {
  if (teams.length === 0) return { declared: {}, ignoreChanges: ["reviewers", ...PEOPLES] };
  return { declared: { reviewers: [{ teams: [...teams] }] }, ignoreChanges: [...PEOPLES] };
}
