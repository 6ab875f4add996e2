import { type AccessPolicy, groupsOf, type Identity } from "../catalog/access-policy";
import { isDue } from "../catalog/dates";
import type { ResolvedCatalog, ResolvedEntry } from "../catalog/entry";
import { counted, namesIn } from "../text";

/** Somebody who gets the value of a deployment environment that no policy opens to them: it equals one that they may open. */
export interface Gain {
  identity: Identity;
  /** Deployment environments whose value they may open, in the catalog's order. */
  opens: readonly string[];
  /** Those that have the same value, where they may open none. */
  reaches: readonly string[];
  /** Names of the policies that let them open it. */
  policies: readonly string[];
}

/** A credential with one value in deployment environments that different people may open. */
export interface SharedValue {
  name: string;
  group: string;
  /** Deployment environments that have the value. */
  environments: readonly string[];
  /** Who gains by it; never empty. */
  gains: readonly Gain[];
  /** Why that is accepted; undefined where nobody said so. */
  reason: string | undefined;
}

/**
 * Credentials whose one value the access policies open in some of its deployment environments and not in others.
 *
 * The program's own teams are left out: the sync writes each environment alone, and what runs there is no policy's to
 * say. Values that people set for one environment in GitHub by hand are not declared, so they count as shared.
 *
 * @param today UTC: YYYY-MM-DD.
 * @returns by name; without what is public, what has a value per environment, the pipeline's own credential, and what its
 *   tombstone has deleted.
 */
export function sharedValues(catalog: ResolvedCatalog, today: string): SharedValue[] {
  const audiences = new Map<string, Audience[]>();
  return catalog.entries
    .filter((entry) => isShared(entry, today))
    .flatMap((entry) => {
      const { name, group } = entry;
      const reason = reasonOf(entry);
      const opening = audiences.get(group) ?? audiencesOf(group, catalog);
      audiences.set(group, opening);
      const environments = catalog.environments.filter((each) => entry.environments.includes(each));
      const gains = opening.flatMap((audience) => gainOf(audience, environments));
      return gains.length === 0 ? [] : [{ name, group, environments, gains, reason }];
    });
}

function isShared(entry: ResolvedEntry, today: string): boolean {
  const { credential, perEnvironment, bootstrap, tombstone } = entry;
  return credential && !perEnvironment && !bootstrap && !isDue(tombstone, today);
}

/** A reason that says nothing is none. */
function reasonOf({ sharedBecause }: ResolvedEntry): string | undefined {
  return typeof sharedBecause === "string" && sharedBecause.trim() !== "" ? sharedBecause : undefined;
}

/** Somebody, and which policies let them open a group in which deployment environments. */
interface Audience {
  identity: Identity;
  grants: readonly Pick<AccessPolicy, "name" | "environments">[];
}

function audiencesOf(group: string, { accessPolicies, groups }: ResolvedCatalog): Audience[] {
  const opening = accessPolicies.filter(
    (policy) => policy.level !== "read" && groupsOf(policy, Object.keys(groups)).includes(group),
  );
  const found = new Map<string, Audience>();
  for (const policy of opening) {
    for (const { type, name } of policy.identities) {
      const known = found.get(`${type} ${name}`)?.grants ?? [];
      found.set(`${type} ${name}`, { identity: { type, name }, grants: [...known, policy] });
    }
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, audience]) => audience);
}

function gainOf({ identity, grants }: Audience, environments: readonly string[]): Gain[] {
  const isOpen = (deployment: string) => grants.some((grant) => grant.environments.includes(deployment));
  const opens = environments.filter(isOpen);
  const reaches = environments.filter((each) => !isOpen(each));
  if (opens.length === 0 || reaches.length === 0) return [];
  const policies = grants
    .filter((grant) => grant.environments.some((each) => opens.includes(each)))
    .map(({ name }) => name);
  return [{ identity, opens, reaches, policies }];
}

/** What one access policy opens beyond the deployment environments it names. */
export interface Widening {
  policy: string;
  identity: Identity;
  opens: readonly string[];
  reaches: readonly string[];
  /** Names of the credentials. */
  names: readonly string[];
}

/** The gains of several credentials, those that differ in nothing but the credential as one; in the order they come. */
export function wideningsOf(shared: readonly SharedValue[]): Widening[] {
  const found = new Map<string, Widening>();
  for (const { name, gains } of shared) {
    for (const { identity, opens, reaches, policies } of gains) {
      const policy = policies.join(", ");
      const key = JSON.stringify([policy, identity.type, identity.name, opens, reaches]);
      const names = [...(found.get(key)?.names ?? []), name];
      found.set(key, { policy, identity, opens, reaches, names });
    }
  }
  return [...found.values()];
}

/** In words: `lets developer open 3 credentials in development whose value staging has too: A, B, C`. */
export function describeWidening({ identity: { type, name }, opens, reaches, names }: Widening): string {
  const who = type === "user" ? name : `team ${name}`;
  const what = counted(names.length, "credential");
  const others = `${reaches.join(" and ")} ${reaches.length === 1 ? "has" : "have"} too`;
  return `lets ${who} open ${what} in ${opens.join(" and ")} with the value that ${others}: ${namesIn(names)}`;
}
