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
