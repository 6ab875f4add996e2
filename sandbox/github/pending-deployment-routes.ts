import { z } from "zod";
import { repositoryFor } from "./access";
import { actorName } from "./actor";
import { environmentJson } from "./environment-json";
import { body, type GitHubApp, type GitHubContext, type GitHubParts, param } from "./github-app";
import { GitHubError, notFound } from "./github-error";
import type { Environment, Repository } from "./github-state";
import type { StoredRun } from "./workflow-runs";

const PATH = "/repos/:owner/:repo/actions/runs/:run/pending_deployments";

const Review = z.object({
  environment_ids: z.array(z.number().int()),
  state: z.enum(["approved", "rejected"]),
  comment: z.string(),
});

/** Reviews of jobs that use an environment with required reviewers. */
export function pendingDeploymentRoutes(app: GitHubApp, parts: GitHubParts): void {
  app.get(PATH, (c) => {
    const { repository, run } = runOf(c, parts);
    return c.json(
      waitingFor(parts, repository, run).map((each) => describe(c, parts, repository, run, each)),
    );
  });

  app.post(PATH, async (c) => {
    const { repository, run } = runOf(c, parts);
    const review = await body(c, Review);
    const waiting = waitingFor(parts, repository, run).filter(({ id }) =>
      review.environment_ids.includes(id),
    );
    if (waiting.length < review.environment_ids.length || waiting.length === 0)
      throw new GitHubError(422, "There were one or more environments that are not waiting for a review");
    for (const environment of waiting) {
      if (!mayReview(c, parts, repository, run, environment))
        throw new GitHubError(403, `You are not a required reviewer of ${environment.name}`);
    }
    for (const environment of waiting) {
      record(c, parts, repository, run, review.state);
      parts.reviews.decide(run.id, environment.id, review.state);
    }
    return c.json([]);
  });
}

function runOf(c: GitHubContext, parts: GitHubParts): { repository: Repository; run: StoredRun } {
  const repository = repositoryFor(c, parts, "read", ["actions", "read"]);
  const run = parts.runs.find(repository.id, Number(param(c, "run")));
  if (run === undefined) throw notFound();
  return { repository, run };
}

function waitingFor(parts: GitHubParts, repository: Repository, run: StoredRun): Environment[] {
  const ids = parts.reviews.of(run.id);
  return repository.environments.filter(({ id }) => ids.includes(id));
}

/** A reviewer, or one of a reviewing team; not whoever started the run, where the environment says so. */
function mayReview(
  c: GitHubContext,
  parts: GitHubParts,
  repository: Repository,
  run: StoredRun,
  environment: Environment,
): boolean {
  const actor = c.get("actor");
  if (actor.kind !== "user" || (environment.preventSelfReview && actor.login === run.actor)) return false;
  const teams = parts.store.state.organizations.find(({ login }) => login === repository.owner)?.teams ?? [];
  return environment.reviewers.some(({ type, id }) =>
    type === "User"
      ? id === actor.id
      : teams.some((team) => team.id === id && team.members[actor.login] !== undefined),
  );
}

function describe(
  c: GitHubContext,
  parts: GitHubParts,
  repository: Repository,
  run: StoredRun,
  environment: Environment,
) {
  const { id, node_id, name, url, html_url, protection_rules } = environmentJson(
    c,
    parts,
    repository,
    environment,
  );
  const reviewers = protection_rules.flatMap((rule) => rule.reviewers ?? []);
  return {
    environment: { id, node_id, name, url, html_url },
    wait_timer: 0,
    wait_timer_started_at: null,
    current_user_can_approve: mayReview(c, parts, repository, run, environment),
    reviewers,
  };
}

function record(
  c: GitHubContext,
  parts: GitHubParts,
  repository: Repository,
  run: StoredRun,
  state: "approved" | "rejected",
): void {
  parts.audit.append({
    service: "github",
    actor: actorName(c.get("actor")),
    action: `workflows.${state === "approved" ? "approve" : "reject"}_workflow_job`,
    target: `${repository.owner}/${repository.name}`,
    outcome: "success",
    details: { workflow_run_id: run.id, run_number: run.runNumber },
  });
}
