import type { Actor } from "./actor";
import type { GitHubParts } from "./github-app";
import { GitHubError } from "./github-error";
import type { Repository, Ruleset } from "./github-state";

/** Whether a ruleset is about a branch: its name or pattern, or GitHub's words for all and for the default one. */
export function coversBranch(
  { target, conditions }: Ruleset,
  repository: Repository,
  branch: string,
): boolean {
  if (target !== "branch") return false;
  const fits = (pattern: string) =>
    pattern === "~ALL" ||
    (pattern === "~DEFAULT_BRANCH" && branch === repository.defaultBranch) ||
    matches(pattern, `refs/heads/${branch}`);
  const { include = [], exclude = [] } = conditions?.ref_name ?? {};
  return include.some(fits) && !exclude.some(fits);
}

/** GitHub's fnmatch with FNM_PATHNAME (docs, "Creating rulesets for a repository"). */
function matches(pattern: string, text: string): boolean {
  const source = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&").replace(/\*\*\/?|\*|\?/g, (found) => {
    if (found === "?") return "[^/]";
    return found === "*" ? "[^/]*" : "(?:.*)";
  });
  return new RegExp(`^${source}$`).test(text);
}

/** Actor id 5 of RepositoryRole is the administrator's (docs, REST, Rules). */
const ADMINISTRATOR_ROLE = 5;

/** Whether an actor may pass a ruleset. Of the sandbox's people only organization owners are in such a list. */
export function mayBypass(
  parts: GitHubParts,
  repository: Repository,
  actor: Actor,
  ruleset: Ruleset,
): boolean {
  if (actor.kind !== "user") return false;
  const organization = parts.store.state.organizations.find(({ login }) => login === repository.owner);
  const isOwner = organization?.members[actor.login] === "admin";
  return ruleset.bypass_actors.some(
    ({ actor_type: type, actor_id: id, bypass_mode: mode }) =>
      mode !== "pull_request" &&
      ((type === "OrganizationAdmin" && isOwner) ||
        (type === "RepositoryRole" &&
          id === ADMINISTRATOR_ROLE &&
          (isOwner || repository.collaborators[actor.login] === "admin")) ||
        (type === "User" && id === actor.id)),
  );
}

/** Rulesets that are enforced and that the actor may not pass. */
function enforced(parts: GitHubParts, repository: Repository, actor: Actor): Ruleset[] {
  return (repository.rulesets ?? []).filter(
    (ruleset) => ruleset.enforcement === "active" && !mayBypass(parts, repository, actor, ruleset),
  );
}

/**
 * Refuses a direct change of a branch that rules forbid.
 *
 * @param paths files that the push changes.
 * @param kind what is done to the branch.
 * @throws GitHubError 409 with GitHub's words for a violated rule.
 */
export function checkRulesets(
  parts: GitHubParts,
  repository: Repository,
  actor: Actor,
  push: { branch: string; paths: readonly string[]; kind: "push" | "force" | "delete" },
): void {
  const violated = enforced(parts, repository, actor).flatMap((ruleset) => {
    const covers = coversBranch(ruleset, repository, push.branch);
    return ruleset.rules.flatMap((rule): string[] => {
      if (ruleset.target === "push" && rule.type === "file_path_restriction") {
        const { restricted_file_paths: restricted = [] } = (rule.parameters ?? {}) as {
          restricted_file_paths?: string[];
        };
        const hit = push.paths.filter((path) => restricted.some((pattern) => matches(pattern, path)));
        return hit.map((path) => `File path ${path} is restricted.`);
      }
      if (!covers) return [];
      if (rule.type === "pull_request" && push.kind !== "delete")
        return ["Changes must be made through a pull request."];
      if (rule.type === "deletion" && push.kind === "delete") return ["Cannot delete this branch."];
      if (rule.type === "non_fast_forward" && push.kind === "force")
        return ["Cannot force-push to this branch."];
      return [];
    });
  });
  if (violated.length === 0) return;
  throw new GitHubError(409, `Repository rule violations found\n\n${violated.join("\n\n")}\n\n`);
}
