import { spreadSecrets } from "../../catalog/carriers";
import { dayOf } from "../../catalog/dates";
import type { ResolvedCatalog } from "../../catalog/entry";
import { problemOf } from "../../errors";
import { type AccessAnswer, readAccess } from "../access/access-rights";
import { readAudit } from "../audit/read-audit";
import type { Context, Report } from "../context";
import { detectDrift } from "../drift/detect-drift";
import { joinReviews } from "../reviews/review-access";
import type { ReviewRow } from "../reviews/review-state";
import { readRotation } from "../rotation/read-rotation";
import { readStatus, type StatusReport } from "../status/find-status";
import { findUnused } from "../usage/find-unused";
import { spreadOf } from "../values/named-entries";
import { verifyPipeline } from "../verification/verify-pipeline";
import { findOpenings, unreadIn } from "./openings";
import { type Carried, pipelineOf } from "./pipeline";
import {
  type PartName,
  REPORT_VERSION,
  type ReportAccess,
  type ReportData,
  type ReportSecret,
  type Unread,
} from "./report-data";
import { readSyncs } from "./syncs";
import { tasksOf } from "./tasks";

/** What to report. */
export interface ReportQuestion {
  /** From when on syncs and openings are told. */
  since: Date;
  /** Clones to search for readers of secrets; none: nobody looks. */
  clones: readonly string[];
}

/** Days before its day from which on a value counts as due, the same as in `rotation`. */
const DUE_WITHIN = 14;

/**
 * Everything that the report shows, read once: operations that ask for the same share one answer. A part that cannot be
 * read is named with its reason, and the others are told all the same. Opens no value.
 *
 * @throws RemedyError for a folder without a clone.
 */
export async function collectReport(
  given: Context,
  { since, clones }: ReportQuestion,
  report: Report,
): Promise<ReportData> {
  const context = given.readingOnce();
  const { catalog, project } = context;
  const { settings, stack } = project;
  // What was typed wrong is an error, and told before anything is asked.
  const usage = clones.length === 0 ? undefined : await findUnused(context, clones, report);
  const unread: Unread[] = [];
  const part = async <Value>(name: PartName, heading: string, read: () => Value | Promise<Value>) => {
    report(heading);
    try {
      return await read();
    } catch (error) {
      unread.push({ part: name, ...problemOf(error) });
      return undefined;
    }
  };
  const now = context.now();
  const spread = await part("carriers", "Reading GitHub", () => spreadOf(context, context.github(), true));
  const shards = (spread ?? spreadSecrets(catalog.entries, settings.carriers, dayOf(now))).shards;
  const status = await part("status", "Comparing ESC with GitHub", () => readStatus(context, undefined));
  const rotation = await part("rotation", "Reading ages", () => readRotation(context, DUE_WITHIN));
  const drift = await part("drift", "Looking for drift", () => detectDrift(context));
  const access = await part("access", "Reading access", () => readAccess(context, EVERYTHING));
  const reviews =
    access === undefined
      ? undefined
      : await part("reviews", "Checking reviews of access", () =>
          joinReviews(context, access.rights, access.observed),
        );
  for (const problem of reviews?.problems ?? []) unread.push({ part: "reviews", ...problem });
  const checks = await part("verification", "Checking the pipeline", () =>
    verifyPipeline(context, undefined, report, { opens: false }),
  );
  const { pipeline, carried } = pipelineOf(catalog, settings, shards);
  const carrierOf = (name: string) => carried.get(name)?.carriers[0];
  const syncs = await part("syncs", "Reading runs of the sync", () => readSyncs(context, since, carrierOf));
  const audit = await part("openings", "Reading the audit logs", () => readAudit(context, { since }));
  if (status?.unseen !== undefined) unread.push({ part: "status", ...status.unseen });
  for (const problem of audit === undefined ? [] : unreadIn(audit))
    unread.push({ part: "openings", ...problem });
  for (const cause of rotation?.unread ?? []) unread.push({ part: "rotation", ...unreadAge(cause) });
  const found = {
    status,
    rotation: rotation?.rows,
    drift: drift?.drift,
    differences: access?.differences,
    checks,
    reviews: reviews?.rows,
  };
  return {
    version: REPORT_VERSION,
    organization: settings.githubOrganization,
    pulumiOrganization: settings.pulumiOrganization,
    application: settings.application,
    stack,
    asOf: now.toISOString(),
    since: since.toISOString(),
    publish: settings.reportPages ?? "artifact",
    environments: catalog.environments,
    groups: catalog.groups,
    today: tasksOf(found, { catalog, settings, carrierOf, now }),
    secrets: secretsOf(catalog, carried, status, rotation?.rows ?? []),
    pipeline,
    paused: (status?.paused ?? []).map(({ environment, pause: { until, reason } }) => ({
      environment,
      until,
      reason,
    })),
    access: accessOf(access, reviews?.rows ?? []),
    drift,
    checks: checks ?? [],
    usage,
    syncs: syncs ?? [],
    openings: audit === undefined ? undefined : findOpenings(audit, since, now),
    unread,
  };
}

const EVERYTHING = { names: [], environment: undefined, identity: undefined };

function unreadAge(cause: string) {
  const remedy = "use tokens that may read GitHub's list of secrets and every ledger";
  return { code: "ages-not-read", subject: "ages of values", cause, remedy };
}

function secretsOf(
  catalog: ResolvedCatalog,
  carried: ReadonlyMap<string, Carried>,
  status: StatusReport | undefined,
  rows: Awaited<ReturnType<typeof readRotation>>["rows"],
): ReportSecret[] {
  const [states, ages] = [byName(status?.secrets ?? []), byName(rows)];
  return [...carried.values()]
    .map(({ name, group, owner, carriers, applications, path }): ReportSecret => {
      const entry = catalog.entries.find((each) => each.name === name);
      return {
        ...{ name, group, owner, carriers, applications, path },
        rotated: entry === undefined,
        perEnvironment: entry?.perEnvironment ?? false,
        tombstone: entry?.tombstone,
        page: entry?.page,
        states: (states.get(name) ?? []).map(({ name: _, ...state }) => state),
        ages: (ages.get(name) ?? []).map(({ name: _, owner: __, page: ___, ...age }) => age),
      };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function byName<Row extends { name: string }>(rows: readonly Row[]): Map<string, Row[]> {
  const found = new Map<string, Row[]>();
  for (const row of rows) {
    const own = found.get(row.name);
    if (own === undefined) found.set(row.name, [row]);
    else own.push(row);
  }
  return found;
}

function accessOf(answer: AccessAnswer | undefined, reviews: readonly ReviewRow[]): ReportAccess {
  if (answer === undefined)
    return { rights: [], reviews, managing: [], shared: [], isEnforced: false, cloud: undefined };
  const { rights, managing, shared, isEnforced, observed, differences } = answer;
  const cloud = observed && {
    administrators: observed.members.filter(({ isAdmin }) => isAdmin).map(({ login }) => login),
    defaultPermission: observed.defaultPermission,
    differences,
  };
  return { rights, reviews, managing, shared, isEnforced, cloud };
}
