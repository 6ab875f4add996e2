import type { AuditEvent } from "./audit-event";

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
