import type { Problem } from "../../errors";
import type { AuditAnswer } from "../audit/read-audit";
import type { Opener, ReportData } from "./report-data";

const DAY_MS = 86_400_000;

/**
 * Openings by day, the days without one too, and by who opened: a pure function.
 *
 * @param answer of an audit: events of any kind, of which openings alone count.
 */
export function findOpenings(
  { events, unknown, unread }: AuditAnswer,
  since: Date,
  now: Date,
): NonNullable<ReportData["openings"]> {
  const openings = events.filter(({ kind }) => kind === "opened" || kind === "refused");
  const days = new Map<string, { opened: number; refused: number }>();
  for (let at = Math.floor(since.getTime() / DAY_MS) * DAY_MS; at <= now.getTime(); at += DAY_MS)
    days.set(new Date(at).toISOString().slice(0, 10), { opened: 0, refused: 0 });
  const people = new Map<string, Opener & { environments: string[] }>();
  for (const { at, kind, who = "not told", environment } of openings) {
    const day = days.get(at.slice(0, 10));
    const person = people.get(who) ?? { who, opened: 0, refused: 0, environments: [], last: at };
    const field = kind === "opened" ? "opened" : "refused";
    if (day !== undefined) day[field] += 1;
    person[field] += 1;
    if (at > person.last) person.last = at;
    if (environment !== undefined && !person.environments.includes(environment))
      person.environments.push(environment);
    people.set(who, person);
  }
  const most = (a: Opener, b: Opener) =>
    b.opened + b.refused - a.opened - a.refused || (a.who < b.who ? -1 : 1);
  return {
    unknown: unknown.filter(({ code }) => !isUnread(unread, code)),
    days: [...days].map(([day, counts]) => ({ day, ...counts })),
    by: [...people.values()].map((each) => ({ ...each, environments: each.environments.sort() })).sort(most),
  };
}

/** What should have answered and did not, in few lines: one missing right keeps many places from us. */
export function unreadIn({ unknownInBrief, unread }: AuditAnswer): Problem[] {
  return unknownInBrief.filter(({ code }) => isUnread(unread, code));
}

/** The answer's lists are grouped by code and cause, and what nobody records has codes of its own. */
function isUnread(unread: readonly Problem[], code: string): boolean {
  return unread.some((problem) => problem.code === code);
}
