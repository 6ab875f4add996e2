import type { Value } from "./expression";
import type { RunnerHost, Values, WorkflowEvent } from "./run-request";
import type { Workflow } from "./workflow-file";

/** What is settled when a run is queued and stays so: every job of the run works from it. */
export interface RunFacts {
  host: RunnerHost;
  workflow: Workflow;
  event: WorkflowEvent;
  runId: number;
  runNumber: number;
  attempt: number;
  /** Who started this attempt: another one than the event's actor when a run is started again. */
  triggeringActor: string;
  /** `inputs` context of a dispatched run. */
  inputs: Record<string, Value>;
  /** Read when the run was queued: a run queued before a rotation works with the old value. */
  organizationSecrets: Values;
  repositorySecrets: Values;
  /** Organization's and repository's, merged. */
  variables: Values;
}

/** `owner/name`. */
export function fullName(facts: RunFacts): string {
  return `${facts.host.repository.owner}/${facts.host.repository.name}`;
}

/** `owner/name/.github/workflows/sync.yml@refs/heads/main`. */
export function workflowRef(facts: RunFacts): string {
  return `${fullName(facts)}/${facts.workflow.path}@${facts.event.ref}`;
}

export function refType(ref: string): "branch" | "tag" {
  return ref.startsWith("refs/tags/") ? "tag" : "branch";
}
