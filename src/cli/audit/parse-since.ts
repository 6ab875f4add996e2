import { RemedyError } from "../../errors";

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/**
 * The moment that an option names: so long ago (`30m`, `12h`, `7d`, `4w`), or a day or time of RFC 3339.
 *
 * @throws RemedyError for anything else, and for a time to come.
 */
export function parseSince(text: string, now: Date): Date {
  const [, count, unit] = /^(\d+)([mhdw])$/.exec(text) ?? [];
  const at =
    count === undefined
      ? Date.parse(/^\d{4}-\d\d-\d\d(T[0-9:.]+Z)?$/.test(text) ? text : "")
      : now.getTime() - Number(count) * UNITS[unit as keyof typeof UNITS];
  if (Number.isFinite(at) && at <= now.getTime() && at >= 0) return new Date(at);
  throw new RemedyError(
    "--since",
    `names no time gone by: ${text}`,
    "write it as 12h, 7d or 4w, or as a day such as 2026-07-01",
  );
}
