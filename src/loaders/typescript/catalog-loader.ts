import { type Catalog, resolveCatalog } from "../../catalog/entry";
import { type LoaderSettings, loaderSpec } from "../generator/spec-of-catalog";
import { createLoader, type Loader } from "./create-loader";
import type { LoadedSecrets } from "./loaded-secrets";
import type { LoaderOptions } from "./loader-options";

/**
 * A loader for a catalog in hand, whose types follow from it without generating anything. Applications, which have no
 * catalog, import a generated file.
 *
 * @param settings the stacks' config: what the environments are called and under which key the values stand.
 */
export function createCatalogLoader<
  const C extends Catalog,
  Environment extends C["environments"][number] = C["environments"][number],
>(
  catalog: C,
  settings: LoaderSettings,
  options: LoaderOptions<Environment> = {},
): Loader<LoadedSecrets<C, Environment>> {
  return createLoader<LoadedSecrets<C, Environment>>(loaderSpec(resolveCatalog(catalog), settings), options);
}
