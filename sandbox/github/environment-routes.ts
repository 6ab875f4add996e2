import { z } from "zod";
import { repositoryFor } from "./access";
import { actorName } from "./actor";
import { branchPolicyRoutes } from "./branch-policy-routes";
import { environmentJson } from "./environment-json";
import { environmentNamed, findEnvironment, newEnvironment } from "./environments";
import { body, type GitHubApp, type GitHubContext, type GitHubParts, param } from "./github-app";
import { GitHubError } from "./github-error";
import type { Environment, Repository } from "./github-state";
import { page } from "./pagination";
import { toSeconds } from "./timestamps";

const PutEnvironment = z.object({
  wait_timer: z.number().int().min(0).max(43_200).optional(),
  prevent_self_review: z.boolean().optional(),
  reviewers: z
    .array(z.object({ type: z.enum(["User", "Team"]), id: z.number().int() }))
    .max(6)
    .nullish(),
  deployment_branch_policy: z
    .object({ protected_branches: z.boolean(), custom_branch_policies: z.boolean() })
    .nullish(),
});

const BASE = "/repos/:owner/:repo/environments";

/** Deployment environments with their rules. */
export function environmentRoutes(app: GitHubApp, parts: GitHubParts): void {
  app.get(BASE, (c) => {
    const repository = repositoryFor(c, parts, "read", ["actions", "read"]);
    const all = [...repository.environments].sort((a, b) => (a.name < b.name ? -1 : 1));
    const environments = page(c, all).map((each) => environmentJson(c, parts, repository, each));
    return c.json({ total_count: all.length, environments });
  });

  app.get(`${BASE}/:environment`, (c) => {
    const repository = repositoryFor(c, parts, "read", ["actions", "read"]);
    return c.json(environmentJson(c, parts, repository, findEnvironment(c, repository)));
  });

  app.put(`${BASE}/:environment`, async (c) => {
    const repository = repositoryFor(c, parts, "admin");
    const sent = await body(c, PutEnvironment);
    checkRules(parts, repository, sent);
    const known = environmentNamed(repository, param(c, "environment"));
    const environment = known ?? newEnvironment(param(c, "environment"), parts.now());
    record(c, parts, repository, environment, known === undefined ? "create" : "update_protection_rule");
    if (known === undefined) repository.environments.push(environment);
    applyRules(environment, sent, toSeconds(parts.now()));
    parts.store.save();
    return c.json(environmentJson(c, parts, repository, environment));
  });

  app.delete(`${BASE}/:environment`, (c) => {
    const repository = repositoryFor(c, parts, "admin");
    const environment = findEnvironment(c, repository);
    record(c, parts, repository, environment, "delete");
    repository.environments = repository.environments.filter((each) => each !== environment);
    parts.store.save();
    return c.body(null, 204);
  });

  branchPolicyRoutes(app, parts);
}

/**
 * Reviewers and wait timers in private repositories need GitHub Enterprise; Team has branch rules only, Free none
 * (docs: "Deployments and environments"). The words are GitHub's (terraform-provider-github#1311, backstage#28977).
 */
function checkRules(parts: GitHubParts, repository: Repository, sent: z.infer<typeof PutEnvironment>): void {
  const policy = sent.deployment_branch_policy;
  if (policy && policy.protected_branches === policy.custom_branch_policies) {
    throw new GitHubError(422, "protected_branches and custom_branch_policies cannot have the same value");
  }
  const plan = parts.store.state.organizations.find((each) => each.login === repository.owner)?.plan;
  if (!repository.private || plan === "enterprise") return;
  const refuse = (rule: string) =>
    new GitHubError(
      422,
      `Failed to create the environment protection rule. Please ensure the billing plan supports the ${rule} protection rule.`,
    );
  if (sent.reviewers && sent.reviewers.length > 0) throw refuse("required reviewers");
  if (sent.wait_timer) throw refuse("wait timer");
  if (policy && plan === "free") throw refuse("branch policy");
}

/** What the body leaves out is taken away, as on GitHub. */
function applyRules(environment: Environment, sent: z.infer<typeof PutEnvironment>, at: string): void {
  const policy = sent.deployment_branch_policy;
  environment.updatedAt = at;
  environment.waitTimer = sent.wait_timer ?? 0;
  environment.preventSelfReview = sent.prevent_self_review ?? false;
  environment.reviewers = sent.reviewers ?? [];
  environment.branchPolicy = policy ? (policy.custom_branch_policies ? "custom" : "protected") : null;
  if (environment.branchPolicy !== "custom") environment.branchPatterns = [];
}

/** `environment.create` is the sandbox's own: GitHub has no event for an environment that is made. */
function record(
  c: GitHubContext,
  parts: GitHubParts,
  repository: Repository,
  environment: Environment,
  event: "create" | "update_protection_rule" | "delete",
): void {
  parts.audit.append({
    service: "github",
    actor: actorName(c.get("actor")),
    action: `environment.${event}`,
    target: `${repository.owner}/${repository.name}/${environment.name}`,
    outcome: "success",
    details: { environment_name: environment.name },
  });
}
