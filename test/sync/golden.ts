import { equal } from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(__dirname, "..", "golden");

/** Compares a text with test/golden/NAME; with UPDATE_GOLDEN=1 it becomes that file. */
export function equalsGolden(name: string, text: string): void {
  const file = join(FOLDER, name);
  if (process.env.UPDATE_GOLDEN === "1") writeFileSync(file, text);
  equal(
    text,
    readFileSync(file, "utf8"),
    `${name} changed; if it should, run with UPDATE_GOLDEN=1 and review the difference`,
  );
}
