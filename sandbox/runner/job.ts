import { builtInAction, unknownAction } from "./built-in-actions";
import { resolveTexts } from "./expression";
import { JobFolder } from "./job-folder";
import { JobLog } from "./job-log";
import type { JobRequest } from "./job-request";
import { type JobSession, jobStatus, stepScope } from "./job-session";
import { deploymentProblems, environmentName, refusals, timeoutMinutes } from "./job-settings";
import { openSession } from "./open-session";
import { permissionsOf } from "./permissions";
import type { Conclusion, DeploymentEnvironment, JobResult, StepResult, Values } from "./run-request";
import { SecretMasker } from "./secret-masker";
import { runStep } from "./step";
import { killOrphans } from "./step-process";

/** Runs a job to its end. Never throws: whatever goes wrong is in the result. */
export async function runJob(request: JobRequest): Promise<JobResult> {
  const { facts, definition, scope, stop } = request;
  let startedAt = new Date().toISOString();
  const masker = new SecretMasker();
  const log = new JobLog(masker, facts.variables.ACTIONS_STEP_DEBUG === "true");
  const steps: StepResult[] = [];
  let outcome: { conclusion: Conclusion; outputs: Values } = { conclusion: "failure", outputs: {} };
  try {
    const name = environmentName(definition, scope);
    const refused = name === undefined ? [] : await notAdmitted(request, name);
    startedAt = new Date().toISOString();
    request.onStart({ id: request.id, name: masker.mask(request.name), startedAt });
    // Read when it may start: what was changed while it waited counts.
    const environment = name === undefined ? undefined : facts.host.environment(name);
    const problems = [
      ...refused,
      ...refusals(definition, scope),
      ...definition.steps.flatMap(({ token }) => unresolved(token.find("uses")?.toString())),
    ];
    for (const problem of problems) log.annotate("error", problem);
    if (refused.length > 0 && stop.requested.aborted) outcome = { conclusion: "cancelled", outputs: {} };
    else if (problems.length === 0) outcome = await inSession(request, environment, log, steps);
  } catch (error) {
    log.annotate("error", (error as Error).message);
  } finally {
    stop.done();
  }
  return {
    id: request.id,
    key: definition.id,
    name: masker.mask(request.name),
    conclusion: outcome.conclusion,
    startedAt,
    completedAt: new Date().toISOString(),
    steps,
    log: log.text,
    stepStarts: log.stepStarts,
    summary: log.summary,
    annotations: log.annotations,
    outputs: outcome.outputs,
  };
}

/** Why the job may not use its environment: a branch that may not is not shown to any reviewer. */
async function notAdmitted({ facts, stop }: JobRequest, name: string): Promise<string[]> {
  const { name: spelled, branches } = facts.host.environment(name);
  const problems = deploymentProblems(facts, spelled, branches);
  if (problems.length > 0) return problems;
  const refusal = await facts.host.admit(name, facts.runId, stop.requested);
  return refusal === undefined ? [] : [refusal];
}

/** Actions are looked up before the first step runs, as on GitHub: no half-done job for a misspelt name. */
function unresolved(uses: string | undefined): string[] {
  return uses === undefined || builtInAction(uses) !== undefined ? [] : [unknownAction(uses)];
}

/** Makes all that a job needs, runs its steps, and takes everything away again whatever happens. */
async function inSession(
  request: JobRequest,
  environment: DeploymentEnvironment | undefined,
  log: JobLog,
  steps: StepResult[],
): Promise<{ conclusion: Conclusion; outputs: Values }> {
  const { facts, definition, stop, minute } = request;
  const permissions = permissionsOf(
    definition.token.find("permissions"),
    facts.workflow.root.find("permissions"),
  );
  const token = facts.host.issueToken(permissions, facts.runId);
  const folder = new JobFolder(request.workFolder, facts.host.repository.name);
  const minutes = timeoutMinutes(definition, request.scope);
  const tooLong = `The job has exceeded the maximum execution time of ${minutes} minutes.`;
  const timer = setTimeout(() => stop.request(tooLong), minutes * minute);
  let session: JobSession | undefined;
  try {
    session = await openSession(request, environment, log, folder, token.token, permissions);
    await runSteps(session, steps);
    return { outputs: jobOutputs(session), conclusion: jobStatus(session) };
  } finally {
    clearTimeout(timer);
    if (stop.reason !== "") log.annotate("error", stop.reason);
    if (session !== undefined) killOrphans(session.trackingId);
    await session?.idTokens?.close();
    token.revoke();
    folder.remove();
  }
}

async function runSteps(session: JobSession, steps: StepResult[]): Promise<void> {
  const { log, definition } = session;
  const own = (name: string, number: number, conclusion: Conclusion): StepResult => {
    const at = new Date().toISOString();
    return { name, number, conclusion, startedAt: at, completedAt: at };
  };
  steps.push(own("Set up job", 1, "success"));
  for (const step of definition.steps) steps.push(await runStep(session, step, steps.length + 1));
  log.beginStep();
  steps.push(own("Complete job", steps.length + 1, "success"));
}

/** Outputs of the job; one that holds a secret is left out, as GitHub does, and so is an empty one. */
function jobOutputs(session: JobSession): Values {
  const { log, definition } = session;
  const outputs: Values = {};
  const scope = stepScope(session, session.environment);
  for (const [name, value] of Object.entries(resolveTexts(definition.token.find("outputs"), scope))) {
    if (value === "") continue;
    if (log.masker.mask(value) === value) outputs[name] = value;
    else log.annotate("warning", `Skip output '${name}' since it may contain secret.`);
  }
  return outputs;
}
