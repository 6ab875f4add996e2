import { endedJob } from "./ended-job";
import { resolve, type Scope, type Value } from "./expression";
import { runJob } from "./job";
import { concurrencyOf, forgivesFailure, jobName } from "./job-settings";
import { JobStop } from "./job-stop";
import { type Combination, matrixCombinations, matrixSuffix } from "./matrix";
import type { JobResult, Values } from "./run-request";
import type { RunSurroundings } from "./run-surroundings";
import type { JobDefinition } from "./workflow-file";

/** How a job with all its matrix combinations ended, as `needs` shows it. */
export interface JobOutcome {
  result: "success" | "failure" | "cancelled" | "skipped";
  outputs: Values;
}

/**
 * Runs every matrix combination of a job, `max-parallel` at a time; the first that fails stops the others
 * unless `fail-fast` is false.
 *
 * @param scope github, inputs, vars, needs.
 * @param onEnd called with each combination's result as it ends.
 * @throws when `strategy` cannot be evaluated.
 */
export async function runMatrix(
  run: RunSurroundings,
  definition: JobDefinition,
  scope: Scope,
  onEnd: (result: JobResult) => void,
): Promise<JobOutcome> {
  const strategy = (resolve(definition.token.find("strategy"), scope) ?? {}) as Record<string, Value>;
  const combinations = matrixCombinations(strategy.matrix ?? null);
  const failFast = strategy["fail-fast"] !== false;
  const limit = Math.max(1, Number(strategy["max-parallel"] ?? combinations.length));
  const stops = combinations.map(() => new JobStop(run.minute));
  const common = { "fail-fast": failFast, "job-total": combinations.length, "max-parallel": limit };
  const outcome: JobOutcome = { result: "success", outputs: {} };
  const runOne = async (at: number) => {
    const matrix = combinations[at] as Combination;
    const contexts = { ...scope.contexts, matrix, strategy: { ...common, "job-index": at } };
    const result = await runCombination(run, definition, { contexts }, matrix, stops[at] as JobStop);
    onEnd(result);
    enter(outcome, result, definition, { contexts });
    if (outcome.result === "failure" && failFast) for (const stop of stops) stop.request(FAIL_FAST);
  };
  const waiting = [...combinations.keys()];
  const workers = Array.from({ length: Math.min(limit, waiting.length) }, async () => {
    for (let at = waiting.shift(); at !== undefined; at = waiting.shift()) await runOne(at);
  });
  await Promise.all(workers);
  return outcome;
}

const FAIL_FAST = "The strategy configuration was canceled because another job of its matrix failed";

/** Adds one combination's result to that of the whole job: failure outweighs cancellation. */
function enter(outcome: JobOutcome, result: JobResult, definition: JobDefinition, scope: Scope): void {
  if (result.conclusion === "success") Object.assign(outcome.outputs, result.outputs);
  else if (result.conclusion === "cancelled") {
    if (outcome.result !== "failure") outcome.result = "cancelled";
  } else if (!forgivesFailure(definition, scope)) outcome.result = "failure";
}

async function runCombination(
  run: RunSurroundings,
  definition: JobDefinition,
  scope: Scope,
  combination: Combination,
  stop: JobStop,
): Promise<JobResult> {
  const id = run.nextId();
  const suffix = matrixSuffix(combination);
  const leave = run.addStop(stop);
  let group: string | undefined;
  const contender = { cancel: (reason: string) => stop.request(reason) };
  try {
    const name = jobName(definition, scope, suffix);
    const earlier = run.kept(definition.id, name);
    if (earlier !== undefined) return earlier;
    const concurrency = concurrencyOf(definition.token, scope);
    if (concurrency !== undefined) {
      group = concurrency.group;
      const leaveQueue = () => run.groups.release(concurrency.group, contender);
      stop.requested.addEventListener("abort", leaveQueue, { once: true });
      const reason = await run.enterGroup(concurrency, contender);
      stop.requested.removeEventListener("abort", leaveQueue);
      if (reason !== undefined) return endedJob(id, definition.id, name, "cancelled", [reason]);
    }
    if (stop.requested.aborted) return endedJob(id, definition.id, name, "cancelled", [stop.reason]);
    return await runJob({
      facts: run.facts,
      definition,
      id,
      name,
      scope,
      stop,
      workFolder: run.workFolder,
      minute: run.minute,
      onStart: run.onJobStart,
    });
  } catch (error) {
    return endedJob(id, definition.id, definition.id + suffix, "failure", [(error as Error).message]);
  } finally {
    if (group !== undefined) run.groups.release(group, contender);
    stop.done();
    leave();
  }
}
