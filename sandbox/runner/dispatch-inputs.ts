import type { Value } from "./expression";
import type { MappingToken } from "./language-library";
import { InvalidWorkflow, parseWorkflow, type Workflow } from "./workflow-file";

/** A dispatch that GitHub's API answers with an error; `status` is the HTTP status it uses. */
export class DispatchRefused extends Error {
  constructor(
    readonly status: 404 | 422,
    message: string,
  ) {
    super(message);
    this.name = "DispatchRefused";
  }
}

/**
 * The `inputs` context of a dispatched run: what was given, completed with defaults, in the declared types.
 * The messages are those of GitHub's dispatch endpoint.
 *
 * @throws DispatchRefused on an input the workflow does not have, a required one that is missing, and a value
 *   that its type does not allow.
 */
export function dispatchInputs(workflow: Workflow, given: Record<string, string>): Record<string, Value> {
  const declared = workflow.on.workflow_dispatch?.inputs ?? {};
  const unexpected = Object.keys(given).filter((name) => !Object.hasOwn(declared, name));
  if (unexpected.length > 0) throw refused(`Unexpected inputs provided: ${JSON.stringify(unexpected)}`);
  const inputs: Record<string, Value> = {};
  for (const [name, input] of Object.entries(declared)) {
    const fallback = defaultOf(workflow, name);
    const value = given[name] ?? fallback;
    if (input.required === true && (value === undefined || value === "")) {
      throw refused(`Required input '${name}' not provided`);
    }
    // The parser's enumeration lacks `number`, which it reads as undefined.
    const type = (input.type as string | undefined) ?? "number";
    inputs[name] = typed(name, type, value, input.options ?? []);
  }
  return inputs;
}

function typed(name: string, type: string, value: string | undefined, options: string[]): Value {
  if (type === "boolean") {
    if (value === undefined) return false;
    if (value !== "true" && value !== "false") throw notAllowed(name, value);
    return value === "true";
  }
  if (type === "choice") {
    const choice = value ?? options[0] ?? "";
    if (!options.includes(choice)) throw notAllowed(name, choice);
    return choice;
  }
  if (type === "number" && value !== undefined) {
    if (value.trim() === "" || Number.isNaN(Number(value))) throw notAllowed(name, value);
    return Number(value);
  }
  return value ?? "";
}

function defaultOf(workflow: Workflow, name: string): string | undefined {
  const path = ["on", "workflow_dispatch", "inputs", name, "default"];
  let token: MappingToken | undefined = workflow.root;
  for (const key of path) token = token?.find(key) as MappingToken | undefined;
  return token?.toString();
}

function notAllowed(name: string, value: string): DispatchRefused {
  return refused(`Provided value '${value}' for input '${name}' not in the list of allowed values`);
}

function refused(message: string): DispatchRefused {
  return new DispatchRefused(422, message);
}

/** The workflow in a file. @throws DispatchRefused when GitHub would refuse it. */
export function parsedForDispatch(path: string, text: string): Workflow {
  try {
    return parseWorkflow(path, text);
  } catch (error) {
    if (error instanceof InvalidWorkflow) {
      throw new DispatchRefused(422, `failed to parse workflow: ${error.problems.join("; ")}`);
    }
    throw error;
  }
}
