import type { Revision } from "../../clients/esc-revisions";
import type { WorkflowRun } from "../../clients/github-audit";

import type { AuditEvent } from "./audit-event";
import type { AuditPlace } from "./audit-places";

/** A revision and the audit log's event of it are told to the second, by clocks of one service. */
const SAME_MOMENT_MS = 2000;
/** A sync's last write may be told a little after its run is said to have ended. */
const SLACK_MS = 5000;
/** How the sync tags what it wrote. */
const RUN_TAG = /^run-(\d+)$/;

/**
 * Revisions as events, each joined with the audit log's event of the same moment and environment: the revision knows its
 * number and its run, the log who it was and from where.
 *
 * @returns all events of the place but those that a revision now tells.
 */
export function joinRevisions(
  revisions: readonly Revision[],
  events: readonly AuditEvent[],
  place: AuditPlace,
): AuditEvent[] {
  const left = [...events];
  const joined = revisions.map((revision) => {
    const at = Date.parse(revision.created);
    const near = left.findIndex(
      (event) =>
        event.kind === "changed" &&
        event.what === place.path &&
        /^environment-(updated|created)\b/.test(event.detail) &&
        Math.abs(Date.parse(event.at) - at) <= SAME_MOMENT_MS,
    );
    const logged = near < 0 ? undefined : left.splice(near, 1)[0];
    return fromRevision(revision, place, logged);
  });
  return [...joined, ...left];
}

function fromRevision(revision: Revision, place: AuditPlace, logged: AuditEvent | undefined): AuditEvent {
  const run = revision.tags.map((tag) => RUN_TAG.exec(tag)?.[1]).find((id) => id !== undefined);
  const more = logged === undefined ? "" : `, ${logged.detail}`;
  return {
    at: new Date(revision.created).toISOString(),
    who: logged?.who ?? (revision.by || undefined),
    kind: "changed",
    what: place.path,
    source: "Pulumi Cloud",
    environment: place.environment,
    ...(run === undefined ? {} : { run }),
    detail: `revision ${revision.number}${more}`,
  };
}

/**
 * Names the run behind what the sync's team did where no tag does: the one run that was under way. With two at a time
 * none is named.
 */
export function nameRuns(
  events: readonly AuditEvent[],
  runs: readonly WorkflowRun[],
  places: readonly AuditPlace[],
): AuditEvent[] {
  const teams = new Map(places.map((place) => [place.environment, place.syncTeam]));
  return events.map((event) => {
    const team = teams.get(event.environment ?? "");
    const isSync = team !== undefined && (event.who ?? "").split(/[/:]/).includes(team);
    if (!isSync || event.run !== undefined || event.source !== "Pulumi Cloud") return event;
    const at = Date.parse(event.at);
    const open = runs.filter(
      (run) => Date.parse(run.started) - SLACK_MS <= at && at <= Date.parse(run.ended) + SLACK_MS,
    );
    const run = open.length === 1 ? open[0] : undefined;
    return run === undefined ? event : { ...event, run: run.id, detail: `${event.detail}, run by its time` };
  });
}

/** An opened session lives so long, unless who opened it asked for less (Pulumi's CLI: two hours). */
const SESSION_MS = 2 * 3_600_000;

/**
 * Reading what somebody has just opened is the second half of that opening, and the log has both: the opening stays.
 *
 * @param events newest first.
 */
export function withoutSessionReads(events: readonly AuditEvent[]): AuditEvent[] {
  const opened = events.filter(({ detail }) => /^environment-(version-tag-)?open\b/.test(detail));
  return events.filter((event) => {
    if (!event.detail.startsWith("environment-read-open")) return true;
    const isOfIt = ({ who, what, at }: AuditEvent) => {
      const age = Date.parse(event.at) - Date.parse(at);
      return who === event.who && what === event.what && age >= 0 && age <= SESSION_MS;
    };
    return !opened.some(isOfIt);
  });
}
