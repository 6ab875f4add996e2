import { RemedyError } from "../errors";

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** A span such as `30m`, `4h`, `2d` or `1w` in milliseconds; NaN for anything else. */
function spanIn(text: string): number {
  const [, count, unit] = /^(\d{1,5})([mhdw])$/.exec(text) ?? [];
  return count === undefined ? Number.NaN : Number(count) * UNITS[unit as keyof typeof UNITS];
}

/** A day or a time of RFC 3339, UTC, in milliseconds; NaN for anything else. */
function momentIn(text: string): number {
  return Date.parse(/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?Z)?$/.test(text) ? text : "");
}

/**
 * The past moment that `--since` names: so long ago (`30m`, `12h`, `7d`, `4w`), or a day or a time.
 *
 * @throws RemedyError for anything else, and for a future time.
 */
export function parseSince(text: string, now: Date): Date {
  const span = spanIn(text);
  const at = Number.isNaN(span) ? momentIn(text) : now.getTime() - span;
  if (Number.isFinite(at) && at <= now.getTime() && at >= 0) return new Date(at);
  throw new RemedyError({
    code: "time-invalid",
    subject: "--since",
    cause: `must be a time in the past: ${text}`,
    remedy: "write it as 12h, 7d or 4w, or as a day such as 2026-07-01",
  });
}

/** What was typed for the end of a pause. */
export interface TypedEnd {
  /** How long from now. */
  for: string | undefined;
  /** A day or a time. */
  until: string | undefined;
}

/**
 * When a pause ends: `--for` a time from now, or `--until` a day or a time.
 *
 * @returns RFC 3339; undefined when neither was typed.
 * @throws RemedyError for both, for what is no time, and for a past time.
 */
export function pauseEnd({ for: span, until: moment }: TypedEnd, now: Date): string | undefined {
  if (span !== undefined && moment !== undefined)
    throw new RemedyError({
      code: "options-exclusive",
      subject: "--for and --until",
      cause: "only one of them can end a pause",
      remedy: "use one of them",
    });
  if (span !== undefined) return futureTime(now.getTime() + spanIn(span), now, "--for", span);
  return moment === undefined ? undefined : futureTime(momentIn(moment), now, "--until", moment);
}

function futureTime(at: number, now: Date, option: string, typed: string): string {
  if (at > now.getTime()) return new Date(at).toISOString();
  throw new RemedyError({
    code: "time-invalid",
    subject: option,
    cause: `must be a time in the future: ${typed}`,
    remedy: "write --for 4h (m, h, d, w), or --until 2026-12-31 or 2026-12-31T18:00Z",
  });
}
