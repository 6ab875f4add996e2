import { type Secret as Entry, resolveCatalog } from "../../../secrets/entry";
import type { Ledger } from "../../../secrets/ledger";
import { valueNames } from "../../../secrets/slots";
import { dayOf } from "../../../secrets/tombstone";
import type { Doors } from "../command";
import type { SeenInGitHub } from "./see-github";

/** How a secret of one environment stands; `in-sync` stands alone, the others may come together. */
export type Standing =
  | "in-sync"
  | "refused"
  | "never-set"
  | "newer-in-github"
  | "gone-from-github"
  | "changed-by-hand"
  | "overdue"
  | "unknown";

/** One secret in one environment: names and times, never a value. */
export interface Status {
  environment: string;
  name: string;
  standing: Standing[];
  /** Whether something is to be done: all but in sync and what may stay unset. */
  open: boolean;
  detail: string;
  /** When the value last changed, and was last written; RFC 3339. */
  changed?: string;
  synced?: string;
}

/** What was seen of one environment. */
export interface Seen {
  environment: string;
  /** Undefined: the ledger cannot be read. */
  ledger: Ledger | undefined;
  /** Revision of each group's values environment; a group that cannot be read is left out. */
  revisions: Readonly<Record<string, number>>;
}

const DAY_MS = 86_400_000;

/**
 * How every secret of the catalog stands, by environment and name: a pure function.
 *
 * GitHub's `updated_at` moves also when only the repositories of a secret change, so what is later there is only maybe
 * newer. A values environment at another revision than the sync left was changed by hand; in which secret only a sync
 * can say, for that takes the values.
 *
 */
export function findStatus(
  catalog: Doors["catalog"],
  seen: readonly Seen[],
  inGitHub: SeenInGitHub,
  now: Date,
): Status[] {
  const entries = resolveCatalog(catalog).filter((entry) => !entry.bootstrap);
  return seen.flatMap((each) =>
    entries
      .filter((entry) => entry.environments.includes(each.environment))
      .map((entry) => statusOf(entry, each, inGitHub, now)),
  );
}

function statusOf(entry: Entry, seen: Seen, inGitHub: SeenInGitHub, now: Date): Status {
  const { environment, ledger } = seen;
  const about = { environment, name: entry.name };
  if (ledger === undefined)
    return { ...about, standing: ["unknown"], open: true, detail: "its ledger cannot be read" };
  const known = ledger.secrets[entry.name];
  const found = findings(entry, seen, ledger, inGitHub, now);
  const times = known === undefined ? {} : { changed: known.changed, synced: known.synced };
  if (found.length === 0) return { ...about, standing: ["in-sync"], open: false, detail: "", ...times };
  const mayWait = found.every(([standing]) => standing === "never-set") && !entry.required;
  const detail = found.map(([, words]) => words).join("; ");
  return { ...about, standing: found.map(([standing]) => standing), open: !mayWait, detail, ...times };
}

type Finding = readonly [Standing, string];

function findings(
  entry: Entry,
  { revisions }: Seen,
  ledger: Ledger,
  inGitHub: SeenInGitHub,
  now: Date,
): Finding[] {
  const found: Finding[] = [];
  const refused = ledger.refused[entry.name];
  if (refused !== undefined) {
    const often = refused.times >= 3 ? "3 times or more" : refused.times === 2 ? "twice" : "once";
    found.push([
      "refused",
      `refused ${often} in a row, counted last in run ${refused.run}; its log says why`,
    ]);
  }
  const known = ledger.secrets[entry.name];
  if (known === undefined) return [...found, neverSet(entry, inGitHub, now)];
  const at = inGitHub.updated.get(known.source);
  // Environments hold values of their own, which the organization's list does not show.
  if (at === undefined && !entry.perEnvironment && known.source !== "default")
    found.push(["gone-from-github", `${known.source} is not in the organization any more: set it again`]);
  if (
    at !== undefined &&
    Date.parse(at) > Math.max(Date.parse(known.synced), Date.parse(inGitHub.settled ?? known.synced))
  )
    found.push(["newer-in-github", `maybe newer in GitHub: ${at}, and no sync since`]);
  const is = revisions[entry.group];
  const left = revisionsOf(ledger, entry.group);
  if (is === undefined) found.push(["unknown", `${entry.group} cannot be read`]);
  else if (!left.includes(is))
    found.push([
      "changed-by-hand",
      `${entry.group} is at revision ${is}, the sync left ${left.join() || "none"}`,
    ]);
  const days = Math.floor((now.getTime() - Date.parse(known.changed)) / DAY_MS);
  // As `rotation` has it: what goes, what is public and what is no credential is nobody's to rotate.
  const isRotated = entry.credential && entry.tombstone === undefined && known.source !== "default";
  if (isRotated && days > entry.rotationDays)
    found.push(["overdue", `changed ${days} days ago, due every ${entry.rotationDays}`]);
  return found;
}

/** The revisions that syncs left; where carriers share the secrets, each left one of its own (`group@carrier`). */
function revisionsOf(ledger: Ledger, group: string): number[] {
  const own = Object.entries(ledger.revisions).filter(
    ([key]) => key === group || key.startsWith(`${group}@`),
  );
  return own.map(([, revision]) => revision);
}

function neverSet(entry: Entry, inGitHub: SeenInGitHub, now: Date): Finding {
  const isListed = valueNames(entry, dayOf(now)).some((name) => inGitHub.updated.has(name));
  // GitHub's list has no secrets of environments.
  const isKnown = isListed || entry.perEnvironment;
  return ["never-set", isKnown ? "no value of it was ever synced" : "not in GitHub, and never synced"];
}
