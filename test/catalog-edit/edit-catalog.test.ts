import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import ts from "typescript";
import { RemedyError } from "../../src/errors";
import {
  type CatalogEdit,
  type CatalogPlan,
  planCatalogEdits,
  writeCatalogEdits,
} from "../../src/operations/catalog-edit/edit-catalog";

const ENTRY = { kind: "set", entry: "KEY", key: "tombstone", value: '"2027-01-01"' } as const;
const GRANT = { kind: "append", entry: "KEY", key: "repositories", value: '"shop"' } as const;
const APPLICATION = { kind: "application", value: '{\n  name: "shop",\n},'.replace(/,$/, "") } as const;

describe("an edit of secrets/", () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "edit-"));
    mkdirSync(join(dir, "secrets"));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const put = (text: string, file = "catalog.ts") => writeFileSync(join(dir, "secrets", file), text);
  const read = (file = "catalog.ts") => readFileSync(join(dir, "secrets", file), "utf8");
  function edit(text: string, ...edits: CatalogEdit[]): string {
    put(text);
    const plan = planCatalogEdits(dir, edits);
    deepEqual(plan.notPlaced, []);
    writeCatalogEdits(dir, plan);
    return read();
  }

  const CASES: readonly (readonly [string, string, CatalogEdit, string])[] = [
    [
      "adds a property to an entry of one line, and keeps the comment behind it",
      'x([{ name: "KEY", group: "g" }, // why\n]);\n',
      ENTRY,
      'x([{ name: "KEY", group: "g", tombstone: "2027-01-01" }, // why\n]);\n',
    ],
    [
      "adds a line to an entry of several, behind the comment of the last",
      'x([\n  {\n    name: "KEY",\n    group: "g" // why\n  },\n]);\n',
      ENTRY,
      'x([\n  {\n    name: "KEY",\n    group: "g", // why\n    tombstone: "2027-01-01",\n  },\n]);\n',
    ],
    [
      "keeps a last comma and a comment on a line of its own",
      'x([\n  {\n    name: "KEY",\n    group: "g",\n    // the end\n  },\n]);\n',
      ENTRY,
      'x([\n  {\n    name: "KEY",\n    group: "g",\n    tombstone: "2027-01-01",\n    // the end\n  },\n]);\n',
    ],
    [
      "replaces the value that stands",
      'x({ name: "KEY", group: "g", tombstone: /* old */ "2026-01-01" });\n',
      ENTRY,
      'x({ name: "KEY", group: "g", tombstone: /* old */ "2027-01-01" });\n',
    ],
    [
      "keeps the line ends of Windows",
      'x([\r\n  {\r\n    name: "KEY",\r\n    group: "g",\r\n  },\r\n]);\r\n',
      ENTRY,
      'x([\r\n  {\r\n    name: "KEY",\r\n    group: "g",\r\n    tombstone: "2027-01-01",\r\n  },\r\n]);\r\n',
    ],
    [
      "takes the entry, not the former name of another nor a text that has it",
      'x([{ name: "NEW", group: "g", renamedFrom: { name: "KEY", tombstone: "2028-01-01" }, note: \'{ name: "KEY" }\' }, { group: "g", name: "KEY" }]);\n',
      ENTRY,
      'x([{ name: "NEW", group: "g", renamedFrom: { name: "KEY", tombstone: "2028-01-01" }, note: \'{ name: "KEY" }\' }, {\n  group: "g",\n  name: "KEY",\n  tombstone: "2027-01-01",\n}]);\n',
    ],
    [
      "begins a list",
      'x({ name: "KEY", group: "g" });\n',
      GRANT,
      'x({ name: "KEY", group: "g", repositories: ["shop"] });\n',
    ],
    [
      "goes on with a list",
      'x({ name: "KEY", group: "g", repositories: ["a" /* first */] });\n',
      GRANT,
      'x({ name: "KEY", group: "g", repositories: ["a" /* first */, "shop"] });\n',
    ],
    [
      "begins the applications",
      "export const APPLICATIONS = [] as const satisfies readonly Application[];\n",
      APPLICATION,
      'export const APPLICATIONS = [\n  {\n    name: "shop",\n  },\n] as const satisfies readonly Application[];\n',
    ],
    [
      "goes on with the applications",
      'export const APPLICATIONS = [\n  { name: "a" }, // first\n] as const;\n',
      APPLICATION,
      'export const APPLICATIONS = [\n  { name: "a" }, // first\n  {\n    name: "shop",\n  },\n] as const;\n',
    ],
  ];
  for (const [what, before, change, after] of CASES)
    it(what, () => {
      equal(edit(before, change), after);
    });

  it("makes several in one file, and in the file where each belongs", () => {
    put("export const APPLICATIONS = [];\n", "applications.ts");
    const text = 'x([\n  { name: "KEY", group: "g" },\n  { name: "B", group: "g" },\n]);\n';
    const after = edit(text, ENTRY, { ...ENTRY, entry: "B" }, APPLICATION);
    equal(after.match(/tombstone/g)?.length, 2);
    ok(read("applications.ts").includes('name: "shop"'));
  });

  it("says for which there is no place", () => {
    put('const all = names.map((name) => ({ name, group: "g" }));\nconst APPLICATIONS = load();\n');
    const { notPlaced, files } = planCatalogEdits(dir, [ENTRY, GRANT, APPLICATION]);
    equal(notPlaced.length, 3);
    equal(files.size, 0);
  });

  it("is refused where the file has changed meanwhile (catalog-not-editable), and made by hand as it is shown", () => {
    put('x([\n  { name: "KEY", group: "g" },\n]);\n');
    const plan = planCatalogEdits(dir, [ENTRY]);
    put('// new\nx([\n  { name: "KEY", group: "g" },\n]);\n');
    throws(
      () => writeCatalogEdits(dir, plan),
      (error) => error instanceof RemedyError && error.problem.code === "catalog-not-editable",
    );
    put(byHand(read(), plan));
    equal(read(), '// new\nx([\n  { name: "KEY", group: "g", tombstone: "2027-01-01" },\n]);\n');
  });

  it("leaves every property and comment that was there, whatever the entry", () => {
    const comment = fc.constantFrom("", " // note", " /* note */");
    const property = fc.record({
      key: fc.constantFrom("page", "format", "note", "appKey", "required"),
      value: fc.constantFrom('"x"', "PAGES.x", "true", '["a", "b"]', '"// no comment"'),
      comment,
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(property, { selector: ({ key }) => key, maxLength: 5 }),
        fc.boolean(),
        fc.boolean(),
        (properties, isSpread, hasComma) => {
          const all = [
            { key: "name", value: '"KEY"', comment: "" },
            { key: "group", value: '"g"', comment: "" },
            ...properties,
          ];
          const usable = isSpread ? all : all.map((each) => ({ ...each, comment: "" }));
          const lines = usable.map(
            ({ key, value, comment: own }, index) =>
              `${key}: ${value}${index < usable.length - 1 || hasComma ? "," : ""}${own}`,
          );
          const text = isSpread
            ? `x([\n  {\n${lines.map((line) => `    ${line}\n`).join("")}  },\n]);\n`
            : `x([\n  { ${lines.join(" ")} },\n]);\n`;
          const after = edit(text, ENTRY);
          const { diagnostics = [] } = ts.transpileModule(after, { reportDiagnostics: true });
          deepEqual(diagnostics, []);
          for (const { key, value } of usable) ok(after.includes(`${key}: ${value}`), after);
          equal(after.match(/note \*\/|\/\/ note/g)?.length, text.match(/note \*\/|\/\/ note/g)?.length);
          equal(after.match(/tombstone: "2027-01-01"/g)?.length, 1);
        },
      ),
      { numRuns: 100 },
    );
  });
});

/** Does what a person would: finds the lines that go, and puts those that come in their place. */
function byHand(text: string, { changes }: CatalogPlan): string {
  return changes.reduce(
    (whole, { removed, added }) => whole.replace(removed.join("\n"), added.join("\n")),
    text,
  );
}
