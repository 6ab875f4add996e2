import { RemedyError } from "../../errors";
import type { Typed } from "../command";

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/**
 * When a pause ends: `--for` a time from now (`30m`, `4h`, `2d`, `1w`), or `--until` a day or a time of RFC 3339, UTC.
 *
 * @returns RFC 3339; undefined when neither was typed.
 * @throws RemedyError for both, for what is no time, and for a time gone by.
 */
export function parseUntil(typed: Typed, now: Date): string | undefined {
  const [span, moment] = [typed.text("for"), typed.text("until")];
  if (span !== undefined && moment !== undefined)
    throw new RemedyError("--for and --until", "are two ends of one pause", "name one of them");
  if (span !== undefined) return ended(now.getTime() + lengthOf(span), now, "--for", span);
  if (moment === undefined) return undefined;
  const isTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?Z)?$/.test(moment);
  return ended(Date.parse(isTime ? moment : ""), now, "--until", moment);
}

function lengthOf(span: string): number {
  const [, count, unit] = /^(\d{1,4})([mhdw])$/.exec(span) ?? [];
  return count === undefined ? Number.NaN : Number(count) * UNITS[unit as keyof typeof UNITS];
}

function ended(at: number, now: Date, option: string, typed: string): string {
  if (at > now.getTime()) return new Date(at).toISOString();
  throw new RemedyError(
    option,
    `names no time to come: ${typed}`,
    "write --for 4h (m, h, d, w), or --until 2026-12-31 or 2026-12-31T18:00Z",
  );
}
