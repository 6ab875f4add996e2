import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import * as language from "@pulumi/pulumi/proto/language_pb";

/**
 * The direct dependencies of the package in `directory`, each with its installed version; for `pulumi about`.
 *
 * @throws when the folder has no package.json
 */
export function programDependencies(directory: string): language.GetProgramDependenciesResponse {
  const resolver = createRequire(join(directory, "package.json"));
  const response = new language.GetProgramDependenciesResponse();
  for (const name of Object.keys(readManifest(join(directory, "package.json")).dependencies ?? {})) {
    const dependency = new language.DependencyInfo();
    dependency.setName(name);
    dependency.setVersion(installedVersion(resolver, name) ?? "not installed");
    response.addDependencies(dependency);
  }
  return response;
}

/** Not by require: many packages do not export their package.json. */
function installedVersion(resolver: NodeJS.Require, name: string): string | undefined {
  const folders = resolver.resolve.paths(name) ?? [];
  const manifest = folders
    .map((folder) => join(folder, name, "package.json"))
    .find((path) => existsSync(path));
  return manifest ? readManifest(manifest).version : undefined;
}

function readManifest(path: string): { version?: string; dependencies?: Record<string, string> } {
  return JSON.parse(readFileSync(path, "utf8"));
}
