import { deepEqual, equal, ok } from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { COMMANDS } from "../../src/cli/program";
import { shapeOf } from "./declared-pages";
import { byCode, codeSites } from "./error-codes";
import { COMPOSED_CODES, SHARED_CODES } from "./shared-codes";
import { referencePages } from "./write";

const ROOT = resolve(__dirname, "..", "..");

describe("the codes of errors and findings", () => {
  const sites = codeSites(ROOT);
  const codes = byCode(sites);

  it("are found where they are said", () => {
    ok(codes.length > 200, String(codes.length));
    const found = sites.find(({ code }) => code === "tombstone-due");
    equal(found?.file, "src/resources/github/leaving-secrets.ts");
    equal(found?.cause, "expired on *tombstone*; up deletes it");
  });

  it("are found also where a constant or a table gives them", () => {
    const said = new Set(codes.map(([code]) => code));
    for (const code of ["pulumi-not-found", "github-repository-not-shown", "secret-left-over"])
      ok(said.has(code), code);
  });

  it("are kebab-case words", () => {
    deepEqual(
      codes.map(([code]) => code).filter((code) => !/^[a-z]+(-[a-z]+)*$/.test(code)),
      [],
    );
  });

  it("have one meaning: what several files say stands in shared-codes.ts, and nothing else does", () => {
    const shared = codes
      .filter(([, of]) => new Set(of.map(({ file }) => file)).size > 1)
      .map(([code]) => code);
    deepEqual(Object.keys(SHARED_CODES).sort(), shared);
  });

  it("have a sentence in their row, also where the cause is put together", () => {
    const page = readFileSync(join(ROOT, "docs", "reference", "error-codes.md"), "utf8");
    deepEqual(page.match(/^\| \S+ \S+ \| (\*\w+\*[ ()]*)+ \|.*$/gm), null);
    const known = codes.map(([code]) => code);
    deepEqual(
      Object.keys(COMPOSED_CODES).filter((code) => code in SHARED_CODES || !known.includes(code)),
      [],
    );
  });
});

describe("docs/reference", () => {
  for (const [name, text] of referencePages(ROOT))
    it(`has ${name} as the code is (make reference writes it)`, () => {
      equal(readFileSync(join(ROOT, "docs", "reference", name), "utf8"), text);
    });
});

describe("what --json prints", () => {
  const specs = new Map(COMMANDS.map(({ spec }) => [spec.name, spec]));
  const withJson = [...specs.values()].filter(({ options }) => options.json !== undefined);

  for (const { name, details } of withJson)
    it(`is said in the help of ${name}`, () => {
      ok(shapeOf(details) !== undefined, "no paragraph says: --json prints ...");
    });

  for (const { file, command, document } of documentsInGoldens())
    it(`has no property that its help leaves out, in ${file}`, () => {
      const shape = shapeOf(specs.get(command)?.details ?? []) ?? "";
      const known = new Set(shape.match(/[A-Za-z]+/g));
      deepEqual(
        keysOf(document).filter((key) => !known.has(key)),
        [],
      );
    });
});

/** Every document that a golden case's command prints, but errors: those have a shape of their own. */
function documentsInGoldens(): { file: string; command: string; document: unknown }[] {
  const folder = join(ROOT, "test", "cli", "golden");
  return readdirSync(folder).flatMap((file) => {
    const golden = parse(readFileSync(join(folder, file), "utf8")) as Golden;
    const words = golden.command.split(" ");
    const { stdout = "" } = golden.expect;
    if (!words.includes("--json") || !/^[[{]/.test(stdout)) return [];
    const document = JSON.parse(stdout) as object;
    return "error" in document ? [] : [{ file, command: words[0] ?? "", document }];
  });
}

interface Golden {
  command: string;
  expect: { stdout?: string };
}

/** Names of properties: of a document, of its items, and of the items of its lists. */
function keysOf(document: unknown): string[] {
  const items = (value: unknown) => (Array.isArray(value) ? value : [value]);
  const named = (value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
  return [
    ...new Set(
      items(document)
        .flatMap(named)
        .flatMap(([key, value]) => [
          key,
          ...(Array.isArray(value) ? value.flatMap(named).map(([inner]) => inner) : []),
        ]),
    ),
  ];
}
