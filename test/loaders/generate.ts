import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { bundlePython } from "../../src/loaders/generator/bundle-python";
import type { Groupings, LoaderSpec } from "../../src/loaders/generator/loader-spec";
import { readPythonRuntime } from "../../src/loaders/generator/python-runtime";
import { OWN_IMPORTS, renderPython } from "../../src/loaders/generator/render-python";

const PROJECT = join(__dirname, "../..");

/** Writes the contract's loaders into a folder, for the Python tests: `with_runtime.py` and `with_package.py`. */
function generate(folder: string): void {
  const text = readFileSync(join(PROJECT, "src/loaders/contract/cases.yaml"), "utf8");
  const { spec, groupings } = parse(text) as { spec: LoaderSpec; groupings: Groupings };
  const included = bundlePython(readPythonRuntime(PROJECT), OWN_IMPORTS);
  const files = { with_runtime: { included }, with_package: "package" } as const;
  mkdirSync(folder, { recursive: true });
  for (const [name, runtime] of Object.entries(files))
    writeFileSync(
      join(folder, `${name}.py`),
      renderPython({ spec, groupings, runtime, docs: "docs/load-in-python.md" }),
    );
}

generate(process.argv[2] ?? "");
