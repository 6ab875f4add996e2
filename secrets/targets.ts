import { createHash } from "node:crypto";
import type { Secret } from "./entry";
import type { Problem } from "./problem";
import { organizationSlots, slotNames } from "./slots";

/** Organization secrets that a workflow sees: the first of those its repository may read, by name (GitHub's docs). */
export const SEEN_BY_A_WORKFLOW = 100;

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
 * @param crowd how many organization secrets of other people each carrier may read; none where it is left out.
 */
export function spreadSecrets(
  secrets: readonly Secret[],
  carriers: readonly string[],
  today: string,
  crowd: Readonly<Record<string, number>> = {},
): Spread {
  const weights = weightsOf(secrets, today);
  const room = Object.fromEntries(
    carriers.map((carrier) => {
      const held = secrets.filter((secret) => isReadable(secret, carrier));
      return [carrier, SEEN_BY_A_WORKFLOW - (crowd[carrier] ?? 0) - sum(held, weights)];
    }),
  );
  const shards = Object.fromEntries(carriers.map((carrier) => [carrier, new Set<string>()]));
  const free = secrets.filter((secret) => !carriers.some((carrier) => isReadable(secret, carrier)));
  const left = place(free, carriers, weights, { ...room }, shards);
  // What a carrier may read anyway takes no further place in it.
  for (const secret of secrets.filter((each) => !free.includes(each))) {
    const carrier = bestOf(
      secret.name,
      carriers.filter((each) => isReadable(secret, each)),
    );
    shards[carrier]?.add(secret.name);
  }
  const beyond =
    sum(left, weights) + Object.values(room).reduce((total, each) => total + Math.max(0, -each), 0);
  if (beyond === 0) return { shards, problems: [] };
  const everywhere = secrets.filter((secret) => secret.visibility !== "selected" || secret.bootstrap);
  const taken = {
    everywhere: sum(everywhere, weights),
    own: sum(secrets, weights) - sum(everywhere, weights),
    // A new carrier is taken to be as crowded as the emptiest there is.
    crowd: Math.min(...carriers.map((carrier) => crowd[carrier] ?? 0)),
  };
  return { shards, problems: [tooMany(beyond, carriers, taken)] };
}

/**
 * How many organization secrets that are not the catalog's each carrier may read. Those that somebody granted to a
 * carrier by name do not show in GitHub's list and are not counted.
 *
 * @param listed every organization secret, names in upper case.
 * @param isPrivate by carrier.
 */
export function crowdOf(
  secrets: readonly Secret[],
  listed: readonly { name: string; visibility: string }[],
  isPrivate: Readonly<Record<string, boolean>>,
): Record<string, number> {
  const own = new Set(slotNames(secrets).map(({ name }) => name));
  const others = listed.filter(({ name }) => !own.has(name));
  const readable = (carrier: string) =>
    others.filter(
      ({ visibility }) => visibility === "all" || (visibility === "private" && isPrivate[carrier]),
    );
  return Object.fromEntries(Object.keys(isPrivate).map((carrier) => [carrier, readable(carrier).length]));
}

/** Carriers that must be able to read a secret: the one that syncs it; for the pipeline's own credential, each. */
export function carriersOf({ name, bootstrap }: Secret, shards: Spread["shards"]): string[] {
  return Object.keys(shards).filter((carrier) => bootstrap || shards[carrier]?.has(name));
}

/** Names that an entry takes of a workflow's hundred: none where its value is per environment. */
function weightsOf(secrets: readonly Secret[], today: string): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  for (const { secret } of organizationSlots(secrets, today))
    weights.set(secret.name, (weights.get(secret.name) ?? 0) + 1);
  return weights;
}

function sum(secrets: readonly Secret[], weights: ReadonlyMap<string, number>): number {
  return secrets.reduce((total, { name }) => total + (weights.get(name) ?? 0), 0);
}

/** Whether a carrier may read a secret whatever the spread: all may, it is named, or each workflow needs it. */
function isReadable(secret: Secret, carrier: string): boolean {
  return secret.visibility !== "selected" || secret.bootstrap || secret.repositories.includes(carrier);
}

/** Best pairs first. Returns what found no room. */
function place(
  secrets: readonly Secret[],
  carriers: readonly string[],
  weights: ReadonlyMap<string, number>,
  room: Record<string, number>,
  shards: Readonly<Record<string, Set<string>>>,
): Secret[] {
  const pairs = secrets
    .flatMap(({ name }) => carriers.map((carrier) => ({ name, carrier, score: scoreOf(name, carrier) })))
    .sort((a, b) => (a.score < b.score ? 1 : -1));
  const placed = new Set<string>();
  for (const { name, carrier } of pairs) {
    const weight = weights.get(name) ?? 0;
    if (placed.has(name) || (weight > 0 && (room[carrier] ?? 0) < weight)) continue;
    room[carrier] = (room[carrier] ?? 0) - weight;
    placed.add(name);
    shards[carrier]?.add(name);
  }
  return secrets.filter(({ name }) => !placed.has(name));
}

/** The carrier of a secret that takes no room: its best pair. */
export function bestOf(name: string, carriers: readonly string[]): string {
  return carriers.reduce((best, each) => (scoreOf(name, each) > scoreOf(name, best) ? each : best));
}

function scoreOf(name: string, carrier: string): string {
  return createHash("sha256").update(`${carrier}\0${name}`).digest("hex");
}

/** The problem, and the number of carriers over which it would fit. */
function tooMany(
  left: number,
  carriers: readonly string[],
  taken: { everywhere: number; own: number; crowd: number },
): Problem {
  const thing = carriers.length === 1 ? `carrier ${carriers[0]}` : `carriers ${carriers.join(", ")}`;
  const cause = `a workflow sees the first ${SEEN_BY_A_WORKFLOW} organization secrets that its repository may read, other people's included, and ${left} of the catalog would lie beyond`;
  const roomOfEach = SEEN_BY_A_WORKFLOW - taken.everywhere - taken.crowd;
  if (roomOfEach <= 0) {
    const remedy = `more carriers do not help, for ${taken.everywhere + taken.crowd} secrets are readable in each: narrow their visibility to selected`;
    return { thing, cause, remedy };
  }
  const wanted = Math.max(carriers.length + 1, Math.ceil(taken.own / roomOfEach));
  const indexes = Array.from({ length: wanted - carriers.length }, (_, index) => carriers.length + index);
  const sets = indexes.map((index) => `pulumi config set --path 'carriers[${index}]' REPOSITORY`);
  const shown = sets.length > 2 ? [sets[0], "...", sets.at(-1)] : sets;
  const remedy = `spread the secrets over ${wanted} carriers: create ${sets.length} more, then for every stack ${shown.join("; ")}`;
  return { thing, cause, remedy };
}
