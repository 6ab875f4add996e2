import type { PolicyResource } from "@pulumi/policy";
import { TYPES } from "./resource-types";
import { tokenIn } from "./token-formats";

/** What the program says of one secret: an output of its component for the catalog. Names and numbers, no value. */
export interface CatalogSecret {
  name: string;
  group: string;
  owner: string;
  rotationDays: number;
  /** `environment`: a secret of each GitHub environment in the place of one of the organization. */
  scope: "organization" | "environment";
  /** Deployment environments that have it. */
  environments: string[];
  /** Whether knowing its value gives access; not so of an address, nor of what never stands in ESC. */
  credential: boolean;
  /** Why one value may stand in environments that different people may open. */
  sharedBecause?: string;
  /** Who sets it: a person in GitHub, or the stack's config. */
  value: "person" | "config";
  /** Day from which on it goes, UTC: YYYY-MM-DD. */
  tombstone?: string;
}

/** What the program says of one access policy: names alone, and its reason. */
export interface AccessFact {
  name: string;
  why: string;
  level: string;
  groups: "all" | string[];
  environments: string[];
  /** `user ann`, `team on-call`. */
  identities: string[];
  /** Teams among them, by name alone. */
  teams: string[];
}

/** The catalog's entries, or undefined where the stack declares no catalog. Nothing in them is taken for granted. */
export function catalogOf(resources: readonly PolicyResource[]): Partial<CatalogSecret>[] | undefined {
  const catalog = resources.find(({ type }) => type === TYPES.catalog);
  const secrets: unknown = catalog?.props.secrets;
  return Array.isArray(secrets) ? [...secrets] : undefined;
}

/** The catalog's access policies; none where the stack declares no catalog. Nothing in them is taken for granted. */
export function policiesIn(resources: readonly PolicyResource[]): Partial<AccessFact>[] {
  const policies: unknown = resources.find(({ type }) => type === TYPES.catalog)?.props.policies;
  return Array.isArray(policies) ? [...policies] : [];
}

/** Every reason that an access policy of the catalog gives for a team that people made in Pulumi Cloud, by that team. */
export function reasonsIn(resources: readonly PolicyResource[]): Map<string, string[]> {
  const reasons = new Map<string, string[]>();
  for (const { why, teams } of policiesIn(resources)) {
    if (typeof why !== "string" || !Array.isArray(teams)) continue;
    for (const team of teams) reasons.set(team, [...(reasons.get(team) ?? []), why.trim()]);
  }
  return reasons;
}

/** By name, in upper case: GitHub keeps names so. */
export function byName(secrets: readonly Partial<CatalogSecret>[]): Map<string, Partial<CatalogSecret>> {
  return new Map(secrets.map((secret) => [String(secret.name).toUpperCase(), secret]));
}

/** What messages call an entry: its name, where that is a name, else its place. */
export function labelOf(secret: Partial<CatalogSecret>, index: number): string {
  const { name } = secret;
  const isName =
    typeof name === "string" && /^[A-Z_][A-Z0-9_]{0,99}$/.test(name) && tokenIn(name) === undefined;
  return isName ? name : `secrets[${index}]`;
}

/** Whether its day has come; days are UTC's. */
export function isDue({ tombstone }: Partial<CatalogSecret>, today: Date): boolean {
  return typeof tombstone === "string" && tombstone <= today.toISOString().slice(0, 10);
}
