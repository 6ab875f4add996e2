import { type GitHubContext, param } from "./github-app";
import { notFound } from "./github-error";
import { type Environment, newId, type Repository } from "./github-state";
import { toSeconds } from "./timestamps";

/** GitHub tells environments apart without regard to case. */
export function environmentNamed(repository: Repository, name: string): Environment | undefined {
  return repository.environments.find((each) => each.name.toLowerCase() === name.toLowerCase());
}

/** The environment of a path's `:environment`. @throws GitHubError 404 */
export function findEnvironment(c: GitHubContext, repository: Repository): Environment {
  const found = environmentNamed(repository, param(c, "environment"));
  if (found === undefined) throw notFound();
  return found;
}

/** An environment without any rule: what GitHub makes when a job names one that is not there. */
export function newEnvironment(name: string, now: Date): Environment {
  const at = toSeconds(now);
  return {
    id: newId(),
    name,
    createdAt: at,
    updatedAt: at,
    waitTimer: 0,
    preventSelfReview: false,
    reviewers: [],
    branchPolicy: null,
    branchPatterns: [],
    secrets: {},
  };
}
