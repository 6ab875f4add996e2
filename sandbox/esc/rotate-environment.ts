import { type DocumentPath, documentPaths } from "./document-path";
import { type EvaluationOptions, evaluateWith } from "./evaluate-environment";
import { RotationDue, type RotationRun } from "./evaluate-rotate";
import { parseYaml } from "./parse-yaml";
import type { RotatorObject } from "./rotator";
import type { Diagnostic } from "./syntax";

/** What became of one call of `fn::rotate`. */
export interface Rotation {
  /** Where it stands, from the document's root: `values` first. */
  path: DocumentPath;
  status: "succeeded" | "failed" | "not-evaluated";
  /** Why it failed, in the rotator's words. */
  failure?: string;
  /** The state to keep: write it back before anything else, for the old credentials may be gone. */
  state?: RotatorObject;
}

/**
 * Rotates an environment's secrets: calls the rotators of its own text, not of what it imports, one after another.
 * Nothing is written: `writeStates` puts the states into the text.
 *
 * @param isWanted which calls, by their path from `values`; default: all
 * @returns each wanted call, in the order they were met, and what is wrong with the environment
 */
export async function rotateEnvironment(
  options: EvaluationOptions,
  isWanted: (path: DocumentPath) => boolean = () => true,
): Promise<{ rotations: Rotation[]; diagnostics: Diagnostic[] }> {
  const { root } = parseYaml(options.name, options.text);
  const run: RotationRun = {
    paths: root ? documentPaths(root) : new Map(),
    isWanted: (path) => path[0] === "values" && isWanted(path.slice(1)),
    outcomes: new Map(),
  };
  for (;;) {
    try {
      const { diagnostics } = await evaluateWith({ ...options, mode: "open" }, run);
      return { rotations: [...run.outcomes].map(([at, outcome]) => describe(run, at, outcome)), diagnostics };
    } catch (error) {
      if (!(error instanceof RotationDue)) throw error;
      run.outcomes.set(error.at, await act(error, options));
    }
  }
}

async function act({ rotator: name, inputs, state }: RotationDue, { rotators }: EvaluationOptions) {
  try {
    const next = await rotators?.[name]?.rotate(inputs, state);
    return next ? { state: next } : { failure: `rotator "${name}" is not available` };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : "failed" };
  }
}

function describe(
  run: RotationRun,
  at: string,
  outcome: { state?: RotatorObject; failure?: string },
): Rotation {
  const path = run.paths.get(at) ?? [];
  const { state, failure } = outcome;
  if (state) return { path, status: "succeeded", state };
  return failure === undefined ? { path, status: "not-evaluated" } : { path, status: "failed", failure };
}
