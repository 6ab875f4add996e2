import type { AccessPolicy } from "./access-policy";
import type { Application, Groupings } from "./applications";
import type { FormatName } from "./formats";
import type { FormerName, ResolvedEntry, Visibility } from "./resolved-entry";
import type { Rotator } from "./rotators";

export type { FormerName, ResolvedEntry, Visibility } from "./resolved-entry";

/** A group of secrets: one values environment per group and environment, one rotation rule, one owner. */
export interface Group {
  description: string;
  /** Days after which a value is due for rotation. */
  rotationDays: number;
  /** The team that rotates. */
  owner: string;
  /** `sharedBecause` of every entry of the group that has none of its own. */
  sharedBecause?: string;
}

/**
 * One secret, as people write it in the catalog. Only `name` and `group` are needed; `resolveEntry` says what
 * the rest defaults to.
 */
export interface Entry<GroupName extends string = string, EnvironmentName extends string = string> {
  /** Name of the GitHub organization secret: upper case, digits, `_`; not beginning with a digit or GITHUB_. */
  name: string;
  group: GroupName;
  /** Other GitHub names under which the same value may stand. Two that stand with different values are refused. */
  aliases?: readonly string[];
  /** What application code asks for. Default: the name in lower case. */
  appKey?: string;
  /** Further keys under which application code asks for the same value. */
  appKeyAliases?: readonly string[];
  /** Path below the root key in ESC. Default: the app key. */
  path?: string;
  /** Default: the group's. */
  owner?: string;
  /** Default: the group's. */
  rotationDays?: number;
  /** An address, an account's name: beside the credentials and no credential itself, so nobody is asked to rotate it. */
  credential?: false;
  /**
   * The last day (YYYY-MM-DD, UTC) on which the vendor takes the value that stands, for tokens that end by themselves.
   * `rotation`, `status`, the calendar and the issues take it for the value's day where it is the earlier one.
   */
  expires?: string;
  /** The vendor's page where a new one is made and the old one revoked; https. `vendors.ts` has those we know. */
  page?: string;
  /** What a right value looks like. Default: any text. */
  format?: FormatName;
  /** Default: selected, for the repositories named here. */
  visibility?: Visibility;
  /** Repositories besides the carriers that may read it in GitHub. Default: none. */
  repositories?: readonly string[];
  /** Environments that have it. Default: all of the catalog's. */
  environments?: readonly EnvironmentName[];
  /**
   * A value for each environment: a secret of each GitHub environment in the place of one of the organization. Its
   * visibility and repositories are that environment's.
   */
  perEnvironment?: true;
  /**
   * Why it may have one value in deployment environments that different people may open: whoever opens one has the
   * others' too. Without it such an entry is refused. Default: the group's.
   */
  sharedBecause?: string;
  /**
   * Day from which on `up` deletes the organization secret that it had before `perEnvironment` was set. Until there is a
   * day it stays. Then remove this line.
   */
  leftoverUntil?: string;
  /** Whether a sync without a value for it fails. Default: true, unless it has a default or tombstone or is bootstrap. */
  required?: boolean;
  /** Public value used where GitHub holds none. Never put a secret here: it is readable in git. */
  default?: string;
  /**
   * Where GitHub gets the value from, where not from a person: `config` takes it from the stack's encrypted config
   * (`pulumi config set --secret --path 'values.NAME'`), so that `pulumi up` updates it. For what is configuration more
   * than secret.
   */
  value?: "config";
  /** Config key under which Pulumi programs that import the composite environment find it. */
  pulumiConfig?: string;
  /** The pipeline's own credential: a slot in GitHub, never in ESC. */
  bootstrap?: true;
  /**
   * How an entry leaves the catalog: first this, a day to come (YYYY-MM-DD, UTC), and `pulumi up`. Before that day
   * nothing is deleted; from it on `up` deletes the GitHub secret and the sync its key in ESC. Then remove the entry.
   */
  tombstone?: string;
  /**
   * The name it had. Both live on, in GitHub, in the sync, in ESC and in the loader, and must hold the same value. The
   * old one goes as entries do: `{ name: "OLD", tombstone: "2026-12-31" }`, and after that day this line.
   */
  renamedFrom?: string | { name: string; tombstone: string };
  /** Why it is as it is: where the sources disagreed. */
  note?: string;
}

/** A container image the platform runs, resolved to a digest at preview. */
export interface Image {
  /** Name of the stack output. */
  name: string;
  /** Repository and tag in the registry of the stack's config, without the registry's host. */
  reference: string;
}

/** What an organization declares: its environments, its groups and every secret. */
export interface Catalog {
  environments: readonly string[];
  groups: Readonly<Record<string, Group>>;
  secrets: readonly Entry[];
  /** Most values of one environment that a sync may replace at once. Default: half of those that stand, at least 5. */
  changeLimit?: number;
  /** Who may do what besides the pipeline itself. Default: nobody. */
  accessPolicies?: readonly AccessPolicy[];
  /** Credentials that ESC makes and rotates by itself. Default: none. */
  rotators?: readonly Rotator[];
  /** Applications that get a loader. Default: none. */
  applications?: readonly Application[];
  /** Secrets that applications ask for together, by name. Default: none. */
  groupings?: Groupings;
}

/**
 * A catalog whose references are checked by the compiler: an entry or access policy that names a group,
 * environment or format that is not there does not compile. Returns its argument, with its literal types kept for the loader.
 */
export function defineCatalog<
  const Environments extends readonly string[],
  const Groups extends Readonly<Record<string, Group>>,
  const Secrets extends readonly Entry<keyof Groups & string, Environments[number]>[],
  const Rotators extends readonly Rotator<keyof Groups & string, Environments[number]>[] = readonly [],
>(catalog: {
  environments: Environments;
  groups: Groups;
  secrets: Secrets;
  changeLimit?: number;
  accessPolicies?: readonly AccessPolicy<NoInfer<keyof Groups & string>, NoInfer<Environments[number]>>[];
  rotators?: Rotators;
  applications?: readonly Application<NoInfer<keyof Groups & string>, NoInfer<Environments[number]>>[];
  groupings?: Groupings;
}): {
  environments: Environments;
  groups: Groups;
  secrets: Secrets;
  changeLimit?: number;
  accessPolicies?: readonly AccessPolicy[];
  rotators?: Rotators;
  applications?: readonly Application[];
  groupings?: Groupings;
} {
  return catalog;
}

/** Fills in every default. A group that is not in the catalog gives owner "" and 0 days: `checkCatalog` names it. */
export function resolveEntry(entry: Entry, catalog: Pick<Catalog, "environments" | "groups">): ResolvedEntry {
  const group = catalog.groups[entry.group];
  const appKey = entry.appKey ?? entry.name.toLowerCase();
  const renamedFrom = formerName(entry, appKey);
  return {
    name: entry.name,
    group: entry.group,
    aliases: entry.aliases ?? [],
    appKey,
    appKeyAliases: [
      ...(entry.appKeyAliases ?? []),
      ...(renamedFrom?.key === undefined ? [] : [renamedFrom.key]),
    ],
    path: entry.path ?? appKey,
    owner: entry.owner ?? group?.owner ?? "",
    rotationDays: entry.rotationDays ?? group?.rotationDays ?? 0,
    credential: entry.credential ?? true,
    expires: entry.expires,
    page: entry.page,
    format: entry.format ?? "text",
    visibility: entry.visibility ?? "selected",
    repositories: entry.repositories ?? [],
    environments: entry.environments ?? catalog.environments,
    perEnvironment: entry.perEnvironment ?? false,
    // A value per environment is not shared, whatever the group says; an entry that says both is refused.
    sharedBecause: entry.sharedBecause ?? (entry.perEnvironment ? undefined : group?.sharedBecause),
    required: entry.required ?? isRequired(entry),
    default: entry.default,
    leftoverUntil: entry.leftoverUntil,
    value: entry.value ?? "person",
    pulumiConfig: entry.pulumiConfig,
    bootstrap: entry.bootstrap ?? false,
    tombstone: entry.tombstone,
    renamedFrom,
  };
}

function formerName(
  { renamedFrom, appKeyAliases = [], path }: Entry,
  appKey: string,
): FormerName | undefined {
  if (renamedFrom === undefined) return undefined;
  const { name, tombstone } =
    typeof renamedFrom === "string" ? { name: renamedFrom, tombstone: undefined } : renamedFrom;
  const key = name.toLowerCase();
  const known = [appKey, path, ...appKeyAliases].includes(key);
  return { name, key: known ? undefined : key, tombstone };
}

function isRequired(entry: Entry): boolean {
  return entry.default === undefined && entry.bootstrap !== true && entry.tombstone === undefined;
}

/** A catalog with every default filled in: resolved once, where it comes in; everything else is given this. */
export interface ResolvedCatalog {
  environments: readonly string[];
  groups: Readonly<Record<string, Group>>;
  /** By name: the order of the catalog never shows in names or texts. */
  entries: readonly ResolvedEntry[];
  changeLimit: number | undefined;
  accessPolicies: readonly AccessPolicy[];
  rotators: readonly Rotator[];
  applications: readonly Application[];
  groupings: Groupings;
}

/** Fills in every default of a catalog. */
export function resolveCatalog(catalog: Catalog): ResolvedCatalog {
  const { environments, groups, secrets, changeLimit, accessPolicies = [], rotators = [] } = catalog;
  const { applications = [], groupings = {} } = catalog;
  const entries = secrets
    .map((entry) => resolveEntry(entry, catalog))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return { environments, groups, entries, changeLimit, accessPolicies, rotators, applications, groupings };
}

/** A value that a rotator makes, as if it were an entry of the rotator's group, for what is asked of both. */
export function rotatedEntry(name: string, { group }: Rotator, catalog: ResolvedCatalog): ResolvedEntry {
  return resolveEntry({ name, group }, catalog);
}
