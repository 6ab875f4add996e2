import { carriersOf, otherSecretsOf, type Spread, spreadSecrets } from "../../catalog/carriers";
import { dayOf, isDue } from "../../catalog/dates";
import type { ResolvedCatalog, ResolvedEntry } from "../../catalog/entry";
import { type SlotName, slotNames } from "../../catalog/slots";
import type { GitHub } from "../../clients/github-secrets";
import { RemedyError } from "../../errors";
import { COMMAND, nearestNames } from "../../text";
import type { Context } from "../context";
import { inParallel } from "../in-parallel";

/**
 * The names that GitHub holds for the catalog, of those asked for: an entry's own, or the one it had.
 *
 * @throws RemedyError naming each that the catalog does not have, with the nearest it has; an older name is told with the
 *   one it stands for.
 */
export function namedSlots(catalog: ResolvedCatalog, names: readonly string[]): SlotName[] {
  const all = slotNames(catalog.entries);
  const asked = [...new Set(names)];
  const found = all.filter((slot) => asked.includes(slot.name));
  const unknown = asked.filter((name) => found.every((slot) => slot.name !== name));
  for (const name of unknown) {
    const main = all.find(({ secret }) => secret.aliases.includes(name))?.secret.name;
    if (main === undefined) continue;
    const reason = `it is an older name of ${main}, under which values are only read`;
    throw new RemedyError({ code: "secret-renamed", subject: name, cause: reason, remedy: `use ${main}` });
  }
  if (unknown.length === 0) return found;
  throw unknownSecrets(
    unknown,
    all.map(({ name }) => name),
  );
}

/** The error for names that the catalog does not have: the most like each, and what to do if none was meant. */
function unknownSecrets(unknown: readonly string[], known: readonly string[]): RemedyError {
  const meant = [
    ...new Set(unknown.flatMap((name) => nearestNames(name.toUpperCase(), known).slice(0, NEAREST))),
  ];
  const remedy = meant.length === 0 ? "" : `use the name that was meant (nearest: ${meant.join(", ")}), or `;
  return new RemedyError({
    code: "secret-unknown",
    subject: unknown.join(", "),
    cause: "the catalog has no such entry",
    remedy: `${remedy}add it to secrets/catalog.ts`,
  });
}

/** Names that are offered for a wrong one. */
const NEAREST = 2;

/** The same for what writes to the organization. @throws RemedyError for secrets of GitHub environments too. */
export function organizationSlotsNamed(catalog: ResolvedCatalog, names: readonly string[]): SlotName[] {
  const found = namedSlots(catalog, names);
  const elsewhere = found.filter(({ secret }) => secret.perEnvironment);
  if (elsewhere.length === 0) return found;
  const ways = elsewhere.map(
    ({ name, secret }) =>
      `${COMMAND} set ${name} --environment ENVIRONMENT sets its value in one of ${secret.environments.join(", ")}`,
  );
  throw new RemedyError({
    code: "secret-per-environment",
    subject: elsewhere.map(({ name }) => name).join(", "),
    cause: "it is a secret of each GitHub environment, not of the organization",
    remedy: ways.join("; "),
  });
}

/** The organization's secrets of these names, each once. @throws as `organizationSlotsNamed`. */
export function entriesOf(catalog: ResolvedCatalog, names: readonly string[]): ResolvedEntry[] {
  return [...new Set(organizationSlotsNamed(catalog, names).map(({ secret }) => secret))];
}

/**
 * What is left to do when a renamed secret was set under one of its two names: the sync refuses it as long as they
 * differ. Nobody but a person may replace the other's value.
 *
 * @param set slots that were written.
 * @param there names of all secrets in GitHub; of one environment's where it is named.
 */
export function otherNamesLeft(
  set: readonly SlotName[],
  there: ReadonlySet<string>,
  today: string,
  deployment?: string,
): string[] {
  const where = deployment === undefined ? "" : ` --environment ${deployment}`;
  const written = new Set(set.map(({ name }) => name));
  return set.flatMap(({ name, secret }) => {
    const { renamedFrom } = secret;
    if (renamedFrom === undefined || isDue(renamedFrom.tombstone, today)) return [];
    const otherName = name === secret.name ? renamedFrom.name : secret.name;
    if (written.has(otherName) || !there.has(otherName)) return [];
    const how = `${COMMAND} set ${otherName}${where} --replace, with the same value`;
    return [`${name} and ${otherName} are one secret under two names, and the sync needs them equal: ${how}`];
  });
}

/**
 * Which carrier syncs which secret, as the program has it: by the same rule, from the same lists of GitHub. One carrier
 * syncs all, whatever else it may read; several share what someone else's secrets leave free, a request each.
 *
 * @param counting also ask of a single carrier, to know whether everything fits.
 */
export async function spreadOf(context: Context, github: GitHub, counting = false): Promise<Spread> {
  const { catalog, project, now } = context;
  const { carriers } = project.settings;
  const secrets = catalog.entries;
  const today = dayOf(now());
  if (!counting && carriers.length === 1) return spreadSecrets(secrets, carriers, today);
  const [listed, readable] = await Promise.all([
    github.listSecrets(),
    inParallel(carriers, async (carrier) => [carrier, await github.readableBy(carrier)] as const),
  ]);
  return spreadSecrets(
    secrets,
    carriers,
    today,
    otherSecretsOf(secrets, Object.fromEntries(readable), listed),
  );
}

/** @throws RemedyError for secrets that fit in no carrier: granting them would put others beyond a workflow's hundred. */
export function requireCapacity(secrets: readonly ResolvedEntry[], { shards, problems }: Spread): void {
  const [problem] = problems;
  const left = secrets.filter(
    (secret) => secret.visibility === "selected" && carriersOf(secret, shards).length === 0,
  );
  if (problem === undefined || left.length === 0) return;
  const names = left.map(({ name }) => name).join(", ");
  throw new RemedyError({
    code: "carriers-full",
    subject: names,
    cause: `no carrier can take it: ${problem.cause}`,
    remedy: problem.remedy,
  });
}
