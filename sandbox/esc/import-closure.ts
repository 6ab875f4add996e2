import type { BuiltinExpression, EnvironmentDeclaration, Expression } from "./expression";
import { parseEnvironment } from "./parse-environment";
import { rotatorOf } from "./parse-rotate";
import type { RotatorSchema, Rotators } from "./rotator";
import type { Diagnostic } from "./syntax";

/** What an environment's name stands for: its text and, if its secrets have a key of their own, how to read them. */
export interface LoadedText {
  text: string;
  decrypt?: (ciphertext: string) => string;
}

/** Finds an environment by the name that an import gives, `@version` included. Throws the reason why it cannot. */
export type LoadEnvironment = (name: string) => LoadedText | Promise<LoadedText>;

/** An environment that was loaded and parsed, or the reason why it could not be loaded. */
export type ClosureEntry =
  | {
      environment?: EnvironmentDeclaration;
      diagnostics: Diagnostic[];
      decrypt: (ciphertext: string) => string;
    }
  | { failure: string };

/** All environments that an evaluation may need, by the names that the imports give. */
export type ImportClosure = Map<string, ClosureEntry>;

/** How environments are loaded. */
export interface Loading {
  load: LoadEnvironment;
  /** For the environments whose loader names no decrypter of their own. */
  decrypt: (ciphertext: string) => string;
  rotators?: Rotators;
}

/**
 * Loads everything that an environment imports, directly or not, so that evaluation itself needs no waiting.
 * @param looksAtAll whether that includes what only the rotators of this environment need. Of an imported one's it
 * never does: who opens rotated credentials needs no right on the managing ones
 */
export async function loadClosure(
  declaration: EnvironmentDeclaration,
  { load, decrypt, rotators = {} }: Loading,
  looksAtAll: boolean,
): Promise<ImportClosure> {
  const closure: ImportClosure = new Map();
  const visit = async (environment: EnvironmentDeclaration): Promise<void> => {
    const passing = environment === declaration && looksAtAll ? {} : rotators;
    const names = importedNames(environment, passing).filter((name) => !closure.has(name));
    for (const name of names) closure.set(name, { failure: "not loaded" });
    await Promise.all(
      names.map(async (name) => {
        const entry = await loadOne(name, load, decrypt);
        closure.set(name, entry);
        if ("environment" in entry && entry.environment) await visit(entry.environment);
      }),
    );
  };
  await visit(declaration);
  return closure;
}

async function loadOne(
  name: string,
  load: LoadEnvironment,
  decrypt: (ciphertext: string) => string,
): Promise<ClosureEntry> {
  try {
    const loaded = await load(name);
    return { ...parseEnvironment(name, loaded.text), decrypt: loaded.decrypt ?? decrypt };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * The names of the environments that a definition imports, explicitly or by `${environments.project.name}`.
 * @param rotators whose rotate-only inputs are passed over; default: none
 */
export function importedNames(environment: EnvironmentDeclaration, rotators: Rotators = {}): string[] {
  const names = new Set(environment.imports.map(({ name }) => name));
  for (const { value } of environment.values) collectImplicit(value, names, rotators);
  return [...names];
}

function collectImplicit(expression: Expression, names: Set<string>, rotators: Rotators): void {
  switch (expression.kind) {
    case "symbol":
      addImplicit(expression.accessors, names);
      break;
    case "interpolate":
      for (const { accessors } of expression.parts) addImplicit(accessors ?? [], names);
      break;
    case "array":
      for (const element of expression.elements) collectImplicit(element, names, rotators);
      break;
    case "object":
      for (const { value } of expression.entries) collectImplicit(value, names, rotators);
      break;
    case "builtin":
      for (const part of openedParts(expression, rotators)) collectImplicit(part, names, rotators);
      break;
    case "literal":
      break;
  }
}

/** The parts of a call that are evaluated whenever the environment is opened. */
function openedParts(call: BuiltinExpression, rotators: Rotators): Expression[] {
  const name = rotatorOf(call);
  const rotator = name !== undefined && Object.hasOwn(rotators, name) ? rotators[name] : undefined;
  const { inputs, state } = call.operands;
  if (!rotator || !inputs) return [call.argument];
  return [...withoutRotateOnly(inputs, rotator.inputs), ...(state ? [state] : [])];
}

function withoutRotateOnly(expression: Expression, schema: RotatorSchema | undefined): Expression[] {
  if (expression.kind !== "object" || !schema) return [expression];
  return expression.entries.flatMap(({ key = "", value }) =>
    schema.rotateOnly?.includes(key) ? [] : withoutRotateOnly(value, schema.properties?.[key]),
  );
}

function addImplicit(accessors: readonly { key: string | number }[], names: Set<string>): void {
  const [first, project, name] = accessors.map(({ key }) => key);
  if (first !== "environments" || typeof project !== "string" || typeof name !== "string") return;
  names.add(`${project}/${name}`);
}
