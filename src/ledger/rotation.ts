import { type ResolvedCatalog, type ResolvedEntry, rotatedEntry } from "../catalog/entry";
import { isIn, rotatedValues } from "../catalog/rotators";
import type { Ledger, LedgerEntry } from "./ledger";

/**
 * How a value stands against its schedule: `overdue` is past its day, `due` reaches it soon, `never` has no value yet,
 * `unknown` has an age that nobody can tell, `exempt` is not for a person to rotate.
 */
export type RotationState = "overdue" | "due" | "never" | "fresh" | "unknown" | "exempt";

/** One value of one secret: no value, names and times alone. */
export interface RotationRow {
  name: string;
  /** Environments that hold it, in the catalog's order; empty for the pipeline's own credential, which is in none. */
  environments: readonly string[];
  /** The team that rotates. */
  owner: string;
  state: RotationState;
  /** Days a value may live. */
  rotationDays: number;
  /** When it last changed, RFC 3339; undefined where that is not known. */
  changed: string | undefined;
  /** Whole days since, by the calendar of UTC; at least so many where `state` rests on GitHub's time. */
  ageDays: number | undefined;
  /** The last day that is in time, UTC. */
  dueOn: string | undefined;
  /** Where the vendor makes a new one. */
  page: string | undefined;
  /** What the state does not say. */
  note: string | undefined;
}

export interface RotationOptions {
  /** Days before its day from which on a value is due. */
  dueWithinDays: number;
  /** GitHub's `updated_at` of organization secrets, by name: all that tells the age of what is never in ESC. */
  updated?: ReadonlyMap<string, string>;
}

const DAY_MS = 86_400_000;

/**
 * How every secret of the catalog stands against its schedule, by owner, urgency and name: a pure function.
 *
 * Age counts from the last change of the value, which the ledgers know; GitHub's `updated_at` moves also when only the
 * readers of a secret change. An organization's secret is one value, so it is one row with the oldest of its changes;
 * environments that changed more than a day apart hold different values, and are rows of their own, as are those of a
 * secret with a value per environment.
 *
 * @param ledgers by environment; undefined where one cannot be read, left out where it is not asked for.
 */
export function rotationStatus(
  catalog: ResolvedCatalog,
  ledgers: Readonly<Record<string, Ledger | undefined>>,
  now: Date,
  options: RotationOptions,
): RotationRow[] {
  const rows = catalog.entries.flatMap((secret) => {
    if (secret.bootstrap) return [outsideOfEsc(secret, now, options)];
    const asked = secret.environments.filter((deployment) => Object.hasOwn(ledgers, deployment));
    const sightings = asked.map((deployment) => sightingOf(secret, deployment, ledgers[deployment]));
    return together(sightings, secret).map((group) => rowOf(secret, group, now, options));
  });
  return [...rows, ...rotatedRows(catalog, ledgers)].sort(byUrgency);
}

/** What ESC makes and rotates by its own clock. */
function rotatedRows(
  catalog: ResolvedCatalog,
  ledgers: Readonly<Record<string, Ledger | undefined>>,
): RotationRow[] {
  return catalog.rotators.flatMap((rotator) => {
    const environments = catalog.environments.filter(
      (deployment) => Object.hasOwn(ledgers, deployment) && isIn(rotator, deployment),
    );
    return rotatedValues(rotator).map(({ name }) => ({
      ...bare(rotatedEntry(name, rotator, catalog), environments),
      state: "exempt" as const,
      note: `ESC rotates it: ${rotator.schedule} (UTC)`,
    }));
  });
}

/** What one environment's ledger says of a secret. */
interface Sighting {
  environment: string;
  kind: "value" | "none" | "default" | "unreadable";
  at: number;
}

function sightingOf({ name }: ResolvedEntry, deployment: string, ledger: Ledger | undefined): Sighting {
  const known: LedgerEntry | undefined = ledger?.secrets[name];
  const at = Date.parse(known?.changed ?? "");
  if (ledger === undefined || (known !== undefined && Number.isNaN(at)))
    return { environment: deployment, kind: "unreadable", at: 0 };
  if (known === undefined) return { environment: deployment, kind: "none", at: 0 };
  return { environment: deployment, kind: known.source === "default" ? "default" : "value", at };
}

/** Sightings of one value: a sync by hand and the daily one bring it to all environments within a day. */
function together(sightings: readonly Sighting[], { perEnvironment }: ResolvedEntry): Sighting[][] {
  const groups: Sighting[][] = [];
  for (const sighting of [...sightings].sort((a, b) => a.at - b.at)) {
    const group = groups.find(
      ([first]) =>
        !perEnvironment && first?.kind === sighting.kind && sighting.at - (first?.at ?? 0) <= DAY_MS,
    );
    if (group === undefined) groups.push([sighting]);
    else group.push(sighting);
  }
  return groups;
}

function rowOf(
  secret: ResolvedEntry,
  group: readonly Sighting[],
  now: Date,
  options: RotationOptions,
): RotationRow {
  const held = new Set(group.map(({ environment }) => environment));
  const row = bare(
    secret,
    secret.environments.filter((deployment) => held.has(deployment)),
  );
  const { kind, at } = group[0] as Sighting;
  const exempt = exemption(secret, kind);
  if (exempt !== undefined) return { ...row, state: "exempt", note: exempt };
  if (kind === "unreadable") return { ...row, note: "its ledger cannot be read" };
  if (kind === "none") return { ...row, state: "never", note: "it was never synced" };
  return { ...row, ...standing(at, secret, now, options), note: origin(secret) };
}

/** Why nobody is to rotate it. */
function exemption({ tombstone, required, credential }: ResolvedEntry, kind: Sighting["kind"]) {
  if (tombstone !== undefined) return `expires on ${tombstone}`;
  if (!credential) return "no credential";
  if (kind === "default") return "its public default";
  return kind === "none" && !required ? "optional, and never set" : undefined;
}

function origin({ value, name, expires }: ResolvedEntry): string | undefined {
  const notes = [
    ...(value === "config" ? [`in the stack's config: values.${name}`] : []),
    ...(expires === undefined ? [] : [expiryNote(expires)]),
  ];
  return notes.length === 0 ? undefined : notes.join("; ");
}

function expiryNote(expires: string): string {
  return `the vendor takes it until ${expires}`;
}

function standing(at: number, secret: ResolvedEntry, now: Date, { dueWithinDays }: RotationOptions) {
  const ageDays = daysBetween(at, now.getTime());
  const byAge = new Date(at + secret.rotationDays * DAY_MS).toISOString().slice(0, 10);
  const { expires = byAge } = secret;
  const dueOn = expires < byAge ? expires : byAge;
  return { state: stateOn(dueOn, now, dueWithinDays), changed: new Date(at).toISOString(), ageDays, dueOn };
}

function stateOn(dueOn: string, now: Date, dueWithinDays: number): RotationState {
  const left = (Date.parse(dueOn) - Date.parse(now.toISOString().slice(0, 10))) / DAY_MS;
  return left < 0 ? "overdue" : left <= dueWithinDays ? "due" : "fresh";
}

/** Whole days from one moment's day to another's, UTC; 0 for one to come, as a clock that is ahead gives it. */
function daysBetween(from: number, to: number): number {
  return Math.max(0, Math.floor(to / DAY_MS) - Math.floor(from / DAY_MS));
}

/**
 * The pipeline's own credential is in no ledger. GitHub's time is at or after the value's last change: past the schedule
 * it is surely overdue, before that nobody can say.
 */
function outsideOfEsc(
  secret: ResolvedEntry,
  now: Date,
  { updated, dueWithinDays }: RotationOptions,
): RotationRow {
  const row = bare(secret, []);
  if (secret.tombstone !== undefined)
    return { ...row, state: "exempt", note: `expires on ${secret.tombstone}` };
  const at = Date.parse(updated?.get(secret.name) ?? "");
  if (Number.isNaN(at)) {
    const note = updated === undefined ? "GitHub was not asked" : "not in GitHub";
    return { ...row, state: updated === undefined || secret.required ? "unknown" : "exempt", note };
  }
  const ageDays = daysBetween(at, now.getTime());
  const { expires: dueOn } = secret;
  if (dueOn !== undefined && ageDays <= secret.rotationDays)
    return { ...row, state: stateOn(dueOn, now, dueWithinDays), ageDays, dueOn, note: expiryNote(dueOn) };
  const note = "never in ESC; GitHub's time, which moves with its repositories too";
  return { ...row, state: ageDays > secret.rotationDays ? "overdue" : "unknown", ageDays, note };
}

function bare(secret: ResolvedEntry, environments: readonly string[]): RotationRow {
  const { name, owner, rotationDays, page } = secret;
  const unknown = { changed: undefined, ageDays: undefined, dueOn: undefined, note: undefined };
  return { name, environments, owner, state: "unknown", rotationDays, page, ...unknown };
}

const URGENCY: readonly RotationState[] = ["overdue", "due", "never", "unknown", "fresh", "exempt"];

function byUrgency(a: RotationRow, b: RotationRow): number {
  if (a.owner !== b.owner) return a.owner < b.owner ? -1 : 1;
  const urgency = URGENCY.indexOf(a.state) - URGENCY.indexOf(b.state);
  if (urgency !== 0) return urgency;
  const [left, right] = [a, b].map((row) => `${row.dueOn ?? ""}\0${row.name}\0${row.environments.join()}`);
  return (left ?? "") < (right ?? "") ? -1 : 1;
}
