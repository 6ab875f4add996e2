import { pauseAt } from "../../../secrets/pause";
import { type Difference, differencesOf, isWithin, placesOf, referenceIn } from "../versions/text-places";
import type { DeclaredSecret } from "./declared-places";
import type { Left, Seen, SeenGroup } from "./see-environment";

/** What became of a secret in ESC since the sync left it, and not by the sync. */
export interface HandEdit {
  /** `mapping`: what refers to the value, not the value. `maybe`: what the sync left cannot be compared. */
  what: Difference | "mapping" | "maybe";
  detail: string;
}

type Edits = readonly (readonly [name: string, edit: HandEdit])[];

/**
 * The secrets whose stored value or mapping is another than the sync left, by name. Texts are compared with their secrets
 * as ciphertext, so nothing is opened: a value that a person set anew differs, though it be the same one.
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
    const clear = isInClear(after.get(secret.place)) ? "; it stands in clear: whoever may read sees it" : "";
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
