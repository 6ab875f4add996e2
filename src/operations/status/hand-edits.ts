import { pauseAt } from "../../ledger/pause";
import { Secret } from "../../secret";
import type { JobCatalog, JobSecret } from "../../sync/job-catalog";
import { ValuesText } from "../../sync/values-text";
import type { Left, Seen, SeenGroup } from "../observation/environments";
import {
  type Difference,
  differencesOf,
  isWithin,
  nameOf,
  type Places,
  placesOf,
  referenceIn,
  VARIABLES,
} from "../observation/text-places";

/** A secret that the sync writes, and where. */
export interface DeclaredSecret extends JobSecret {
  /** Its value's place in the text of its group's values environment. */
  place: string;
  /** The places that refer to it: variables, further app keys, Pulumi config; those of a name that is due to go too. */
  references: readonly string[];
}

/**
 * Where the sync keeps each secret, in ESC's paths. The sync's own writer says it: each secret is written to an empty
 * text, whatever its tombstone, for what is due stands until the next run.
 */
export function declaredPlaces({ secrets, appRoot }: JobCatalog): DeclaredSecret[] {
  return secrets.map((secret) => {
    const written = new ValuesText("values: {}\n", appRoot, secret.name);
    written.set(secret, new Secret("any"));
    written.map(secret);
    const [place = "", ...references] = placesOf(written.toString())?.keys() ?? [];
    return { ...secret, place, references };
  });
}

/** What became of a secret in ESC since the sync left it, and not by the sync. */
export interface HandEdit {
  /** `mapping`: what refers to the value, not the value. `maybe`: what the sync left cannot be compared. */
  what: Difference | "mapping" | "maybe";
  detail: string;
}

type Edits = readonly (readonly [name: string, edit: HandEdit])[];

/**
 * The secrets whose stored value or mapping is another than the sync left, by name. Texts are compared with their secrets
 * as ciphertext, so nothing is opened: a value that a person set again differs, though it be the same one.
 *
 * Where what the sync left is not known, every secret of the group is maybe changed that the ledger knows or that stands.
 * A rollback is a person's edit too; the pause that it sets is told with it.
 */
export function findHandEdits(
  declared: readonly DeclaredSecret[],
  seen: Seen,
  now: Date,
): ReadonlyMap<string, HandEdit> {
  const edits = Object.entries(seen.groups).flatMap(([group, values]) => {
    const { left } = values;
    if (left === undefined) return [];
    const here = declared.filter(
      (each) => each.group === group && each.environments.includes(seen.environment),
    );
    return editsOf(here, group, { ...values, left }, seen, now);
  });
  return new Map(edits);
}

function editsOf(
  here: readonly DeclaredSecret[],
  group: string,
  { text, revision, left }: SeenGroup & { left: Left },
  { ledger }: Seen,
  now: Date,
): Edits {
  const after = placesOf(text);
  const before = left.text === undefined ? undefined : placesOf(left.text);
  const at = `now ${group}@${revision}`;
  if (before === undefined || after === undefined) {
    const base =
      left.revision === undefined
        ? "the sync left no revision to compare it with"
        : `${group}@${left.revision}, which the sync left, cannot be compared with it`;
    const detail = `maybe: ${at}, and ${base}`;
    const isThere = ({ name, place }: DeclaredSecret) =>
      ledger?.secrets[name] !== undefined || after?.has(place);
    return here.filter(isThere).map(({ name }) => [name, { what: "maybe", detail }] as const);
  }
  const isPaused = pauseAt(ledger?.paused, now.toISOString()) !== undefined;
  const [hand, paused] = isPaused ? ["", " and was paused"] : [" by hand", ""];
  const since = `${hand} since the sync left ${group}@${left.revision}${paused}; ${at}`;
  const differing = differencesOf(before, after);
  return here.flatMap((secret) => {
    const what = whatBecame(secret, differing);
    if (what === undefined) return [];
    const words = what === "mapping" ? "its variable or a further key changed" : what;
    const clear = isInClear(after.get(secret.place))
      ? "; it is in plain text: everyone who can read the environment sees it"
      : "";
    return [[secret.name, { what, detail: `${words}${since}${clear}` }] as const];
  });
}

function whatBecame(
  { place, references }: DeclaredSecret,
  differing: ReadonlyMap<string, Difference>,
): Difference | "mapping" | undefined {
  const isTouched = (at: string) => [...differing.keys()].some((each) => isWithin(each, at));
  if (isTouched(place)) return differing.get(place) ?? "changed";
  return references.some(isTouched) ? "mapping" : undefined;
}

/** A text of its own, and no call such as `fn::secret`: ESC keeps that as it was written. */
function isInClear(stored: string | undefined): boolean {
  return stored !== undefined && !stored.startsWith("{") && referenceIn(stored) === undefined;
}

/** What stands in a values environment and is of no secret that the catalog has for it: names, never what they hold. */
export interface Undeclared {
  group: string;
  /** The variable that refers to it, or is it; its place where there is none. */
  name: string;
  /** Its places, in ESC's paths: its own, and those that refer to it. */
  places: readonly string[];
}

/**
 * What people wrote into an environment's values and nobody declared there. A secret of another group or environment is
 * not declared there: what stands of it may hide the right value. A text that is not YAML tells nothing.
 */
export function findUndeclared(
  declared: readonly DeclaredSecret[],
  { environment, groups }: Seen,
): Undeclared[] {
  return Object.entries(groups).flatMap(([group, { text }]) => {
    const own = declared
      .filter((each) => each.group === group && each.environments.includes(environment))
      .flatMap(({ place, references }) => [place, ...references]);
    const all = [...(placesOf(text) ?? [])];
    const theirs: Places = new Map(all.filter(([place]) => !own.some((each) => isWithin(place, each))));
    return [...things(theirs)].map(([root, places]) => {
      const called = nameOf(root, theirs);
      return { group, name: called.startsWith(VARIABLES) ? called.slice(VARIABLES.length) : called, places };
    });
  });
}

/** Places by the one that they refer to: a value, its variable and its further keys are one thing. */
function things(theirs: Places): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [place, stored] of theirs) {
    const target = referenceIn(stored);
    const root = target !== undefined && theirs.has(target) ? target : place;
    found.set(root, [...(found.get(root) ?? []), place]);
  }
  return found;
}
