import type { ResolvedEntry as Entry, ResolvedCatalog } from "../../catalog/entry";
import { pathOf, valuesEnvironment } from "../../catalog/layout";
import type { Settings } from "../../catalog/settings";
import { type Problem, problemOf } from "../../errors";
import { type Pause, pauseAt } from "../../ledger/pause";
import { buildJobCatalog } from "../../sync/job-catalog";
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
import { findLeftovers, type Leftover } from "./leftovers";
import { type Cause, type Finding, findingsOf, type SecretState, UNREAD } from "./secret-causes";

/** One secret in one environment: names and times, never a value. */
export interface Status {
  environment: string;
  /** Of the catalog; of something undeclared its variable, or its place in ESC. */
  name: string;
  standing: SecretState[];
  /** Whether something must be done: all but in sync and what may stay unset. */
  open: boolean;
  detail: string;
  /** What `detail` tells, in the order of `standing`. */
  causes: Cause[];
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
  /** What syncs, cases and moved entries have left behind. */
  leftovers: Leftover[];
  /** Why GitHub tells nothing: the rest comes from the ledgers and ESC. */
  unseen?: Problem;
}

/**
 * Compares ESC with GitHub by the ledgers. Opens no value.
 *
 * @param only this deployment environment; undefined: all.
 * @throws RemedyError when the token of Pulumi Cloud is missing.
 */
export async function readStatus(context: Context, only: string | undefined): Promise<StatusReport> {
  const { catalog, project } = context;
  const cloud = requireCloud(context);
  const [seen, first] = await Promise.all([
    inParallel(only === undefined ? catalog.environments : [only], (each) =>
      seeEnvironment(context, cloud, each),
    ),
    seeGitHub(context).catch(problemOf),
  ]);
  const ledgers = seen.map(({ ledger }) => ledger);
  const isSeen = "updated" in first;
  const inGitHub = isSeen ? await askAgainWhereLater(context, ledgers, first) : undefined;
  const now = context.now();
  return {
    ...(isSeen ? {} : { unseen: first }),
    secrets: findStatus({ catalog, settings: project.settings }, seen, inGitHub, now),
    unread: seen.filter(({ ledger }) => ledger === undefined).map(({ environment }) => environment),
    leftovers: findLeftovers(catalog, seen, inGitHub, now),
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
 *
 * @param inGitHub undefined: nobody can tell what GitHub has.
 */
export function findStatus(
  { catalog, settings }: { catalog: ResolvedCatalog; settings: Settings },
  seen: readonly Seen[],
  inGitHub: SeenInGitHub | undefined,
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
  const causes = [{ standing: "undeclared" as const, why: detail }];
  return { environment: deployment, name, standing: ["undeclared"], open: true, detail, causes };
}

function statusOf(
  entry: Entry,
  seen: Seen,
  edit: HandEdit | undefined,
  inGitHub: SeenInGitHub | undefined,
  now: Date,
): Status {
  const { environment, ledger } = seen;
  const about = { environment, name: entry.name };
  if (ledger === undefined) return { ...about, open: true, ...summed([UNREAD]) };
  const known = ledger.secrets[entry.name];
  const found = findingsOf(entry, { ...seen, ledger }, edit, inGitHub, now);
  const times = known === undefined ? {} : { changed: known.changed, synced: known.synced };
  if (found.length === 0)
    return { ...about, standing: ["in-sync"], open: false, detail: "", causes: [], ...times };
  const mayWait = found.every(({ standing }) => standing === "never-set") && !entry.required;
  return { ...about, open: !mayWait, ...summed(found), ...times };
}

function summed(found: readonly Finding[]): Pick<Status, "standing" | "detail" | "causes"> {
  return {
    standing: found.map(({ standing }) => standing),
    detail: found.map(({ why, detail = why }) => detail).join("; "),
    causes: found.map(({ detail: _, ...cause }) => cause),
  };
}
