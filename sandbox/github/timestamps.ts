/**
 * RFC 3339 in UTC to the second, as GitHub writes times (`2026-07-15T09:30:00Z`). Two changes within one second
 * are indistinguishable by `updated_at`, on GitHub as here.
 */
export function toSeconds(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
