import type { AuditRecord } from "../core/audit";

/**
 * The audit log's search phrase (docs: "Searching the audit log"): `action:` an event or a category, `actor:`,
 * `repo:`, `created:` a day, a comparison or a range. Several of one kind are alternatives, kinds go together;
 * a word without a qualifier is looked for in the event's name and target.
 */
export function auditFilter(phrase: string): (record: AuditRecord) => boolean {
  const groups = new Map<string, ((record: AuditRecord) => boolean)[]>();
  for (const word of phrase.split(/\s+/).filter((each) => each !== "")) {
    const [, qualifier = "", value = word] = /^(-?[a-z]+):(.+)$/.exec(word) ?? [];
    groups.set(qualifier, [...(groups.get(qualifier) ?? []), test(qualifier, value)]);
  }
  const all = [...groups.values()];
  return (record) => all.every((alternatives) => alternatives.some((matches) => matches(record)));
}

function test(qualifier: string, value: string): (record: AuditRecord) => boolean {
  if (qualifier.startsWith("-")) {
    const positive = test(qualifier.slice(1), value);
    return (record) => !positive(record);
  }
  switch (qualifier) {
    case "action":
      return ({ action }) => action === value || action.startsWith(`${value}.`);
    case "actor":
      return ({ actor }) => actor === value;
    case "repo":
      return ({ target }) => target === value || target.startsWith(`${value}/`);
    case "created": {
      const fits = dateFilter(value);
      return ({ at }) => fits(at);
    }
    default:
      return ({ action, target }) => action.includes(value) || target.includes(value);
  }
}

/** `2026-07-15`, `>=2026-07-15`, `2026-07-01..2026-07-31`; a bare day means the whole of it. Times are RFC 3339 in UTC. */
export function dateFilter(value: string): (at: string) => boolean {
  const [, from, to] = /^(.+)\.\.(.+)$/.exec(value) ?? [];
  if (from !== undefined && to !== undefined) return (at) => at >= from && at <= endOf(to);
  const [, sign = "", day = value] = /^(>=|<=|>|<)?(.+)$/.exec(value) ?? [];
  switch (sign) {
    case ">=":
      return (at) => at >= day;
    case ">":
      return (at) => at > endOf(day);
    case "<=":
      return (at) => at <= endOf(day);
    case "<":
      return (at) => at < day;
    default:
      return (at) => at.startsWith(day);
  }
}

/** The last moment that a day or a time stands for, as text: records are RFC 3339 in UTC and sort as text. */
function endOf(day: string): string {
  return /^\d{4}-\d\d-\d\d$/.test(day) ? `${day}T23:59:59.999Z` : day;
}
