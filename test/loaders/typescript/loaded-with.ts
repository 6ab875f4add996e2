import { type Catalog, resolveCatalog } from "../../../src/catalog/entry";
import { type LoaderSettings, loaderSpec } from "../../../src/loaders/generator/spec-of-catalog";
import { collectSecrets } from "../../../src/loaders/typescript/collect-secrets";
import type { LoadedSecrets } from "../../../src/loaders/typescript/loaded-secrets";
import { createSnapshot } from "../../../src/loaders/typescript/snapshot";

/** The stacks' config of these tests: the root key is `app`, production is `default/app-production`. */
export const SETTINGS: LoaderSettings = {
  pulumiOrganization: "acme",
  escProject: "default",
  application: "app",
  appRoot: "app",
};

/** What a loader makes of an opened document. */
export function loadedWith<const C extends Catalog, Environment extends C["environments"][number]>(
  catalog: C,
  environment: Environment,
  document: unknown,
): LoadedSecrets<C, Environment> {
  const spec = loaderSpec(resolveCatalog(catalog), SETTINGS);
  const values = collectSecrets(spec, environment, document);
  return createSnapshot(spec, environment, values).secrets as unknown as LoadedSecrets<C, Environment>;
}
