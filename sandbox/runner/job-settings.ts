import { resolve, resolveText, type Scope, type Value } from "./expression";
import { passesFilter } from "./filter-pattern";
import { type RunFacts, refType } from "./job-facts";
import type { MappingToken, Token } from "./language-library";
import { shortRef } from "./triggers";
import type { JobDefinition } from "./workflow-file";

/** Minutes a job may take at most, and when the workflow does not say: the limit of GitHub's own runners. */
const LONGEST = 360;

/** Keys of a job that this runner does not carry out; a job that has one is refused, not run without it. */
const NOT_OFFERED = ["container", "services", "uses", "snapshot"];

/** This machine as a self-hosted runner: the labels that GitHub gives one by itself, and the group that each organization has. */
const OWN_LABELS = ["self-hosted", "linux", process.arch === "arm64" ? "arm64" : "x64"];
const OWN_GROUP = "Default";

/** Keys of a step that this runner does not carry out. */
const STEPS_NOT_OFFERED = ["background", "cancel", "parallel", "wait", "wait-all"];

/** Why this runner cannot take the job; empty when it can. */
export function refusals(job: JobDefinition, scope: Scope): string[] {
  const found = NOT_OFFERED.filter((key) => job.token.find(key) !== undefined);
  for (const step of job.steps) {
    found.push(...STEPS_NOT_OFFERED.filter((key) => step.token.find(key) !== undefined));
  }
  const problems = found.map(
    (key) => `Job '${job.id}' uses '${key}', which the sandbox's runner does not offer`,
  );
  if (job.token.find("uses") !== undefined) return problems;
  const { group, labels } = wantedRunner(resolve(job.token.find("runs-on"), scope));
  if (group !== undefined && group !== OWN_GROUP)
    problems.push(`Job '${job.id}' asks for the runner group '${group}'; the sandbox has only ${OWN_GROUP}`);
  const isHosted = group === undefined && labels.every((label) => /^ubuntu-/.test(label));
  const isOwn = labels.every((label) => OWN_LABELS.includes(label.toLowerCase()));
  if (!isHosted && !isOwn)
    problems.push(
      `Job '${job.id}' asks for a runner '${labels.join(", ")}'; the sandbox has only ubuntu-*, and one of ${OWN_LABELS.join(", ")}`,
    );
  return problems;
}

/** `runs-on`: a label, a list of them, or a group with or without labels. */
function wantedRunner(runsOn: Value): { group?: string; labels: string[] } {
  const isGroup = typeof runsOn === "object" && runsOn !== null && !Array.isArray(runsOn);
  const wanted = isGroup ? runsOn.labels : runsOn;
  const labels = (Array.isArray(wanted) ? wanted : [wanted ?? []].flat()).map(labelText);
  return isGroup && runsOn.group !== undefined ? { group: labelText(runsOn.group), labels } : { labels };
}

function labelText(label: Value): string {
  return typeof label === "string" ? label : JSON.stringify(label);
}

/** Name of the job's deployment environment; undefined when it has none, as with an empty expression. */
export function environmentName(job: JobDefinition, scope: Scope): string | undefined {
  const token = job.token.find("environment");
  if (token === undefined) return undefined;
  const value = resolve(token, scope);
  const name = value !== null && typeof value === "object" && !Array.isArray(value) ? value.name : value;
  return name === undefined || name === null || name === "" ? undefined : String(name);
}

/** GitHub's two messages when the branch may not deploy to the environment; empty when it may. */
export function deploymentProblems(
  facts: RunFacts,
  environment: string,
  branches: string[] | undefined,
): string[] {
  if (branches === undefined) return [];
  const { ref } = facts.event;
  const allowed = refType(ref) === "branch" && passesFilter(shortRef(ref), branches);
  if (allowed) return [];
  const kind = refType(ref) === "branch" ? "Branch" : "Tag";
  return [
    `${kind} "${shortRef(ref)}" is not allowed to deploy to ${environment} due to environment protection rules.`,
    "The deployment was rejected or didn't satisfy other protection rules.",
  ];
}

export function timeoutMinutes(job: JobDefinition, scope: Scope): number {
  return wholeMinutes(job.token.find("timeout-minutes"), scope) || LONGEST;
}

/** A `timeout-minutes`: fractions are cut off, as GitHub's runner does; 0 when there is none. */
export function wholeMinutes(token: Token | undefined, scope: Scope): number {
  const minutes = Math.trunc(Number(resolve(token, scope)));
  return minutes > 0 ? Math.min(minutes, LONGEST) : 0;
}

/** Whether the run goes on as if the job had succeeded. */
export function forgivesFailure(job: JobDefinition, scope: Scope): boolean {
  return resolve(job.token.find("continue-on-error"), scope) === true;
}

export interface Concurrency {
  group: string;
  cancelInProgress: boolean;
}

/** `concurrency` of a job or workflow; undefined when there is none. */
export function concurrencyOf(owner: MappingToken, scope: Scope): Concurrency | undefined {
  const token = owner.find("concurrency");
  if (token === undefined) return undefined;
  const value = resolve(token, scope);
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    const group = resolveText(token, scope);
    return group === "" ? undefined : { group, cancelInProgress: false };
  }
  if (value.queue !== undefined && value.queue !== "single") {
    throw new Error("The sandbox's runner does not offer 'concurrency.queue' other than single");
  }
  return { group: String(value.group ?? ""), cancelInProgress: value["cancel-in-progress"] === true };
}

/** Name of the job as shown: its own, else its id and the values of its matrix combination. */
export function jobName(job: JobDefinition, scope: Scope, suffix: string): string {
  const given = resolveText(job.token.find("name"), scope);
  return given === "" ? job.id + suffix : given;
}
