import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bundlePython, type PythonModule } from "./bundle-python";
import type { Runtimes } from "./render-application";
import { PYDANTIC_IMPORTS } from "./render-pydantic";
import { OWN_IMPORTS } from "./render-python";

/** The TypeScript runtime, compiled and with its declarations: `make bundle` builds both from src/loaders/typescript. */
export const TYPESCRIPT_RUNTIME = { code: "dist/loader.mjs", types: "dist/loader.d.ts" } as const;

/** What stands in the Python package alone: its entry, and what needs another package. */
const NOT_INCLUDED = ["__init__", "pydantic"];

/** The runtimes that files of applications include, from this project's own folder. */
export function readRuntimes(project: string): Runtimes {
  const { code, types } = TYPESCRIPT_RUNTIME;
  return {
    python: bundlePython(pythonModules(project, NOT_INCLUDED), OWN_IMPORTS),
    pythonWithPydantic: bundlePython(pythonModules(project, ["__init__"]), [
      ...OWN_IMPORTS,
      ...PYDANTIC_IMPORTS,
    ]),
    typescript: {
      code: readFileSync(join(project, code), "utf8"),
      types: readFileSync(join(project, types), "utf8"),
    },
  };
}

function pythonModules(project: string, left: readonly string[]): PythonModule[] {
  const folder = join(project, "src/loaders/python/sophia_secrets");
  return readdirSync(folder)
    .filter((file) => file.endsWith(".py"))
    .map((file) => file.slice(0, -".py".length))
    .filter((name) => !left.includes(name))
    .map((name) => ({ name, text: readFileSync(join(folder, `${name}.py`), "utf8") }));
}
