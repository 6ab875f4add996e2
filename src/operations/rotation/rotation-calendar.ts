import { createEvents, type EventAttributes } from "ics";
import type { Settings } from "../../catalog/settings";
import type { RotationRow } from "../../ledger/rotation";
import { COMMAND } from "../../text";
import { writeOwnFile } from "../own-file";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const PRODUCT = "sophia-secrets//rotation";

/** Whether a text is a calendar that renderCalendar made: it says so itself, before its first event. */
export function isOurCalendar(text: string): boolean {
  const [head = ""] = text.split(/^BEGIN:VEVENT/m, 1);
  const lines = head.split(/\r?\n/);
  return lines[0] === "BEGIN:VCALENDAR" && lines.includes(`PRODID:${PRODUCT}`);
}

/** Addresses that the calendar's library takes: it knows fewer hosts than URL does. The description has every one. */
const TAKEN =
  /^https:\/\/[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*(:\d{2,5})?([/?#]\S*)?$/;

/**
 * A calendar with one all-day event for each value that has a day: an iCalendar text (RFC 5545), the same for the same
 * rows and time. An event is known again by its secret and environment, so that a calendar which reads a newer file
 * moves it: the newer one has the higher SEQUENCE and DTSTAMP.
 *
 * @throws Error when the calendar's library refuses an event, which these cannot cause.
 */
export function renderCalendar(
  rows: readonly RotationRow[],
  settings: Pick<Settings, "application" | "pulumiOrganization">,
  now: Date,
): string {
  const events = rows.flatMap((row) => (row.dueOn === undefined ? [] : [eventOf(row, row.dueOn)]));
  const domain = `${settings.application}.${settings.pulumiOrganization}.sophia-secrets`;
  const stamped = events.map(({ uid, ...event }) => ({
    ...event,
    uid: `${uid}@${domain}`,
    sequence: Math.floor(now.getTime() / MINUTE_MS),
    // DTSTAMP: its types lack it, and without it the library takes the time of day.
    timestamp: now.getTime(),
  }));
  const calName = `Rotation of ${settings.application}'s secrets`;
  const { error, value } = createEvents(stamped, { productId: PRODUCT, calName });
  if (error !== null || value === null) throw new Error("the calendar's library refused an event");
  return value;
}

function eventOf(row: RotationRow, dueOn: string): EventAttributes {
  const where = row.environments.join(", ");
  const lines = [
    `${row.name} in ${where}: a new value every ${row.rotationDays} days, the last on ${row.changed?.slice(0, 10)}.`,
    ...(row.page === undefined ? [] : [`A new one: ${row.page}`]),
    `Then: ${COMMAND} set ${row.name} --replace`,
  ];
  return {
    // The environments of one value may change; the first of them is enough to tell it from the others.
    uid: `${row.name}.${row.environments[0]}`.toLowerCase(),
    title: `Rotate ${row.name} (${row.owner})`,
    description: lines.join("\n"),
    ...(row.page !== undefined && TAKEN.test(row.page) ? { url: row.page } : {}),
    start: dateOf(Date.parse(dueOn)),
    end: dateOf(Date.parse(dueOn) + DAY_MS),
    transp: "TRANSPARENT",
    busyStatus: "FREE",
  };
}

function dateOf(time: number): [number, number, number] {
  const at = new Date(time);
  return [at.getUTCFullYear(), at.getUTCMonth() + 1, at.getUTCDate()];
}

/** It holds names and days, as the command prints them, and calendars fetch it through someone else's servers. */
const READABLE = 0o644;

/**
 * Writes a calendar over an older one of ours, and over nothing else.
 *
 * @throws RemedyError when something else is there, and when it cannot be written.
 */
export function writeCalendar(file: string, text: string): void {
  writeOwnFile(file, text, { isOurs: isOurCalendar, kind: "calendar", mode: READABLE });
}
