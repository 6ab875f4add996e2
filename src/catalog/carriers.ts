import { createHash } from "node:crypto";
import type { Problem } from "../errors";
import type { ResolvedEntry } from "./entry";
import { organizationSlots, slotNames } from "./slots";

/** Organization secrets that a workflow sees: the first of those its repository may read, by name (GitHub's docs). */
export const SEEN_BY_A_WORKFLOW = 100;

/** Organization secrets that the catalog does not declare. */
export interface OtherSecrets {
  /** How many each carrier may read. */
  counts: Readonly<Record<string, number>>;
  /** How many of them a new carrier may read as well, for they are not granted by name. */
  everywhere: number;
}

const NOBODY: OtherSecrets = { counts: {}, everywhere: 0 };

/** Which carrier syncs which secret. */
export interface Spread {
  /** Names of the entries that each carrier syncs, by carrier. */
  shards: Readonly<Record<string, ReadonlySet<string>>>;
  /** Why they do not all fit; empty when they do. */
  problems: Problem[];
}

/**
 * Spreads the secrets over the carriers, so that none may read more organization secrets than a workflow sees.
 *
 * Each pair of secret and carrier has a score of its own, a hash; the best pairs come first, and a full carrier takes
 * no more. Hence, whatever the order of entries and carriers:
 * - while no carrier is full, a secret that comes or goes moves no other, and a new carrier moves secrets only to
 *   itself: one in n of them, n being the carriers there are then;
 * - where carriers are full, a secret that comes displaces at most one in each of them (two while it is renamed), and
 *   a new carrier also lets those back to their best carrier that had found it full.
 *
 * @param others organization secrets that the catalog does not declare; none when left out.
 */
export function spreadSecrets(
  secrets: readonly ResolvedEntry[],
  carriers: readonly string[],
  today: string,
  others: OtherSecrets = NOBODY,
): Spread {
  const weights = weightsOf(secrets, today);
  const capacity = Object.fromEntries(
    carriers.map((carrier) => {
      const held = secrets.filter((secret) => isReadable(secret, carrier));
      return [carrier, SEEN_BY_A_WORKFLOW - (others.counts[carrier] ?? 0) - sum(held, weights)];
    }),
  );
  const shards = Object.fromEntries(carriers.map((carrier) => [carrier, new Set<string>()]));
  const free = secrets.filter((secret) => !carriers.some((carrier) => isReadable(secret, carrier)));
  const left = place(free, carriers, weights, { ...capacity }, shards);
  // What a carrier may read anyway takes no further place in it.
  for (const secret of secrets.filter((each) => !free.includes(each))) {
    const carrier = bestOf(
      secret.name,
      carriers.filter((each) => isReadable(secret, each)),
    );
    shards[carrier]?.add(secret.name);
  }
  const overfull = carriers.filter((carrier) => (capacity[carrier] ?? 0) < 0);
  const excess = overfull.reduce((total, carrier) => total - (capacity[carrier] ?? 0), 0);
  const unplaced = sum(left, weights);
  if (unplaced + excess === 0) return { shards, problems: [] };
  const everywhere = secrets.filter((secret) => secret.visibility !== "selected" || secret.bootstrap);
  const taken = sum(everywhere, weights) + others.everywhere;
  return { shards, problems: [tooMany({ unplaced, excess, overfull, carriers, taken })] };
}

/**
 * The organization secrets that are not the catalog's, as far as carriers may read them.
 *
 * @param readable names of all organization secrets that a carrier may read, in upper case, by carrier. GitHub says it
 *   of each repository alone: its list for the organization does not tell what is granted to whom by name.
 * @param listed that list.
 */
export function otherSecretsOf(
  secrets: readonly ResolvedEntry[],
  readable: Readonly<Record<string, readonly string[]>>,
  listed: readonly { name: string; visibility: string }[],
): OtherSecrets {
  // What is left in the organization of an entry with a value per environment takes a place that no weight counts.
  const counted = slotNames(secrets).filter(({ secret }) => !secret.perEnvironment);
  const own = new Set(counted.map(({ name }) => name));
  const byName = new Set(listed.filter((each) => each.visibility === "selected").map(({ name }) => name));
  const others = Object.entries(readable).map(
    ([carrier, names]) => [carrier, names.filter((name) => !own.has(name))] as const,
  );
  const open = others.map(([, names]) => names.filter((name) => !byName.has(name)).length);
  return {
    counts: Object.fromEntries(others.map(([carrier, names]) => [carrier, names.length])),
    everywhere: open.length === 0 ? 0 : Math.min(...open),
  };
}

/** Carriers that must be able to read a secret: the one that syncs it; for the pipeline's own credential, each. */
export function carriersOf({ name, bootstrap }: ResolvedEntry, shards: Spread["shards"]): string[] {
  return Object.keys(shards).filter((carrier) => bootstrap || shards[carrier]?.has(name));
}

/** Repositories that may read a secret as declared, by name: its carriers and its own. Only for `selected`. */
export function repositoriesWithAccess(secret: ResolvedEntry, shards: Spread["shards"]): string[] {
  if (secret.visibility !== "selected") return [];
  return [...new Set([...carriersOf(secret, shards), ...secret.repositories])].sort();
}

/** Names that an entry takes of a workflow's hundred: none where its value is per environment. */
function weightsOf(secrets: readonly ResolvedEntry[], today: string): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  for (const { secret } of organizationSlots(secrets, today))
    weights.set(secret.name, (weights.get(secret.name) ?? 0) + 1);
  return weights;
}

function sum(secrets: readonly ResolvedEntry[], weights: ReadonlyMap<string, number>): number {
  return secrets.reduce((total, { name }) => total + (weights.get(name) ?? 0), 0);
}

/** Whether a carrier may read a secret whatever the spread: all may, it is named, or each workflow needs it. */
function isReadable(secret: ResolvedEntry, carrier: string): boolean {
  return secret.visibility !== "selected" || secret.bootstrap || secret.repositories.includes(carrier);
}

/** Best pairs first. Returns what fits in no carrier. */
function place(
  secrets: readonly ResolvedEntry[],
  carriers: readonly string[],
  weights: ReadonlyMap<string, number>,
  capacity: Record<string, number>,
  shards: Readonly<Record<string, Set<string>>>,
): ResolvedEntry[] {
  const pairs = secrets
    .flatMap(({ name }) => carriers.map((carrier) => ({ name, carrier, score: scoreOf(name, carrier) })))
    .sort((a, b) => (a.score < b.score ? 1 : -1));
  const placed = new Set<string>();
  for (const { name, carrier } of pairs) {
    const weight = weights.get(name) ?? 0;
    if (placed.has(name) || (weight > 0 && (capacity[carrier] ?? 0) < weight)) continue;
    capacity[carrier] = (capacity[carrier] ?? 0) - weight;
    placed.add(name);
    shards[carrier]?.add(name);
  }
  return secrets.filter(({ name }) => !placed.has(name));
}

/** The carrier of a secret that takes no place: its best pair. */
export function bestOf(name: string, carriers: readonly string[]): string {
  return carriers.reduce((best, each) => (scoreOf(name, each) > scoreOf(name, best) ? each : best));
}

function scoreOf(name: string, carrier: string): string {
  return createHash("sha256").update(`${carrier}\0${name}`).digest("hex");
}

/** The problem, and the number of carriers over which it would fit. */
function tooMany(found: {
  /** Places that secrets need and no carrier has. */
  unplaced: number;
  /** Places by which what is readable anyway exceeds these carriers. */
  excess: number;
  overfull: readonly string[];
  carriers: readonly string[];
  /** Places taken in any carrier, a new one too. */
  taken: number;
}): Problem {
  const { unplaced, excess, overfull, carriers, taken } = found;
  const thing = carriers.length === 1 ? `carrier ${carriers[0]}` : `carriers ${carriers.join(", ")}`;
  const cause = `a workflow sees the first ${SEEN_BY_A_WORKFLOW} organization secrets that its repository may read, those of others included, and ${unplaced + excess} of the catalog would lie beyond`;
  const capacityOfEach = SEEN_BY_A_WORKFLOW - taken;
  if (capacityOfEach <= 0) {
    const remedy = `more carriers do not help, for ${taken} secrets are readable in each: narrow their visibility to selected`;
    return { code: "carriers-full", subject: thing, cause, remedy };
  }
  if (overfull.length > 0) {
    const remedy = `name other repositories as carriers in the place of ${overfull.join(", ")}, or take organization secrets from them that were granted to them by name`;
    return { code: "carriers-full", subject: thing, cause, remedy };
  }
  const wanted = carriers.length + Math.ceil(unplaced / capacityOfEach);
  const indexes = Array.from({ length: wanted - carriers.length }, (_, index) => carriers.length + index);
  const sets = indexes.map((index) => `pulumi config set --path 'carriers[${index}]' REPOSITORY`);
  const shown = sets.length > 2 ? [sets[0], "...", sets.at(-1)] : sets;
  const remedy = `spread the secrets over ${wanted} carriers: create ${sets.length} more, then for every stack ${shown.join("; ")}`;
  return { code: "carriers-full", subject: thing, cause, remedy };
}
