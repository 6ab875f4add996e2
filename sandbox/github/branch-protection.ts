import { z } from "zod";
import { permissionOn, repositoryFor } from "./access";
import { nodeId, simpleUser } from "./account-json";
import type { Actor } from "./actor";
import { apiUrl, body, type GitHubApp, type GitHubContext, type GitHubParts, param } from "./github-app";
import { GitHubError } from "./github-error";
import type { BranchProtection, Repository } from "./github-state";
import { checkRulesets, type Push } from "./ruleset-state";

const People = z.object({ users: z.array(z.string()).default([]) });
const Sent = z.object({
  required_status_checks: z
    .object({ strict: z.boolean().default(false), contexts: z.array(z.string()).default([]) })
    .nullable(),
  enforce_admins: z.boolean().nullable(),
  required_pull_request_reviews: z
    .object({
      required_approving_review_count: z.number().int().min(0).max(6).default(1),
      bypass_pull_request_allowances: People.optional(),
    })
    .nullable(),
  restrictions: People.nullable(),
  required_signatures: z.boolean().optional(),
  lock_branch: z.boolean().optional(),
});

const PATH = "/repos/:owner/:repo/branches/:branch/protection";

/** Classic branch protections, which administrators of a repository see and set. */
export function branchProtectionRoutes(app: GitHubApp, parts: GitHubParts): void {
  app.get(PATH, (c) => {
    const repository = repositoryFor(c, parts, "admin");
    return c.json(shown(c, parts, repository, param(c, "branch")));
  });

  app.put(PATH, async (c) => {
    const sent = await body(c, Sent);
    const repository = repositoryFor(c, parts, "admin");
    const branch = param(c, "branch");
    if (parts.git.of(repository).readRef(`refs/heads/${branch}`) === undefined)
      throw new GitHubError(404, "Branch not found");
    repository.protections = { ...repository.protections, [branch]: stored(sent) };
    parts.store.save();
    return c.json(shown(c, parts, repository, branch));
  });

  app.delete(PATH, (c) => {
    const repository = repositoryFor(c, parts, "admin");
    protectionOf(repository, param(c, "branch"));
    delete repository.protections?.[param(c, "branch")];
    parts.store.save();
    return c.body(null, 204);
  });
}

function stored(sent: z.infer<typeof Sent>): BranchProtection {
  const reviews = sent.required_pull_request_reviews;
  return {
    required_status_checks: sent.required_status_checks,
    enforce_admins: sent.enforce_admins ?? false,
    required_pull_request_reviews: reviews && {
      required_approving_review_count: reviews.required_approving_review_count,
      bypass_users: reviews.bypass_pull_request_allowances?.users ?? [],
    },
    restrictions: sent.restrictions,
    required_signatures: sent.required_signatures ?? false,
    lock_branch: sent.lock_branch ?? false,
  };
}

function protectionOf(repository: Repository, branch: string): BranchProtection {
  const found = repository.protections?.[branch];
  if (found === undefined) throw new GitHubError(404, "Branch not protected");
  return found;
}

function shown(c: GitHubContext, parts: GitHubParts, repository: Repository, branch: string) {
  const found = protectionOf(repository, branch);
  const url = `${apiUrl(c)}/repos/${repository.owner}/${repository.name}/branches/${encodeURIComponent(branch)}/protection`;
  const people = (logins: readonly string[]) =>
    logins.map((login) => simpleUser(c, login, parts.store.state.users[login] ?? 0));
  const { required_status_checks: checks, required_pull_request_reviews: reviews, restrictions } = found;
  return {
    url,
    ...(checks === null
      ? {}
      : {
          required_status_checks: {
            url: `${url}/required_status_checks`,
            ...checks,
            contexts_url: `${url}/required_status_checks/contexts`,
            checks: checks.contexts.map((context) => ({ context, app_id: null })),
          },
        }),
    ...(reviews === null
      ? {}
      : {
          required_pull_request_reviews: {
            url: `${url}/required_pull_request_reviews`,
            dismiss_stale_reviews: false,
            require_code_owner_reviews: false,
            require_last_push_approval: false,
            required_approving_review_count: reviews.required_approving_review_count,
            bypass_pull_request_allowances: { users: people(reviews.bypass_users), teams: [], apps: [] },
          },
        }),
    ...(restrictions === null
      ? {}
      : {
          restrictions: {
            url: `${url}/restrictions`,
            users_url: `${url}/restrictions/users`,
            teams_url: `${url}/restrictions/teams`,
            apps_url: `${url}/restrictions/apps`,
            users: people(restrictions.users).map((user) => ({
              ...user,
              node_id: nodeId("User", user.id),
            })),
            teams: [],
            apps: [],
          },
        }),
    required_signatures: { url: `${url}/required_signatures`, enabled: found.required_signatures },
    enforce_admins: { url: `${url}/enforce_admins`, enabled: found.enforce_admins },
    required_linear_history: { enabled: false },
    allow_force_pushes: { enabled: false },
    allow_deletions: { enabled: false },
    block_creations: { enabled: false },
    required_conversation_resolution: { enabled: false },
    lock_branch: { enabled: found.lock_branch },
    allow_fork_syncing: { enabled: false },
  };
}

/** What a classic protection refuses a change for, in GitHub's words. */
export function protectionViolations(
  parts: GitHubParts,
  repository: Repository,
  actor: Actor,
  push: Push,
): string[] {
  const found = repository.protections?.[push.branch];
  if (found === undefined) return [];
  const login = actor.kind === "user" ? actor.login : "";
  const isAdmin = permissionOn(repository, actor, parts.store.state) === "admin";
  if (isAdmin && !found.enforce_admins && push.kind !== "force") return [];
  if (push.kind === "delete") return ["Cannot delete this branch."];
  if (push.kind === "force") return ["Cannot force-push to this branch."];
  const mayPush = found.restrictions === null || found.restrictions.users.includes(login);
  return [
    ...(found.lock_branch ? ["Cannot update this protected ref."] : []),
    ...(mayPush ? [] : ["You're not authorized to push to this branch."]),
    ...(found.required_signatures && push.kind !== "merge" ? ["Commits must have verified signatures."] : []),
    ...expectedChecks(found.required_status_checks?.contexts ?? []),
    ...missingReviews(found.required_pull_request_reviews, login, push),
  ];
}

function expectedChecks(contexts: readonly string[]): string[] {
  if (contexts.length === 0) return [];
  if (contexts.length === 1) return [`Required status check "${contexts[0]}" is expected.`];
  return [`${contexts.length} of ${contexts.length} required status checks are expected.`];
}

function missingReviews(
  reviews: BranchProtection["required_pull_request_reviews"],
  login: string,
  { kind, approvals = 0 }: Push,
): string[] {
  if (reviews === null || reviews.bypass_users.includes(login)) return [];
  if (kind === "push") return ["Changes must be made through a pull request."];
  const needed = reviews.required_approving_review_count;
  if (approvals >= needed) return [];
  return [`At least ${needed} approving review is required by reviewers with write access.`];
}

/**
 * Refuses a change of a branch that rulesets or its classic protection forbid.
 *
 * @param work GitHub's word before the violations of a classic protection: `Could not update file: ` for a file.
 * @throws GitHubError 409 with GitHub's words (seen at btkrausen/terraform-codespaces#4 and yshavit/mdq#255).
 */
export function checkBranch(
  parts: GitHubParts,
  repository: Repository,
  actor: Actor,
  push: Push,
  work = "",
): void {
  checkRulesets(parts, repository, actor, push);
  const violated = protectionViolations(parts, repository, actor, push);
  if (violated.length > 0)
    throw new GitHubError(409, `${work}${violated.join(" ")}`, {
      documentation: "https://docs.github.com/articles/about-protected-branches",
    });
}

/** Whether a branch is protected, by whatever. */
export function isProtected(repository: Repository, branch: string): boolean {
  return repository.protections?.[branch] !== undefined;
}

/** What `GET .../branches/:branch` tells everyone of its classic protection. */
export function protectionSummary(repository: Repository, branch: string) {
  const checks = repository.protections?.[branch]?.required_status_checks;
  const contexts = checks?.contexts ?? [];
  return {
    enabled: isProtected(repository, branch),
    required_status_checks: {
      enforcement_level: contexts.length === 0 ? "off" : "non_admins",
      contexts,
      checks: contexts.map((context) => ({ context, app_id: null })),
    },
  };
}
