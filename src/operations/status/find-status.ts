import { dayOf } from "../../catalog/dates";
import type { ResolvedEntry as Entry, ResolvedCatalog } from "../../catalog/entry";
import { pathOf, startSyncs, valuesEnvironment } from "../../catalog/layout";
import type { Settings } from "../../catalog/settings";
import { valueNames } from "../../catalog/slots";
import { impossibleClaims } from "../../ledger/claims";
import { describeRun, type LedgerEntry, type Proposal, type Refusal, runId } from "../../ledger/ledger";
import { type Pause, pauseAt } from "../../ledger/pause";
import { buildJobCatalog } from "../../sync/job-catalog";
import { COMMAND } from "../../text";
import { type Context, requireCloud } from "../context";
import { inParallel } from "../in-parallel";
import {
  askAgainWhereLater,
  type Seen,
  type SeenInGitHub,
  seeEnvironment,
  seeGitHub,
} from "../observation/environments";
import { declaredPlaces, findHandEdits, findUndeclared, type HandEdit, type Undeclared } from "./hand-edits";

/** How a secret of one environment stands; `in-sync` and `undeclared` stand alone, the others may come together. */
export type SecretState =
  | "in-sync"
  | "refused"
  | "never-set"
  | "newer-in-github"
  | "gone-from-github"
  | "changed-by-hand"
  | "proposed"
  | "undeclared"
  | "ledger-impossible"
  | "overdue"
  | "unknown";

/** One secret in one environment: names and times, never a value. */
export interface Status {
  environment: string;
  /** Of the catalog; of something undeclared its variable, or its place in ESC. */
  name: string;
  standing: SecretState[];
  /** Whether something is to be done: all but in sync and what may stay unset. */
  open: boolean;
  detail: string;
  /** When the value last changed, and was last written; RFC 3339. */
  changed?: string;
  synced?: string;
}

/** What was found in some environments. */
export interface StatusReport {
  /** By environment and name; undeclared ones last. */
  secrets: Status[];
  /** Environments whose ledger cannot be read. */
  unread: string[];
  /** Environments that are behind on purpose. */
  paused: { environment: string; pause: Pause }[];
}

const DAY_MS = 86_400_000;

/**
 * Compares ESC with GitHub by the ledgers. Opens no value.
 *
 * @param only this deployment environment; undefined: all.
 * @throws RemedyError when a token is missing, or GitHub's list cannot be read.
 */
export async function readStatus(context: Context, only: string | undefined): Promise<StatusReport> {
  const { catalog, project } = context;
  const cloud = requireCloud(context);
  const [seen, first] = await Promise.all([
    inParallel(only === undefined ? catalog.environments : [only], (each) =>
      seeEnvironment(context, cloud, each),
    ),
    seeGitHub(context),
  ]);
  const ledgers = seen.map(({ ledger }) => ledger);
  const inGitHub = await askAgainWhereLater(context, ledgers, first);
  const now = context.now();
  return {
    secrets: findStatus({ catalog, settings: project.settings }, seen, inGitHub, now),
    unread: seen.filter(({ ledger }) => ledger === undefined).map(({ environment }) => environment),
    paused: seen.flatMap(({ environment, ledger }) => {
      const pause = pauseAt(ledger?.paused, now.toISOString());
      return pause === undefined ? [] : [{ environment, pause }];
    }),
  };
}

/**
 * How every secret of the catalog stands, by environment and name, and after them what stands in ESC and is not declared
 * there: a pure function.
 *
 * GitHub's `updated_at` moves also when only the repositories of a secret change, so what is later there is only maybe
 * newer.
 */
export function findStatus(
  { catalog, settings }: { catalog: ResolvedCatalog; settings: Settings },
  seen: readonly Seen[],
  inGitHub: SeenInGitHub,
  now: Date,
): Status[] {
  const entries = catalog.entries.filter((entry) => !entry.bootstrap);
  const declared = declaredPlaces(buildJobCatalog(catalog, settings));
  return seen.flatMap((each) => {
    const edits = findHandEdits(declared, each, now);
    const here = entries.filter((entry) => entry.environments.includes(each.environment));
    return [
      ...here.map((entry) => statusOf(entry, each, edits.get(entry.name), inGitHub, now)),
      ...findUndeclared(declared, each).map((thing) => tellUndeclared(thing, each.environment, settings)),
    ];
  });
}

function tellUndeclared({ group, name, places }: Undeclared, deployment: string, settings: Settings): Status {
  const path = `${settings.pulumiOrganization}/${pathOf(valuesEnvironment(settings, deployment, group))}`;
  const detail = `no entry of ${group} has ${places.join(", ")}; declare it in secrets/catalog.ts, or remove it: pulumi env edit ${path}`;
  return { environment: deployment, name, standing: ["undeclared"], open: true, detail };
}

function statusOf(
  entry: Entry,
  seen: Seen,
  edit: HandEdit | undefined,
  inGitHub: SeenInGitHub,
  now: Date,
): Status {
  const { environment, ledger } = seen;
  const about = { environment, name: entry.name };
  if (ledger === undefined)
    return { ...about, standing: ["unknown"], open: true, detail: "its ledger cannot be read" };
  const known = ledger.secrets[entry.name];
  const proposal = ledger.proposed?.[entry.name];
  const claims = impossibleClaims(ledger, { newestRun: inGitHub.newestRun, now });
  const found = [
    ...claims
      .filter(({ name }) => name === entry.name)
      .map(({ cause }) => ["ledger-impossible", cause] as const),
    ...refusals(ledger.refused[entry.name]),
    ...(known === undefined ? neverSet(entry, edit, inGitHub, now) : inGitHubSince(entry, known, inGitHub)),
    ...(proposal === undefined ? inEsc(entry, known, edit, seen) : [proposed(proposal, edit)]),
    ...(known === undefined ? [] : age(entry, known, now)),
  ];
  const times = known === undefined ? {} : { changed: known.changed, synced: known.synced };
  if (found.length === 0) return { ...about, standing: ["in-sync"], open: false, detail: "", ...times };
  const mayWait = found.every(([standing]) => standing === "never-set") && !entry.required;
  const detail = found.map(([, words]) => words).join("; ");
  return { ...about, standing: found.map(([standing]) => standing), open: !mayWait, detail, ...times };
}

type Finding = readonly [SecretState, string];

function refusals(refused: Refusal | undefined): Finding[] {
  if (refused === undefined) return [];
  const often = refused.times >= 3 ? "3 times or more" : refused.times === 2 ? "twice" : "once";
  const where = runId(refused.run) === undefined ? "" : "; its log says why";
  return [["refused", `refused ${often} in a row, counted last in ${describeRun(refused.run)}${where}`]];
}

function neverSet(entry: Entry, edit: HandEdit | undefined, inGitHub: SeenInGitHub, now: Date): Finding[] {
  // What was taken away was there, though after a rollback the ledger does not know it any more.
  if (edit?.what === "removed") return [];
  const isListed = valueNames(entry, dayOf(now)).some((name) => inGitHub.updated.has(name));
  // GitHub's list has no secrets of environments.
  const isKnown = isListed || entry.perEnvironment;
  return [["never-set", isKnown ? "no value of it was ever synced" : "not in GitHub, and never synced"]];
}

function inGitHubSince(entry: Entry, { source, synced }: LedgerEntry, inGitHub: SeenInGitHub): Finding[] {
  // Environments hold values of their own, which the organization's list does not show; what it has is a leftover.
  if (entry.perEnvironment) return [];
  const at = inGitHub.updated.get(source);
  if (at === undefined) {
    if (source === "default") return [];
    return [["gone-from-github", `${source} is not in the organization any more: set it again`]];
  }
  const settled = Math.max(Date.parse(synced), Date.parse(inGitHub.settled ?? synced));
  return Date.parse(at) > settled
    ? [["newer-in-github", `maybe newer in GitHub: ${at}, and no sync since`]]
    : [];
}

function inEsc(
  { group }: Entry,
  known: LedgerEntry | undefined,
  edit: HandEdit | undefined,
  { groups }: Seen,
): Finding[] {
  if (edit !== undefined) return [["changed-by-hand", edit.detail]];
  return known === undefined || groups[group] !== undefined ? [] : [["unknown", `${group} cannot be read`]];
}

/** The next run finds what became of a proposal; until then ESC's text is all that tells whether it was applied. */
function proposed({ run, at, request }: Proposal, edit: HandEdit | undefined): Finding {
  const fate = edit === undefined ? "waits for approval" : "may be applied: it changed in ESC since";
  return ["proposed", `${describeRun(run)} proposed it ${at}, and it ${fate} (change request ${request})`];
}

function age(entry: Entry, { changed, source }: LedgerEntry, now: Date): Finding[] {
  const days = Math.floor((now.getTime() - Date.parse(changed)) / DAY_MS);
  // As `rotation` has it: what goes, what is public and what is no credential is nobody's to rotate.
  const isRotated = entry.credential && entry.tombstone === undefined && source !== "default";
  if (!isRotated) return [];
  const { expires, rotationDays } = entry;
  if (expires !== undefined && expires < dayOf(now))
    return [["overdue", `expired at the vendor after ${expires}`]];
  return days <= rotationDays || Number.isNaN(days)
    ? []
    : [["overdue", `changed ${days} days ago, due every ${rotationDays}`]];
}

/** What is to be done about each standing of which a row's own words do not say it. */
function remedies(settings: Settings): Partial<Record<SecretState, string>> {
  const run = startSyncs(settings);
  return {
    refused: `the run's log says why; fix the value (${COMMAND} set NAME --replace), then run the workflow`,
    "never-set": `set it in GitHub (${COMMAND} set NAME), then ${run}`,
    "newer-in-github": `the daily run brings it; now: ${run}`,
    "gone-from-github": `ESC keeps the value it has; ${COMMAND} drift says how the secret comes back to GitHub`,
    "changed-by-hand": `GitHub's value comes back with the next run, after a pause once it ends; what is to stay belongs into GitHub (${COMMAND} set NAME --replace)`,
    "ledger-impossible": `no sync wrote that, or its run was deleted: ${COMMAND} repair --ledgers && ${run}`,
    proposed: "somebody else approves and applies it in Pulumi Cloud; the next run finds it done",
    overdue: `${COMMAND} rotation says where a new one is made`,
  };
}

/** A line for each standing that is to be looked after, in the order of the rows: `refused: what to do`. */
export function remedyLines(all: readonly Status[], settings: Settings): string[] {
  const words = remedies(settings);
  const standings = new Set(all.filter(({ open }) => open).flatMap(({ standing }) => standing));
  return [...standings].flatMap((standing) =>
    words[standing] === undefined ? [] : [`${standing}: ${words[standing]}`],
  );
}
