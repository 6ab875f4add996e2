import { deepEqual, equal } from "node:assert/strict";

/** Characters of the narrow terminal that the tests have. */
export const NARROW = 60;

/** Fails unless every line of a table fits a narrow terminal, and all that the piped table holds is there. */
export function checkNarrow(narrow: string, piped: string): void {
  deepEqual(
    narrow.split("\n").filter((line) => line.length > NARROW),
    [],
  );
  const characters = (text: string) => [...text.replaceAll(/\s/g, "")].sort().join("");
  equal(characters(narrow), characters(piped));
}
