import { deepEqual, ok } from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { SCRIPT_PATH, WORKFLOW_PATH } from "../../src/catalog/layout";

const ROOT = resolve(__dirname, "..", "..");
const TEXT = readFileSync(resolve(ROOT, "docs", "SECURITY.md"), "utf8");

/** `test/a.test.ts`, or `test/a.test.ts: the title of a test in it`. */
function references(text: string): { file: string; title: string }[] {
  const found = text.replace(/\s+/g, " ").matchAll(/`(test\/[^`:]+\.ts)(?:: ([^`]+))?`/g);
  return [...found].map(([, file = "", title = ""]) => ({ file, title }));
}

function missing(text: string): string[] {
  return references(text)
    .filter(({ file, title }) => {
      const path = resolve(ROOT, file);
      return !existsSync(path) || !readFileSync(path, "utf8").includes(title);
    })
    .map(({ file, title }) => `${file}: ${title}`);
}

describe("docs/SECURITY.md", () => {
  it("names tests that there are, by their titles", () => {
    ok(references(TEXT).length > 20);
    deepEqual(missing(TEXT), []);
  });

  it("would be caught naming a test or a title that is gone", () => {
    const here = "test/access/security-document.test.ts";
    deepEqual(missing(`\`${here}\` and \`${here}: names tests that there are, by their titles\``), []);
    deepEqual(missing("`test/access/gone.test.ts`"), ["test/access/gone.test.ts: "]);
    const title = ["a title", "of nothing"].join(" ");
    deepEqual(missing(`\`${here}: ${title}\``), [`${here}: ${title}`]);
  });

  it("names the two files by their paths", () => {
    for (const path of [WORKFLOW_PATH, SCRIPT_PATH]) ok(TEXT.includes(path), path);
  });
});
