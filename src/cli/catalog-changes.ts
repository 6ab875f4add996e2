import type { CatalogChange, CatalogPlan } from "../operations/catalog-edit/edit-catalog";

/** Changes of secrets/ as people read them in a review: the place, then what goes and what comes. */
export function changeLines(changes: readonly CatalogChange[]): string[] {
  return changes.flatMap(({ file, line, removed, added }) => [
    `${file}:${line}`,
    ...removed.map((text) => `  - ${text.trimEnd()}`),
    ...added.map((text) => `  + ${text.trimEnd()}`),
  ]);
}

/** What secrets/ has no place for that is written out: a person adds it. */
export function byHandLines({ notPlaced }: CatalogPlan): string[] {
  return notPlaced.map((edit) =>
    edit.kind === "application"
      ? `APPLICATIONS is not a list that is written out in secrets/; add by hand: ${edit.value}`
      : `${edit.entry} has no entry that is written out in secrets/; add by hand: ${edit.key}: ${edit.value}`,
  );
}
