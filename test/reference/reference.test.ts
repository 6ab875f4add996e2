import { deepEqual, equal, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { byCode, codeSites } from "./error-codes";
import { SHARED_CODES } from "./shared-codes";
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
});

describe("docs/reference", () => {
  for (const [name, text] of referencePages(ROOT))
    it(`has ${name} as the code is (make reference writes it)`, () => {
      equal(readFileSync(join(ROOT, "docs", "reference", name), "utf8"), text);
    });
});
