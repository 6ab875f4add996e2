import type { GitHubCall } from "./github-call";

/** What GitHub shows of deployment environments' rules. */
export interface GitHubEnvironments {
  /** Names of the branches, or patterns of them, that may use an environment; empty where it has no such rules. */
  branchRulesOf(repository: string, environment: string): Promise<string[]>;
}

/** @throws RemedyError from every method. */
export function createGitHubEnvironments({
  list,
  ofRepository,
  organization,
}: GitHubCall): GitHubEnvironments {
  return {
    branchRulesOf: async (repository, environment) => {
      const path = `/repos/${organization}/${repository}/environments/${encodeURIComponent(environment)}`;
      const rules = await list<{ name: string; type?: string }>(
        ofRepository(repository),
        `${path}/deployment-branch-policies`,
        "branch_policies",
      );
      return rules.filter(({ type = "branch" }) => type === "branch").map(({ name }) => name);
    },
  };
}
