import { type Application, type Groupings, keysIn } from "../../catalog/applications";
import type { ResolvedCatalog } from "../../catalog/entry";
import type { TypeScriptRuntime } from "./include-typescript";
import { keysOf } from "./loader-spec";
import { renderPython } from "./render-python";
import { renderTypeScript } from "./render-typescript";
import { type LoaderSettings, loaderSpec } from "./spec-of-catalog";

/** The runtimes that a file includes, as text, by language. */
export interface Runtimes {
  python: string;
  /** The same with the settings source of pydantic. */
  pythonWithPydantic: string;
  typescript: TypeScriptRuntime;
}

/** Page of this project that explains a file, by language. */
const DOCS = { python: "docs/load-in-python.md", typescript: "docs/load-in-typescript.md" } as const;

/**
 * The file that one application gets: the same text for equal catalogs, names alone.
 */
export function renderApplication(
  catalog: ResolvedCatalog,
  settings: LoaderSettings,
  application: Application,
  runtimes: Runtimes,
): string {
  const { language, runtime = "included", pydantic = false } = application;
  const spec = loaderSpec(catalog, settings, application);
  const groupings = groupingsFor(catalog.groupings, keysOf(spec));
  const docs = DOCS[language];
  if (language === "python") {
    const included =
      runtime === "package"
        ? "package"
        : { included: pydantic ? runtimes.pythonWithPydantic : runtimes.python };
    return renderPython({ spec, groupings, runtime: included, docs, pydantic });
  }
  const included = runtime === "package" ? "package" : { included: runtimes.typescript };
  return renderTypeScript({ spec, groupings, runtime: included, docs });
}

/** Groupings of keys that the application loads, whole: half of one would be another. */
function groupingsFor(groupings: Groupings, keys: readonly string[]): Groupings {
  const whole = Object.entries(groupings).filter(([, grouping]) =>
    keysIn(grouping).every((key) => keys.includes(key)),
  );
  // By name: the catalog's own order must change no file.
  return Object.fromEntries(whole.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Whether a file is one that `renderApplication` wrote, of whichever version. */
export function isGenerated(text: string): boolean {
  return /^(#|\/\/) Generated from the secrets catalog\. Do not edit: /.test(text);
}
