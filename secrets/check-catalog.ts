import { checkKeys } from "./check-keys";
import { checkNames } from "./check-names";
import { type Catalog, resolveCatalog, type Secret } from "./entry";
import { FORMATS, misfit } from "./formats";
import { SENTINEL } from "./layout";
import type { Problem } from "./problem";

/**
 * Every rule of the catalog, each over all entries, so that people see all problems at once. The compiler has
 * checked the references of `defineCatalog` already; they are checked here again for catalogs that come as data.
 */
export function checkCatalog(catalog: Catalog, appRoot: string): Problem[] {
  const secrets = resolveCatalog(catalog);
  return [
    ...checkGroups(catalog),
    ...checkNames(secrets),
    ...checkKeys(secrets, appRoot),
    ...secrets.flatMap((secret) => checkReferences(secret, catalog)),
    ...secrets.flatMap(checkValues),
  ];
}

/** Endings of ESC environments and teams that are not groups (layout.ts): a group of that name would share one. */
const TAKEN = new Set(["ledger", "sync", "application"]);
const GROUP_NAME = /^[a-z0-9][a-z0-9-]*$/;

function checkGroups(catalog: Catalog): Problem[] {
  return Object.keys(catalog.groups).flatMap((group) => {
    if (TAKEN.has(group)) {
      return [
        { thing: `group ${group}`, cause: "the name is taken by the pipeline itself", remedy: "rename it" },
      ];
    }
    if (!GROUP_NAME.test(group)) {
      return [
        { thing: `group ${group}`, cause: "is not lower case, digits and hyphens", remedy: "rename it so" },
      ];
    }
    return [];
  });
}

function checkReferences(secret: Secret, catalog: Catalog): Problem[] {
  const problems: Problem[] = [];
  const unknown = (what: string, value: string, known: readonly string[]) =>
    problems.push({
      thing: secret.name,
      cause: `names an unknown ${what}: ${value}`,
      remedy: `use one of ${known.join(", ")}`,
    });
  // Own properties only: "constructor" is in every object.
  const knownGroup = Object.hasOwn(catalog.groups, secret.group);
  if (!knownGroup) unknown("group", secret.group, Object.keys(catalog.groups));
  if (!Object.hasOwn(FORMATS, secret.format)) unknown("format", secret.format, Object.keys(FORMATS));
  for (const environment of secret.environments) {
    if (!catalog.environments.includes(environment))
      unknown("environment", environment, catalog.environments);
  }
  if (secret.environments.length === 0) {
    problems.push({
      thing: secret.name,
      cause: "is in no environment",
      remedy: "leave environments out, or name one",
    });
  }
  if (knownGroup && (!Number.isInteger(secret.rotationDays) || secret.rotationDays < 1)) {
    const remedy = "give rotationDays as a whole number of days, 1 or more";
    problems.push({ thing: secret.name, cause: "has no rotation interval", remedy });
  }
  return problems;
}

function checkValues(secret: Secret): Problem[] {
  const problems: Problem[] = [];
  if (secret.visibility !== "selected" && secret.repositories.length > 0) {
    problems.push({
      thing: secret.name,
      cause: `names repositories, which GitHub ignores when visibility is ${secret.visibility}`,
      remedy: "leave visibility out, or repositories",
    });
  }
  if (secret.default === undefined || !Object.hasOwn(FORMATS, secret.format)) return problems;
  const wrong =
    secret.default === "" || secret.default === SENTINEL
      ? "is empty or the sentinel"
      : misfit(secret.format, secret.default);
  if (wrong !== undefined) {
    problems.push({
      thing: secret.name,
      cause: `its default ${wrong}`,
      remedy: "mend the default or leave it out",
    });
  }
  return problems;
}
