import { resolveText, type Value } from "./expression";
import { fullName, type RunFacts, refType, workflowRef } from "./job-facts";
import { shortRef } from "./triggers";

/** The `github` context, but for what only a running job has: token, job, workspace, event_path. */
export function githubContext(facts: RunFacts): Record<string, Value> {
  const { event, host, workflow } = facts;
  return {
    actor: event.actor,
    api_url: host.apiUrl,
    base_ref: "",
    event: eventPayload(facts),
    event_name: event.name,
    graphql_url: `${host.apiUrl}/graphql`,
    head_ref: "",
    ref: event.ref,
    ref_name: shortRef(event.ref),
    ref_protected: false,
    ref_type: refType(event.ref),
    repository: fullName(facts),
    repositoryUrl: `${host.serverUrl.replace(/^https?:/, "git:")}/${fullName(facts)}.git`,
    repository_id: String(host.repository.id),
    repository_owner: host.repository.owner,
    repository_owner_id: String(host.repository.ownerId),
    retention_days: "90",
    run_attempt: String(facts.attempt),
    run_id: String(facts.runId),
    run_number: String(facts.runNumber),
    secret_source: "Actions",
    server_url: host.serverUrl,
    sha: event.sha,
    triggering_actor: facts.triggeringActor,
    workflow: workflow.name,
    workflow_ref: workflowRef(facts),
    workflow_sha: event.sha,
  };
}

/** What the workflow's `run-name` gives; nothing where it has none. */
export function titleOf(facts: RunFacts): { title?: string } {
  const contexts = { github: githubContext(facts), inputs: facts.inputs, vars: facts.variables };
  const title = resolveText(facts.workflow.root.find("run-name"), { contexts });
  return title === "" ? {} : { title };
}

/** The webhook payload of the event, as far as the sandbox knows it. */
export function eventPayload(facts: RunFacts): Record<string, Value> {
  const { event, host } = facts;
  const { owner, ownerId, name, id, defaultBranch } = host.repository;
  const common = {
    repository: {
      id,
      name,
      full_name: `${owner}/${name}`,
      default_branch: defaultBranch,
      owner: { login: owner, id: ownerId },
    },
    organization: { login: owner, id: ownerId },
    sender: { login: event.actor },
  };
  if (event.name === "push") return { ref: event.ref, after: event.sha, ...common };
  if (event.name === "schedule") return { schedule: event.cron, ...common };
  // The payload has every input as text; only the `inputs` context is typed.
  const inputs = Object.fromEntries(
    Object.entries(facts.inputs).map(([key, value]) => [key, String(value ?? "")]),
  );
  return { inputs, ref: event.ref, workflow: facts.workflow.path, ...common };
}
