import { importedNames } from "./import-closure";
import { parseEnvironment } from "./parse-environment";

/** An environment as an import names it. */
export interface EnvironmentReference {
  project: string;
  environment: string;
  /** A revision number or a version tag. */
  version?: string;
}

/**
 * The names of the environments that a text imports, as written: explicit imports first, then those of
 * `${environments.project.name}`. Empty for a text that cannot be read.
 */
export function referencesOf(text: string): string[] {
  const { environment } = parseEnvironment("", text);
  return environment ? importedNames(environment) : [];
}

/** Takes an import's name apart: `project/environment@version`; without a project it means the project `default`. */
export function parseReference(name: string): EnvironmentReference {
  const at = name.lastIndexOf("@");
  const path = at === -1 ? name : name.slice(0, at);
  const slash = path.indexOf("/");
  return {
    project: slash === -1 ? "default" : path.slice(0, slash),
    environment: path.slice(slash + 1),
    ...(at !== -1 && { version: name.slice(at + 1) }),
  };
}
