import { checkCatalog } from "../../src/catalog/checks/check-catalog";
import { type Catalog, type Entry, type ResolvedCatalog, resolveCatalog } from "../../src/catalog/entry";

/** A catalog of these entries, resolved. They are data: what the compiler would refuse can be written too. */
export function catalogWith(...secrets: readonly Record<string, unknown>[]): ResolvedCatalog {
  return resolveCatalog(declaredWith(...secrets));
}

/** The same catalog as people write it. */
export function declaredWith(...secrets: readonly Record<string, unknown>[]): Catalog {
  return {
    environments: ["staging", "production"],
    groups: { keys: { description: "Keys", rotationDays: 90, owner: "Ops" } },
    secrets: secrets.map((secret) => ({ group: "keys", ...secret })) as unknown as readonly Entry[],
  };
}

/** Problems of these entries as `thing: cause`, in the order they are reported. */
export function problemsOf(...secrets: readonly Record<string, unknown>[]): string[] {
  return checkCatalog(catalogWith(...secrets), "app").map(
    ({ subject: thing, cause }) => `${thing}: ${cause}`,
  );
}
