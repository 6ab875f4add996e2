import { type Catalog, resolveCatalog, type Secret } from "../../../secrets/entry";
import { type SlotName, slotNames } from "../../../secrets/slots";
import { RemedyError } from "../../errors";

/**
 * The names that GitHub holds for the catalog, of those asked for: an entry's own, or the one it had.
 *
 * @throws RemedyError naming each that the catalog does not have; an older name is told with the one it stands for.
 */
export function namedSlots(catalog: Catalog, names: readonly string[]): SlotName[] {
  const all = slotNames(resolveCatalog(catalog));
  const asked = [...new Set(names)];
  const found = all.filter((slot) => asked.includes(slot.name));
  const unknown = asked.filter((name) => found.every((slot) => slot.name !== name));
  for (const name of unknown) {
    const main = all.find(({ secret }) => secret.aliases.includes(name))?.secret.name;
    if (main === undefined) continue;
    const reason = `it is an older name of ${main}, under which values are only read`;
    throw new RemedyError(name, reason, `use ${main}`);
  }
  if (unknown.length === 0) return found;
  const remedy = "add it to secrets/catalog.ts, or spell it as there";
  throw new RemedyError(unknown.join(", "), "the catalog has no such entry", remedy);
}

/** The same for what writes to the organization. @throws RemedyError for secrets of GitHub environments too. */
export function organizationSlotsNamed(catalog: Catalog, names: readonly string[]): SlotName[] {
  const found = namedSlots(catalog, names);
  const elsewhere = found.filter(({ secret }) => secret.perEnvironment);
  if (elsewhere.length === 0) return found;
  const ways = elsewhere.map(
    ({ name, secret }) =>
      `npx sophia-secrets set ${name} --environment ENVIRONMENT sets its value in one of ${secret.environments.join(", ")}`,
  );
  throw new RemedyError(
    elsewhere.map(({ name }) => name).join(", "),
    "it is a secret of each GitHub environment, not of the organization",
    ways.join("; "),
  );
}

/** The organization's secrets of these names, each once. @throws as `organizationSlotsNamed`. */
export function entriesOf(catalog: Catalog, names: readonly string[]): Secret[] {
  return [...new Set(organizationSlotsNamed(catalog, names).map(({ secret }) => secret))];
}
