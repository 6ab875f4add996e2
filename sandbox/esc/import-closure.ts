import type { EnvironmentDeclaration, Expression } from "./expression";
import { parseEnvironment } from "./parse-environment";
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

/**
 * Loads everything that an environment imports, directly or not, so that evaluation itself needs no waiting.
 * @param decrypt for the environments whose loader names no decrypter of their own
 */
export async function loadClosure(
  declaration: EnvironmentDeclaration,
  load: LoadEnvironment,
  decrypt: (ciphertext: string) => string,
): Promise<ImportClosure> {
  const closure: ImportClosure = new Map();
  const visit = async (environment: EnvironmentDeclaration): Promise<void> => {
    const names = importedNames(environment).filter((name) => !closure.has(name));
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

/** The names of the environments that a definition imports, explicitly or by `${environments.project.name}`. */
export function importedNames(environment: EnvironmentDeclaration): string[] {
  const names = new Set(environment.imports.map(({ name }) => name));
  for (const { value } of environment.values) collectImplicit(value, names);
  return [...names];
}

function collectImplicit(expression: Expression, names: Set<string>): void {
  switch (expression.kind) {
    case "symbol":
      addImplicit(expression.accessors, names);
      break;
    case "interpolate":
      for (const { accessors } of expression.parts) addImplicit(accessors ?? [], names);
      break;
    case "array":
      for (const element of expression.elements) collectImplicit(element, names);
      break;
    case "object":
      for (const { value } of expression.entries) collectImplicit(value, names);
      break;
    case "builtin":
      collectImplicit(expression.argument, names);
      break;
    case "literal":
      break;
  }
}

function addImplicit(accessors: readonly { key: string | number }[], names: Set<string>): void {
  const [first, project, name] = accessors.map(({ key }) => key);
  if (first !== "environments" || typeof project !== "string" || typeof name !== "string") return;
  names.add(`${project}/${name}`);
}
