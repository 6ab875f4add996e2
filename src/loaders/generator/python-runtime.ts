import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { PythonModule } from "./bundle-python";

/** What stands in the package alone: its entry, and what needs another package. */
const NOT_INCLUDED = ["__init__", "pydantic"];

/** Modules of the runtime that an application's file includes, as they stand in this project. */
export function readPythonRuntime(project: string): PythonModule[] {
  const folder = join(project, "src/loaders/python/sophia_secrets");
  return readdirSync(folder)
    .filter((file) => file.endsWith(".py"))
    .map((file) => file.slice(0, -".py".length))
    .filter((name) => !NOT_INCLUDED.includes(name))
    .map((name) => ({ name, text: readFileSync(join(folder, `${name}.py`), "utf8") }));
}
