/** A day as the catalog writes it and ISO 8601 has it: YYYY-MM-DD. Days are UTC's, the same wherever a stack runs. */
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Whether a text is a day of the calendar: 2026-02-30 is none. */
export function isDay(text: string): boolean {
  if (!DAY.test(text)) return false;
  const moment = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(moment.getTime()) && dayOf(moment) === text;
}

/** The day of a moment, UTC. */
export function dayOf(moment: Date): string {
  return moment.toISOString().slice(0, 10);
}

/** Whether a tombstone's day has come: from its first minute on, what it announces may be deleted. */
export function isDue(tombstone: string | undefined, today: string): boolean {
  return tombstone !== undefined && tombstone <= today;
}

/** A duration as Go writes them, of hours, minutes and seconds: `8h`, `1h30m`. */
const DURATION = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/;

/** Seconds of a duration; undefined for a text that is none, and for none at all: `0s`. */
export function secondsOf(text: string): number | undefined {
  const [, hours = "0", minutes = "0", seconds = "0"] = DURATION.exec(text) ?? [];
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds) || undefined;
}

/** The longer of two durations; undefined is without limit. */
export function longerDuration(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return undefined;
  return (secondsOf(a) ?? 0) >= (secondsOf(b) ?? 0) ? a : b;
}
