import { builtInAction, unknownAction } from "./built-in-actions";
import { holds, resolve, resolveText, resolveTexts, type Scope } from "./expression";
import { type JobSession, stepScope } from "./job-session";
import { wholeMinutes } from "./job-settings";
import { OutputCommands } from "./output-commands";
import type { Conclusion, StepResult, Values } from "./run-request";
import { runScript, type StepSignals } from "./script-step";
import { stepEnvironment } from "./step-environment";
import { takeStepFiles } from "./step-files";
import type { StepDefinition } from "./workflow-file";

/** Runs one step: condition, environment, work, then what it left in its files. Never throws. */
export async function runStep(
  session: JobSession,
  step: StepDefinition,
  number: number,
): Promise<StepResult> {
  const startedAt = new Date().toISOString();
  session.log.beginStep();
  const result = (name: string, conclusion: Conclusion): StepResult => ({
    name: session.log.masker.mask(name),
    number,
    conclusion,
    startedAt,
    completedAt: new Date().toISOString(),
  });
  session.contexts.github.action = step.id;
  const environment = { ...session.environment };
  const scope = stepScope(session, environment);
  let name = plainName(step);
  try {
    Object.assign(environment, resolveTexts(step.token.find("env"), scope));
    name = displayName(step, scope);
    const skipped = session.stop.forced.aborted || !holds(step.condition, scope);
    if (skipped) return result(name, record(session, step, { conclusion: "skipped", outputs: {} }, scope));
    return result(name, record(session, step, await timed(session, step, name, scope, environment), scope));
  } catch (error) {
    session.log.annotate("error", (error as Error).message);
    return result(name, record(session, step, { conclusion: "failure", outputs: {} }, scope));
  }
}

interface Work {
  conclusion: Conclusion;
  outputs: Values;
}

/** Enters the step into the `steps` context and the job's status; gives its conclusion back. */
function record(session: JobSession, step: StepDefinition, work: Work, scope: Scope): Conclusion {
  const forgiven = work.conclusion === "failure" && continuesOnError(step, scope);
  const conclusion = forgiven ? "success" : work.conclusion;
  session.steps[step.id] = { outputs: work.outputs, outcome: work.conclusion, conclusion };
  if (conclusion === "failure") session.failed = true;
  return conclusion;
}

/** The step under its `timeout-minutes`, and stopped when the job is cancelled and its condition no longer holds. */
async function timed(
  session: JobSession,
  step: StepDefinition,
  name: string,
  scope: Scope,
  environment: Values,
) {
  const stopping = new AbortController();
  const { stop, log } = session;
  const onCancel = () => {
    if (!stillHolds(step, scope)) stopping.abort();
  };
  stop.requested.addEventListener("abort", onCancel);
  if (stop.requested.aborted) onCancel();
  const minutes = wholeMinutes(step.token.find("timeout-minutes"), scope);
  let timedOut = false;
  const onTimeout = () => {
    timedOut = true;
    stopping.abort();
  };
  const timer = minutes > 0 ? setTimeout(onTimeout, minutes * session.minute) : undefined;
  try {
    const work = await carryOut(session, step, scope, environment, {
      stop: stopping.signal,
      kill: stop.forced,
    });
    if (timedOut) {
      log.annotate("error", `The action '${name}' has timed out after ${minutes} minutes.`);
      return { ...work, conclusion: "failure" as const };
    }
    const cancelled = stopping.signal.aborted || stop.forced.aborted;
    if (cancelled) log.annotate("error", "The operation was canceled.");
    return cancelled ? { ...work, conclusion: "cancelled" as const } : work;
  } finally {
    clearTimeout(timer);
    stop.requested.removeEventListener("abort", onCancel);
  }
}

function stillHolds(step: StepDefinition, scope: Scope): boolean {
  try {
    return holds(step.condition, scope);
  } catch {
    return false;
  }
}

async function carryOut(
  session: JobSession,
  step: StepDefinition,
  scope: Scope,
  environment: Values,
  signals: StepSignals,
): Promise<Work> {
  const { log, folder } = session;
  const commands = new OutputCommands(log);
  const onLine = (line: string) => commands.handle(line);
  const files = folder.newCommandFiles();
  let outputs: Values = {};
  let failed = false;
  const uses = step.token.find("uses");
  if (uses === undefined) {
    const processEnvironment = stepEnvironment(session, environment, files);
    const code = await runScript(
      session,
      step.token,
      scope,
      processEnvironment,
      environment,
      onLine,
      signals,
    );
    failed = code !== 0;
    if (failed && !signals.stop.aborted) log.annotate("error", `Process completed with exit code ${code}.`);
  } else {
    const action = builtInAction(uses.toString());
    if (action === undefined) throw new Error(unknownAction(uses.toString()));
    log.write(`##[group]Run ${uses.toString()}\n##[endgroup]`);
    outputs = await action(session, resolveTexts(step.token.find("with"), scope), onLine, signals);
  }
  const written = takeStepFiles(session, files);
  outputs = { ...outputs, ...commands.outputs, ...written.outputs };
  return { outputs, conclusion: failed || commands.failed || written.failed ? "failure" : "success" };
}

function continuesOnError(step: StepDefinition, scope: Scope): boolean {
  try {
    return resolve(step.token.find("continue-on-error"), scope) === true;
  } catch {
    return false;
  }
}

function displayName(step: StepDefinition, scope: Scope): string {
  const given = resolveText(step.token.find("name"), scope);
  if (given !== "") return given;
  const run = step.token.find("run");
  if (run === undefined) return `Run ${step.token.find("uses")?.toString() ?? ""}`;
  return `Run ${resolveText(run, scope).trim().split("\n")[0] ?? ""}`;
}

/** For a step whose name cannot be evaluated. */
function plainName(step: StepDefinition): string {
  return step.token.find("name")?.toString() ?? step.id;
}
