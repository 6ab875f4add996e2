import { checkout } from "./checkout-action";
import type { JobSession } from "./job-session";
import type { Values } from "./run-request";
import type { StepSignals } from "./script-step";

type BuiltIn = (
  session: JobSession,
  inputs: Values,
  onLine: (line: string) => void,
  signals: StepSignals,
) => Promise<Values>;

/**
 * The actions this runner knows, whatever version is asked for. To add one: a function that takes the step's
 * inputs and returns its outputs, and its name here.
 */
const BUILT_IN: Record<string, BuiltIn> = {
  "actions/checkout": checkout,
  "actions/setup-node": keepNode,
};

/** @returns undefined when the runner does not have the action. */
export function builtInAction(uses: string): BuiltIn | undefined {
  const [name = ""] = uses.split("@");
  return Object.hasOwn(BUILT_IN, name.toLowerCase()) ? BUILT_IN[name.toLowerCase()] : undefined;
}

/** Why a `uses` cannot be carried out. */
export function unknownAction(uses: string): string {
  return (
    `Unable to resolve action '${uses}': the sandbox's runner downloads nothing and has only ` +
    `${Object.keys(BUILT_IN).join(" and ")}. Remedy: use those, or a 'run' step`
  );
}

/** `actions/setup-node` keeps the machine's Node: the sandbox downloads nothing. The log says so. */
async function keepNode(
  _session: JobSession,
  inputs: Values,
  onLine: (line: string) => void,
): Promise<Values> {
  onLine(`Asked for Node ${inputs["node-version"] ?? "(none named)"}; the sandbox keeps ${process.version}`);
  return { "node-version": process.version };
}
