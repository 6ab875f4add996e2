import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bundlePython, type PythonModule } from "./bundle-python";
import type { Runtimes } from "./render-application";
import { OWN_IMPORTS } from "./render-python";

/** What stands in the package alone: its entry, and what needs another package. */
const NOT_INCLUDED = ["__init__", "pydantic"];

/** The runtimes, from this project's own folder. */
export function readRuntimes(project: string): Runtimes {
  return { python: bundlePython(readPythonRuntime(project), OWN_IMPORTS) };
}

/** Modules of the runtime that an application's file includes, as they stand in this project. */
function readPythonRuntime(project: string): PythonModule[] {
  const folder = join(project, "src/loaders/python/sophia_secrets");
  return readdirSync(folder)
    .filter((file) => file.endsWith(".py"))
    .map((file) => file.slice(0, -".py".length))
    .filter((name) => !NOT_INCLUDED.includes(name))
    .map((name) => ({ name, text: readFileSync(join(folder, `${name}.py`), "utf8") }));
}
