import { randomUUID } from "node:crypto";
import { fullName, type RunFacts, refType, workflowRef } from "./job-facts";

/** Seconds that an id token is valid, and how far `nbf` lies before `iat`: the example token of GitHub's docs. */
const LIFETIME = 300;
const CLOCK_SKEW = 600;

const ISSUER = "https://token.actions.githubusercontent.com";

/**
 * Claims of GitHub's id token (docs: actions/reference/security/oidc). All but the times are texts.
 * Left out, because the sandbox knows nothing of them: actor_id, repository_visibility, check_run_id.
 *
 * @param audience undefined for GitHub's default, the owner's page.
 * @param environment the job's deployment environment, if it has one.
 */
export function idTokenClaims(
  facts: RunFacts,
  audience: string | undefined,
  environment: string | undefined,
): Record<string, unknown> {
  const { repository } = facts.host;
  const now = Math.floor(Date.now() / 1000);
  return {
    jti: randomUUID(),
    sub: subject(facts, environment),
    aud: audience ?? `https://github.com/${repository.owner}`,
    ref: facts.event.ref,
    sha: facts.event.sha,
    repository: fullName(facts),
    repository_owner: repository.owner,
    repository_owner_id: String(repository.ownerId),
    run_id: String(facts.runId),
    run_number: String(facts.runNumber),
    run_attempt: String(facts.attempt),
    repository_id: String(repository.id),
    actor: facts.event.actor,
    workflow: facts.workflow.name,
    head_ref: "",
    base_ref: "",
    event_name: facts.event.name,
    ref_protected: "false",
    ref_type: refType(facts.event.ref),
    workflow_ref: workflowRef(facts),
    workflow_sha: facts.event.sha,
    job_workflow_ref: workflowRef(facts),
    job_workflow_sha: facts.event.sha,
    runner_environment: "github-hosted",
    ...(environment === undefined ? {} : { environment }),
    iss: ISSUER,
    nbf: now - CLOCK_SKEW,
    exp: now + LIFETIME,
    iat: now,
  };
}

/** The immutable form carries ids, so that a name given to another owner is not the same subject. */
function subject(facts: RunFacts, environment: string | undefined): string {
  const { owner, ownerId, name, id, immutableSubject } = facts.host.repository;
  const repository = immutableSubject ? `${owner}@${ownerId}/${name}@${id}` : `${owner}/${name}`;
  const what =
    environment === undefined
      ? `ref:${withoutColons(facts.event.ref)}`
      : `environment:${withoutColons(environment)}`;
  return `repo:${repository}:${what}`;
}

function withoutColons(text: string): string {
  return text.replaceAll(":", "%3A");
}
