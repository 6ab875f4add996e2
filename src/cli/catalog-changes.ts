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
  return notPlaced.flatMap((edit) => {
    if (edit.kind === "application")
      return [
        "secrets/applications.ts writes no list APPLICATIONS out; add to it by hand:",
        ...edit.value.split("\n").map((line) => `  ${line}`),
      ];
    const what = edit.kind === "set" ? `${edit.key}: ${edit.value}` : `${edit.value} to its ${edit.key}`;
    return [`secrets/ writes no entry of ${edit.entry} out; add by hand: ${what}`];
  });
}
