import { type EscPlace, escPlaces } from "../../access/esc-places";
import { ledgerEnvironment, pathOf, WORKFLOW_FILE } from "../../catalog/layout";
import type { Edition } from "../../catalog/settings";
import { createGitHubAudit, type WorkflowRun } from "../../clients/github-audit";
import { createPulumiAudit } from "../../clients/pulumi-audit";
import { createRevisions } from "../../clients/pulumi-cloud";
import type { Problem } from "../../errors";
import { ledgerAt } from "../../ledger/ledger-store";
import { type Context, requireCloud } from "../context";
import { inParallel } from "../in-parallel";
import { entriesOf } from "../values/named-entries";
import { type AuditEvent, fromCloud, fromGitHub, fromLedger, fromList, fromRun } from "./audit-event";
import { joinRevisions, NotKnown, nameRuns, withoutSessionReads } from "./join-audit";

/** What to look for. */
export interface AuditQuestion {
  since: Date;
  /** Environments of the catalog. Default: all. */
  environments?: readonly string[];
  /** Secrets by their names in the catalog. Default: all, and what has no name. */
  names?: readonly string[];
}

/** What is known, and what is not. */
export interface AuditAnswer {
  /** Newest first. */
  events: AuditEvent[];
  /** What is not known, and why: never empty, for GitHub records no reading of a secret. */
  unknown: Problem[];
  /** The same for a terminal: of many places the first few, and how many more. */
  unknownInBrief: Problem[];
  /** Problems of sources that should have answered: the events are not the whole truth. */
  unread: readonly Problem[];
}

const NEVER_KNOWN: Problem = {
  code: "secret-reads-not-recorded",
  subject: "which workflow read a secret",
  cause: "GitHub records no reading of one",
  remedy: "give few repositories access to it: anyone who can change their workflows can read it",
};

/** docs.github.com, "Reviewing the audit log for your organization". */
const GITHUB_KEEPS_DAYS = 180;
const TOO_LONG_AGO: Problem = {
  code: "audit-log-too-short",
  subject: `who changed a secret in GitHub more than ${GITHUB_KEEPS_DAYS} days ago`,
  cause: "its log ends there",
  remedy: "look in a copy of the log: GitHub Enterprise Cloud streams it to a storage of yours",
};

/** pulumi.com/pricing: audit logs come with Enterprise. */
const EDITIONS_WITH_AUDIT_LOG: readonly Edition[] = ["enterprise", "business-critical"];

/** A missing right keeps every environment from us: a terminal need not list them all. */
const NAMED_IN_BRIEF = 3;

/**
 * Joins Pulumi Cloud's and GitHub's logs, ESC's revisions, the ledgers and the sync's runs into one list. A source that
 * refuses is named among what is not known, and the others still tell what they know.
 *
 * @throws RemedyError for a name that the catalog does not have.
 */
export async function readAudit(context: Context, question: AuditQuestion): Promise<AuditAnswer> {
  const { catalog, project } = context;
  const isKnown = (name: string) => catalog.entries.some((entry) => entry.name === name);
  const others = question.names?.filter((name) => !isKnown(name)) ?? [];
  if (others.length > 0) entriesOf(catalog, others);
  const places = escPlaces(catalog, project.settings, question.environments);
  const notKnown = new NotKnown();
  const or: NotKnown["or"] = (...given) => notKnown.or(...given);
  const [inCloud, inGitHub, ledgers, runs] = await Promise.all([
    readCloud(context, places, question.since, or),
    readGitHub(context, question.since, or),
    readLedgers(context, places, question.since, or),
    readRuns(context, question.since, or),
  ]);
  const all = [...nameRuns(inCloud, runs, places), ...inGitHub, ...ledgers, ...runs.map(fromRun)];
  const events = withoutSessionReads(all.filter(filterOf(context, places, question)).sort(newestFirst));
  const oldest = context.now().getTime() - GITHUB_KEEPS_DAYS * 86_400_000;
  const rest = [...(question.since.getTime() < oldest ? [TOO_LONG_AGO] : []), NEVER_KNOWN];
  const unknown = [...notKnown.problems(), ...rest];
  const unknownInBrief = [...notKnown.problems(NAMED_IN_BRIEF), ...rest];
  return { events, unknown, unknownInBrief, unread: notKnown.unread };
}

type Or = NotKnown["or"];

async function readCloud(
  context: Context,
  places: readonly EscPlace[],
  since: Date,
  or: Or,
): Promise<AuditEvent[]> {
  const log = await or(
    [
      "who opened an environment, and whose opening was refused (Pulumi Cloud's audit log is for administrators, from the Enterprise edition on)",
    ],
    async () => createPulumiAudit(context.cloudCall()).events(since),
    ({ code }) =>
      ["pulumi-permission-denied", "pulumi-plan-lacks-feature"].includes(code) &&
      !EDITIONS_WITH_AUDIT_LOG.includes(context.project.settings.edition),
  );
  let events = (log ?? []).flatMap((event) => fromCloud(event, places) ?? []);
  const revisions = await inParallel(places, (place) =>
    or(["who changed", place.path], async () =>
      (await createRevisions(context.cloudCall()).list(place.path)).filter(
        ({ created }) => Date.parse(created) >= since.getTime(),
      ),
    ),
  );
  for (const [index, place] of places.entries())
    events = joinRevisions(revisions[index] ?? [], events, place);
  return events;
}

async function readGitHub(context: Context, since: Date, or: Or): Promise<AuditEvent[]> {
  const log = await or(
    [
      "who changed a secret in GitHub (its audit log answers owners of GitHub Enterprise Cloud organizations alone)",
    ],
    async () => createGitHubAudit(context.githubCall()).secretEvents(since),
    // GitHub answers 404 where the organization's plan has no audit log (docs, "Get the audit log for an organization").
    ({ code }) => code === "github-not-found",
  );
  if (log !== undefined) return log.map(fromGitHub);
  const listed = await or(["when a secret changed in GitHub"], async () => context.github().listSecrets());
  return (listed ?? []).flatMap((secret) => fromList(secret, since));
}

async function readLedgers(
  context: Context,
  places: readonly EscPlace[],
  since: Date,
  or: Or,
): Promise<AuditEvent[]> {
  const { settings } = context.project;
  const ledgers = places.filter(
    (place) => place.path === pathOf(ledgerEnvironment(settings, place.environment)),
  );
  const read = await inParallel(ledgers, (place) =>
    or(["which run wrote which secret in", place.environment], async () => {
      const ledger = await ledgerAt(requireCloud(context), place.path).read();
      return fromLedger(ledger, place, since);
    }),
  );
  return read.flatMap((events) => events ?? []);
}

async function readRuns(context: Context, since: Date, or: Or): Promise<WorkflowRun[]> {
  const { carriers } = context.project.settings;
  const read = await inParallel(carriers, (repository) =>
    or(["runs of the sync in", repository], async () =>
      createGitHubAudit(context.githubCall()).runs(repository, WORKFLOW_FILE, since),
    ),
  );
  return read.flatMap((runs) => runs ?? []);
}

/** An environment is about a secret when whoever opens it gets that one; a run is about all of them. */
function filterOf(
  { catalog }: Context,
  places: readonly EscPlace[],
  { names, environments }: AuditQuestion,
): (event: AuditEvent) => boolean {
  const asked = catalog.entries.filter(({ name }) => names?.includes(name));
  const spellings = new Set(
    asked.flatMap(({ name, aliases, renamedFrom }) => [
      name,
      ...aliases,
      ...(renamedFrom === undefined ? [] : [renamedFrom.name]),
    ]),
  );
  const holds = new Map(places.map((place) => [place.path, place.secrets]));
  return (event) => {
    if (event.environment !== undefined && environments?.includes(event.environment) === false) return false;
    if (names === undefined || event.kind === "run" || event.kind === "reviewed") return true;
    const held = holds.get(event.what);
    if (held === undefined) return spellings.has(event.what);
    return asked.some(({ name }) => held.has(name));
  };
}

function newestFirst(a: AuditEvent, b: AuditEvent): number {
  if (a.at !== b.at) return a.at < b.at ? 1 : -1;
  const [left = "", right = ""] = [a, b].map(({ source, what, kind, detail }) =>
    [source, what, kind, detail].join("\0"),
  );
  return left < right ? -1 : left > right ? 1 : 0;
}
