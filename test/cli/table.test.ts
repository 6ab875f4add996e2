import { deepEqual, equal, ok } from "node:assert/strict";
import { array, assert as check, integer, property, string } from "fast-check";
import { headedLines, tableLines } from "../../src/cli/table";

const words = array(string({ unit: "grapheme-ascii", minLength: 1, maxLength: 12 }), { maxLength: 12 }).map(
  (all) => all.map((each) => each.replaceAll(/\s/g, "x")).join(" "),
);
const table = integer({ min: 1, max: 6 }).chain((columns) =>
  array(array(words, { minLength: columns, maxLength: columns }), { maxLength: 6 }),
);
/** All that is no space, in any order: wrapping moves text, and must not lose any. */
const marks = (text: string) => [...text.replaceAll(/\s/g, "")].sort().join("");

describe("a table", () => {
  it("fits every line to the terminal and loses no character of any cell", () => {
    check(
      property(table, integer({ min: 20, max: 200 }), (rows, width) => {
        const lines = tableLines(rows, width);
        ok(lines.every((line) => line.length <= width));
        equal(marks(lines.join("")), marks(rows.flat().join("")));
      }),
    );
  });

  it("is one line a row, whole, where there is no terminal", () => {
    check(
      property(table, (rows) => {
        const lines = tableLines(rows);
        equal(lines.length, rows.length);
        equal(marks(lines.join("")), marks(rows.flat().join("")));
      }),
    );
  });

  it("folds rows whose columns would be too narrow", () => {
    deepEqual(
      tableLines([["SMTP_PASSWORD_OF_MAIL", "readable by all repositories", "./sophia-secrets repair"]], 30),
      ["SMTP_PASSWORD_OF_MAIL", "    readable by all", "    repositories", "    ./sophia-secrets repair"],
    );
  });

  it("puts as many cells of a folded row on a line as it holds", () => {
    const row = [
      "2026-08-01",
      "second-owner",
      "changed x3",
      "default/app-production",
      "",
      "run 42",
      "revision 3",
    ];
    deepEqual(tableLines([row], 40), [
      "2026-08-01  second-owner  changed x3",
      "    default/app-production  run 42",
      "    revision 3",
    ]);
  });

  it("breaks no address, however long: a part of one leads elsewhere", () => {
    const address = "https://console.vendor.example/organizations/settings/keys";
    deepEqual(tableLines([["overdue", "OPENAI_API_KEY", `make one at ${address} now`]], 40), [
      "overdue  OPENAI_API_KEY",
      "    make one at",
      `    ${address}`,
      "    now",
    ]);
  });

  it("breaks a long name after a hyphen or an underscore", () => {
    deepEqual(tableLines([["team app-production-application", "POSTGRES_PASSWORD"]], 31), [
      "team            POSTGRES_",
      "app-            PASSWORD",
      "production-",
      "application",
    ]);
  });

  it("names the columns of a folded row where it has a heading, and leaves empty ones out", () => {
    const heading = ["environment", "identity", "keys", "databases", "policies"];
    const rows = [["production", "ada", "", "open for 8h", "admins"]];
    deepEqual(headedLines(heading, rows), [
      "environment  identity  keys  databases    policies",
      "production   ada       -     open for 8h  admins",
    ]);
    deepEqual(headedLines(heading, rows, 40), [
      "environment: production  identity: ada",
      "    databases: open for 8h",
      "    policies: admins",
    ]);
  });
});
