import type { EscPlace } from "../../access/esc-places";
import type { WorkflowRun } from "../../clients/github-audit";
import type { Revision } from "../../clients/pulumi-cloud";
import { type Problem, problemOf } from "../../errors";
import type { AuditEvent } from "./audit-event";

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
  place: EscPlace,
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

function fromRevision(revision: Revision, place: EscPlace, logged: AuditEvent | undefined): AuditEvent {
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
  places: readonly EscPlace[],
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

/** Some like events in one: the newest of them, and how many there were. */
export interface Folded extends AuditEvent {
  times: number;
}

const HOUR_MS = 3_600_000;

/**
 * Events of the same kind, by the same person or job, to the same thing and from the same run, within an hour of the
 * newest, as one: applications open what they open many times.
 *
 * @param events newest first.
 */
export function foldAudit(events: readonly AuditEvent[]): Folded[] {
  const folded: Folded[] = [];
  const open = new Map<string, Folded>();
  for (const event of events) {
    const key = [event.who, event.kind, event.what, event.source, event.run].join("\0");
    const newest = open.get(key);
    if (newest !== undefined && Date.parse(newest.at) - Date.parse(event.at) < HOUR_MS) {
      newest.times += 1;
      continue;
    }
    const row = { ...event, times: 1 };
    open.set(key, row);
    folded.push(row);
  }
  return folded;
}

/** One question that nobody answered: what was asked, of which place where it is asked of many, and why not. */
interface Unanswered extends Problem {
  of?: string;
}

/** Keeps the questions that no source answered, so that the rest can still be told. */
export class NotKnown {
  private readonly all: Unanswered[] = [];
  /** Problems of sources that should have answered. */
  readonly unread: Problem[] = [];

  /**
   * @param what is asked: `who opened an environment`; of many places without the place: `who changed`.
   * @param of the place, where it is asked of many.
   * @param isExpected whether the organization's plan is known not to have the source: then it counts as not known, and
   *   not as unread.
   * @returns undefined when it is refused, which is kept; any other error is a defect of ours, and thrown.
   */
  async or<Result>(
    [what, of]: readonly [what: string, of?: string],
    ask: () => Promise<Result>,
    isExpected: (problem: Problem) => boolean = () => false,
  ): Promise<Result | undefined> {
    try {
      return await ask();
    } catch (error) {
      const problem = problemOf(error);
      // Errors of one kind about many places are one thing to know: the place is named by the question.
      const isOfPlace = of !== undefined && problem.subject.includes(of);
      const cause = isOfPlace ? problem.cause : `${problem.subject}: ${problem.cause}`;
      this.all.push({ ...problem, subject: what, cause, ...(of === undefined ? {} : { of }) });
      if (!isExpected(problem)) this.unread.push(problem);
      return undefined;
    }
  }

  /**
   * One problem for each refusal, such as a token that is missing: the subject lists all that it keeps from us.
   *
   * @param most places named for each question.
   */
  problems(most = Number.POSITIVE_INFINITY): Problem[] {
    const refusals = grouped(this.all, ({ code, cause }) => `${code}\0${cause}`);
    const problems = [...refusals.values()].flatMap((unanswered): Problem[] => {
      const [first] = unanswered;
      if (first === undefined) return [];
      const { code, cause, remedy } = first;
      const questions = [...grouped(unanswered, ({ subject }) => subject)];
      const subject = questions.map(([what, each]) => question(what, each, most)).join("; ");
      return [{ code, subject, cause, remedy }];
    });
    return problems.sort((a, b) => (a.subject < b.subject ? -1 : a.subject > b.subject ? 1 : 0));
  }
}

function question(what: string, unanswered: readonly Unanswered[], most: number): string {
  const places = unanswered.flatMap(({ of }) => of ?? []);
  if (places.length === 0) return what;
  const more = places.length > most ? ` and ${places.length - most} more` : "";
  return `${what} ${places.slice(0, most).join(", ")}${more}`;
}

function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
