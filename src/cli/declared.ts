import { type Catalog, resolveCatalog, type Secret } from "../../secrets/entry";
import type { Settings } from "../../secrets/settings";
import { isDue } from "../../secrets/tombstone";
import { RemedyError } from "../errors";

/**
 * The catalog's organization secrets as of a day, by name: not those whose end has come, nor those of environments.
 *
 * @param today UTC, YYYY-MM-DD.
 */
export function organizationSecrets(catalog: Catalog, today: string): Secret[] {
  return resolveCatalog(catalog).filter(
    (secret) => !secret.perEnvironment && !isDue(secret.tombstone, today),
  );
}

/** Repositories that may read a secret as declared, by name: the carriers and its own. Only for `selected`. */
export function readersOf(secret: Secret, settings: Settings): string[] {
  if (secret.visibility !== "selected") return [];
  return [...new Set([...settings.carriers, ...secret.repositories])].sort();
}

/**
 * The organization secrets of these names.
 *
 * @throws RemedyError naming each that the catalog does not have; an older name is told with the one it stands for.
 */
export function entriesOf(catalog: Catalog, names: readonly string[]): Secret[] {
  const all = resolveCatalog(catalog);
  const asked = [...new Set(names)];
  const found = all.filter((secret) => asked.includes(secret.name));
  const unknown = asked.filter((name) => found.every((secret) => secret.name !== name));
  for (const name of unknown) {
    const main = all.find((secret) => secret.aliases.includes(name))?.name;
    if (main === undefined) continue;
    const reason = `it is an older name of ${main}, under which values are only read`;
    throw new RemedyError(name, reason, `use ${main}`);
  }
  if (unknown.length > 0) {
    const remedy = "add it to secrets/catalog.ts, or spell it as there";
    throw new RemedyError(unknown.join(", "), "the catalog has no such entry", remedy);
  }
  const elsewhere = found.filter((secret) => secret.perEnvironment).map((secret) => secret.name);
  if (elsewhere.length === 0) return found;
  throw new RemedyError(
    elsewhere.join(", "),
    "it is a secret of each GitHub environment, not of the organization",
    "gh secret set NAME --env ENVIRONMENT -R OWNER/REPOSITORY sets its value there",
  );
}
