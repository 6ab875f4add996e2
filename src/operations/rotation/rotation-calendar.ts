import { readFileSync, realpathSync, renameSync, rmSync, type Stats, statSync, writeFileSync } from "node:fs";
import { createEvents, type EventAttributes } from "ics";
import type { Settings } from "../../catalog/settings";
import { RemedyError } from "../../errors";
import type { RotationRow } from "../../ledger/rotation";
import { COMMAND } from "../../text";

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

/** It holds names and days, as the command prints them, and calendars fetch it through other people's servers. */
const READABLE = 0o644;

/**
 * Writes a calendar whole or not at all, over an older one of ours, whose mode it keeps. Through a link it writes to
 * what that leads to.
 *
 * @throws RemedyError when something else is there, and when it cannot be written.
 */
export function writeCalendar(file: string, text: string): void {
  try {
    const there = statSync(file, { throwIfNoEntry: false });
    if (there !== undefined) refuseForeign(file, there);
    const target = there === undefined ? file : realpathSync(file);
    const fresh = `${target}.new-${process.pid}`;
    try {
      writeFileSync(fresh, text, { flag: "wx", mode: there === undefined ? READABLE : there.mode & 0o777 });
      renameSync(fresh, target);
    } finally {
      rmSync(fresh, { force: true });
    }
  } catch (error) {
    if (error instanceof RemedyError) throw error;
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    throw new RemedyError({
      code: "file-not-writable",
      subject: file,
      cause: `it cannot be written (${code})`,
      remedy: "name a file in a folder that is there",
    });
  }
}

/** What is empty is nobody's: `mktemp` makes such a file. */
function refuseForeign(file: string, there: Stats): void {
  if (there.isFile() && (there.size === 0 || isOurCalendar(readFileSync(file, "utf8")))) return;
  throw new RemedyError({
    code: "file-exists",
    subject: file,
    cause: "it is there, and is no calendar that this command wrote",
    remedy: "name another file, or move that one away",
  });
}
