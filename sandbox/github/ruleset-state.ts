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

/** What an actor may do about a ruleset, in GitHub's words. Of the sandbox's people, owners, administrators and named users. */
export function bypassOf(
  parts: GitHubParts,
  repository: Repository,
  actor: Actor,
  ruleset: Ruleset,
): "always" | "pull_requests_only" | "never" | "exempt" {
  if (actor.kind !== "user") return "never";
  const organization = parts.store.state.organizations.find(({ login }) => login === repository.owner);
  const isOwner = organization?.members[actor.login] === "admin";
  const modes = ruleset.bypass_actors
    .filter(
      ({ actor_type: type, actor_id: id }) =>
        (type === "OrganizationAdmin" && isOwner) ||
        (type === "RepositoryRole" &&
          id === ADMINISTRATOR_ROLE &&
          (isOwner || repository.collaborators[actor.login] === "admin")) ||
        (type === "User" && id === actor.id),
    )
    .map(({ bypass_mode: mode }) => mode);
  if (modes.includes("exempt")) return "exempt";
  if (modes.includes("always")) return "always";
  return modes.includes("pull_request") ? "pull_requests_only" : "never";
}

/** Rulesets of the repository, and those of its organization that are about it. */
export function rulesetsOf(parts: GitHubParts, repository: Repository): Ruleset[] {
  return [...(repository.rulesets ?? []), ...organizationRulesets(parts, repository)];
}

/** Rulesets of its organization that are about a repository. */
export function organizationRulesets(parts: GitHubParts, repository: Repository): Ruleset[] {
  const organization = parts.store.state.organizations.find(({ login }) => login === repository.owner);
  return (organization?.rulesets ?? []).filter(({ conditions }) => {
    const { include = ["~ALL"], exclude = [] } = conditions?.repository_name ?? {};
    const fits = (pattern: string) => pattern === "~ALL" || matches(pattern, repository.name);
    return include.some(fits) && !exclude.some(fits);
  });
}

/** Rulesets that are enforced and that the actor may not bypass by that kind of change. */
function enforced(parts: GitHubParts, repository: Repository, actor: Actor, kind: Push["kind"]): Ruleset[] {
  return rulesetsOf(parts, repository).filter((ruleset) => {
    if (ruleset.enforcement !== "active") return false;
    const bypass = bypassOf(parts, repository, actor, ruleset);
    return bypass === "never" || (bypass === "pull_requests_only" && kind !== "merge");
  });
}

/** A change of a branch. */
export interface Push {
  branch: string;
  /** Files that it changes. */
  paths: readonly string[];
  /** `merge`: of a pull request with that many approvals. */
  kind: "push" | "force" | "delete" | "merge";
  approvals?: number;
}

/** What a rule of a branch refuses a change for, in GitHub's words; undefined when it does not. */
function violation({ type, parameters = {} }: Ruleset["rules"][number], push: Push): string | undefined {
  const { kind, approvals = 0 } = push;
  if (kind === "delete") return type === "deletion" ? "Cannot delete this branch." : undefined;
  switch (type) {
    case "pull_request": {
      if (kind !== "merge") return "Changes must be made through a pull request.";
      const needed = Number(parameters.required_approving_review_count ?? 0);
      if (approvals >= needed) return undefined;
      return `At least ${needed} approving review is required by reviewers with write access.`;
    }
    case "update":
      return "Cannot update this protected ref.";
    case "required_status_checks": {
      const checks = (parameters.required_status_checks ?? []) as { context: string }[];
      return `${checks.length} of ${checks.length} required status checks are expected.`;
    }
    case "required_signatures":
      return kind === "merge" ? undefined : "Commits must have verified signatures.";
    case "non_fast_forward":
      return kind === "force" ? "Cannot force-push to this branch." : undefined;
    default:
      return undefined;
  }
}

/** What rulesets refuse a change of a branch for. */
export function violationsOf(parts: GitHubParts, repository: Repository, actor: Actor, push: Push): string[] {
  return enforced(parts, repository, actor, push.kind).flatMap((ruleset) => {
    const covers = coversBranch(ruleset, repository, push.branch);
    return ruleset.rules.flatMap((rule): string[] => {
      if (ruleset.target === "push" && rule.type === "file_path_restriction") {
        const { restricted_file_paths: restricted = [] } = (rule.parameters ?? {}) as {
          restricted_file_paths?: string[];
        };
        const hit = push.paths.filter((path) => restricted.some((pattern) => matches(pattern, path)));
        return hit.map((path) => `File path ${path} is restricted.`);
      }
      const found = covers ? violation(rule, push) : undefined;
      return found === undefined ? [] : [found];
    });
  });
}

/**
 * Refuses a direct change of a branch that rules forbid.
 *
 * @throws GitHubError 409 with GitHub's words for a violated rule.
 */
export function checkRulesets(parts: GitHubParts, repository: Repository, actor: Actor, push: Push): void {
  const violated = violationsOf(parts, repository, actor, push);
  if (violated.length === 0) return;
  throw new GitHubError(409, `Repository rule violations found\n\n${violated.join("\n\n")}\n\n`);
}
