import { type Application, type Groupings, keysIn } from "../../catalog/applications";
import type { Catalog } from "../../catalog/entry";
import { keysOf } from "./loader-spec";
import { renderPython } from "./render-python";
import { type LoaderSettings, loaderSpec } from "./spec-of-catalog";

/** The runtimes that a file includes, as text, by language. */
export interface Runtimes {
  python: string;
}

/** Page of this project that explains a file, by language. */
const DOCS = { python: "docs/load-in-python.md", typescript: "docs/load-in-typescript.md" } as const;

/**
 * The file that one application gets: the same text for equal catalogs, names alone.
 *
 * @throws Error for a language without a renderer, which the catalog's checks refuse.
 */
export function renderApplication(
  catalog: Catalog,
  settings: LoaderSettings,
  application: Application,
  runtimes: Runtimes,
): string {
  const { language, runtime = "included" } = application;
  const spec = loaderSpec(catalog, settings, application);
  const groupings = groupingsFor(catalog.groupings ?? {}, keysOf(spec));
  const docs = DOCS[language];
  if (language === "python") {
    const included = runtime === "package" ? "package" : { included: runtimes.python };
    return renderPython({ spec, groupings, runtime: included, docs });
  }
  throw new Error(`no loader is generated for ${language}`);
}

/** Groupings of keys that the application loads, whole: half of one would be another. */
function groupingsFor(groupings: Groupings, keys: readonly string[]): Groupings {
  return Object.fromEntries(
    Object.entries(groupings).filter(([, grouping]) => keysIn(grouping).every((key) => keys.includes(key))),
  );
}
