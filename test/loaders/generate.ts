import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { catalog as written } from "../../secrets/catalog";
import type { Groupings } from "../../src/catalog/applications";
import { resolveCatalog } from "../../src/catalog/entry";
import type { LoaderSpec } from "../../src/loaders/generator/loader-spec";
import { readRuntimes } from "../../src/loaders/generator/read-runtimes";
import { renderApplication } from "../../src/loaders/generator/render-application";
import { renderPython } from "../../src/loaders/generator/render-python";
import { renderTypeScript } from "../../src/loaders/generator/render-typescript";

const catalog = resolveCatalog(written);
const PROJECT = join(__dirname, "../..");
const DOCS = "docs/load-in-python.md";

/**
 * Writes loaders into a folder, for tests: the contract's as `with_runtime` and `with_package` in both languages, and the
 * catalog's own applications at their paths, for an organization of the sandbox's.
 */
export function generate(folder: string): void {
  const text = readFileSync(join(PROJECT, "src/loaders/contract/cases.yaml"), "utf8");
  const { spec, groupings } = parse(text) as { spec: LoaderSpec; groupings: Groupings };
  const runtimes = readRuntimes(PROJECT);
  const settings = {
    pulumiOrganization: spec.organization,
    escProject: "default",
    application: "sophia-ai",
    appRoot: "sophia",
  };
  const files = [
    [
      "with_runtime.py",
      renderPython({ spec, groupings, runtime: { included: runtimes.python }, docs: DOCS }),
    ],
    ["with_package.py", renderPython({ spec, groupings, runtime: "package", docs: DOCS })],
    [
      "with_runtime.ts",
      renderTypeScript({ spec, groupings, runtime: { included: runtimes.typescript }, docs: DOCS }),
    ],
    ["with_package.ts", renderTypeScript({ spec, groupings, runtime: "package", docs: DOCS })],
    [
      "with_settings.py",
      renderPython({
        spec,
        groupings,
        runtime: { included: runtimes.pythonWithPydantic },
        docs: DOCS,
        pydantic: true,
      }),
    ],
    [
      "with_package_settings.py",
      renderPython({ spec, groupings, runtime: "package", docs: DOCS, pydantic: true }),
    ],
    ...catalog.applications
      .filter(({ language }) => language === "python")
      .map((each) => [each.path, renderApplication(catalog, settings, each, runtimes)] as const),
  ] as const;
  for (const [path, content] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

if (require.main === module) generate(process.argv[2] ?? "");
