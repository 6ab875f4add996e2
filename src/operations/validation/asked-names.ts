import { environmentsOfApplication, groupsOfApplication } from "../../catalog/applications";
import { dayOf } from "../../catalog/dates";
import type { ResolvedEntry } from "../../catalog/resolved-entry";
import { valueNames } from "../../catalog/slots";
import { knownByName } from "../../catalog/vendors";
import type { Context, Report } from "../context";
import { type AskedName, nameKey } from "../usage/file-names";
import { lookIntoRepository } from "../usage/look-into-repository";
import { findCheckouts } from "../usage/search-checkout";
import { wantedOf } from "../usage/wanted-names";

/** A name that an application's code asks for. */
export interface AskedPlace {
  name: string;
  from: AskedName["from"];
  repository: string;
  path: string;
  line: number;
  /** Whether the code goes on without it. */
  hasDefault: boolean;
}

/** One that no deployment environment, or not each, gives the application. */
export interface LackingName extends AskedPlace {
  why: "not in the catalog" | "not in this environment" | "not of the application's groups";
  /** Deployment environments that lack it. */
  environments: readonly string[];
}

/** What applications ask for. */
export interface AskedNames {
  /** By entry, for those that the catalog has. */
  known: ReadonlyMap<ResolvedEntry, readonly AskedPlace[]>;
  lacking: readonly LackingName[];
}

/** Endings of variables that hold a credential. Others, such as PORT, are not secret. */
const CREDENTIAL =
  /(^|_)(KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|PAT|CREDENTIALS?|DSN|WEBHOOK_URL|DATABASE_URL|CONNECTION_STRING)$/;

/**
 * Reads the code of applications, on every branch of their clones, for the keys that it asks the loader for and the
 * environment variables that it reads.
 *
 * @param environments deployment environments to look at.
 * @throws RemedyError for a folder without a repository, and when git fails.
 */
export async function findAskedNames(
  context: Context,
  folders: readonly string[],
  environments: readonly string[],
  report: Report,
): Promise<AskedNames> {
  const wanted = wantedOf(context);
  const known = new Map<ResolvedEntry, AskedPlace[]>();
  const lacking: LackingName[] = [];
  const entries = entriesByName(context);
  for (const checkout of findCheckouts(folders, context.env)) {
    const { repository } = checkout;
    report(`Searching ${repository}`);
    const { asks } = await lookIntoRepository(checkout, wanted, context.env);
    for (const ask of onceEach(asks)) {
      const place = { ...ask, repository };
      const entry = entries.get(nameKey(ask.name));
      if (entry === undefined) {
        if (isAskedAsSecret(ask)) lacking.push({ ...place, why: "not in the catalog", environments });
        continue;
      }
      known.set(entry, [...(known.get(entry) ?? []), place]);
      lacking.push(...withheld(context, place, entry, environments));
    }
  }
  return { known, lacking };
}

function isAskedAsSecret({ name, from }: AskedName): boolean {
  if (from === "loader") return true;
  const { page, credential } = knownByName(name);
  return CREDENTIAL.test(name.toUpperCase()) || (page !== undefined && credential !== false);
}

/** The environments of the application that the entry is not for, and groups that its loader does not open. */
function withheld(
  { catalog }: Context,
  place: AskedPlace,
  entry: ResolvedEntry,
  environments: readonly string[],
): LackingName[] {
  const application = catalog.applications.find(({ repository }) => repository === place.repository);
  const own = application === undefined ? environments : environmentsOfApplication(application, environments);
  const without = own.filter((each) => !entry.environments.includes(each));
  const groups = application && groupsOfApplication(application, Object.keys(catalog.groups));
  return [
    ...(without.length > 0
      ? [{ ...place, why: "not in this environment" as const, environments: without }]
      : []),
    ...(place.from === "loader" && groups !== undefined && !groups.includes(entry.group)
      ? [{ ...place, why: "not of the application's groups" as const, environments: own }]
      : []),
  ];
}

function entriesByName({ catalog, now }: Context): ReadonlyMap<string, ResolvedEntry> {
  const today = dayOf(now());
  return new Map(
    catalog.entries.flatMap((entry) =>
      [...valueNames(entry, today), entry.appKey, ...entry.appKeyAliases].map(
        (name) => [nameKey(name), entry] as const,
      ),
    ),
  );
}

/** One for each name and file. One place that needs the value is enough, whatever others do without it. */
function onceEach<Ask extends AskedName & { path: string }>(asks: readonly Ask[]): Ask[] {
  const found = new Map<string, Ask>();
  for (const ask of asks) {
    const key = `${nameKey(ask.name)} ${ask.path}`;
    const standing = found.get(key);
    if (standing === undefined || (standing.hasDefault && !ask.hasDefault)) found.set(key, ask);
  }
  return [...found.values()];
}
