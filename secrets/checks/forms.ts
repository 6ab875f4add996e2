import type { Problem } from "../problem";

/** Forms of what a catalog says; one that comes as data has passed no compiler. */
const FORMS = {
  text: (value: unknown) => typeof value === "string",
  list: (value: unknown) => Array.isArray(value),
  mapping: (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value),
};
export type Form = keyof typeof FORMS;

export function hasForm(value: unknown, form: Form): boolean {
  return FORMS[form](value);
}

/** The entries of a list that have all they need in the right form, and what the others lack. */
export function wholeEntries<Entry>(
  thing: string,
  given: readonly Entry[],
  remedy: string,
  check: (entry: Entry, index: number) => Problem[],
): { whole: Entry[]; problems: Problem[] } {
  if (!hasForm(given, "list")) return { whole: [], problems: [{ thing, cause: "are no list", remedy }] };
  const found = given.map((entry, index) => ({ entry, problems: check(entry, index) }));
  return {
    whole: found.filter(({ problems }) => problems.length === 0).map(({ entry }) => entry),
    problems: found.flatMap(({ problems }) => problems),
  };
}
