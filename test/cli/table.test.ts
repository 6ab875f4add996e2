import { deepEqual, equal, ok } from "node:assert/strict";
import { array, assert as check, integer, property, string } from "fast-check";
import { shownWidth } from "../../src/cli/shown-width";
import { fittedLines, headedLines, tableLines } from "../../src/cli/table";

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

  it("counts columns of the terminal, not characters: of East Asian names and emoji too", () => {
    deepEqual(
      tableLines([
        ["日本語", "a"],
        ["👩‍💻 ok", "b"],
        ["e\u0301te", "c"],
        ["plain", "d"],
      ]),
      ["日本語  a", "👩‍💻 ok   b", "e\u0301te     c", "plain   d"],
    );
    const wide = array(string({ unit: "grapheme", minLength: 1, maxLength: 30 }), { maxLength: 4 }).map(
      (all) => all.map((each) => each.replaceAll(/\s|\p{C}|:/gu, "字")).join(" "),
    );
    check(
      property(
        array(array(wide, { minLength: 3, maxLength: 3 }), { maxLength: 4 }),
        integer({ min: 20, max: 80 }),
        (rows, width) => {
          const lines = tableLines(rows, width);
          deepEqual(
            lines.filter((line) => shownWidth(line) > width),
            [],
          );
          equal(marks(lines.join("")), marks(rows.flat().join("")));
        },
      ),
    );
  });

  it("keeps names of sixty characters within 40 to 200 columns", () => {
    const names = ["K".repeat(60), "秘密".repeat(30), "🔑".repeat(60), `TEAM_${"PART_".repeat(11)}`];
    for (const width of [40, 60, 80, 200])
      for (const name of names) {
        const rows = [[name, "production", "synced 2026-12-01T20:00:00Z", "rotate it"]];
        for (const lines of [
          tableLines(rows, width),
          headedLines(["secret", "where", "when", "next"], rows, width),
        ]) {
          deepEqual(
            lines.filter((line) => shownWidth(line) > width),
            [],
          );
          ok(marks(lines.join("")).length >= marks(rows.flat().join("")).length);
        }
      }
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

  it("wraps sentences beside it below their own indent, on a terminal alone", () => {
    const lines = ["not known here:", "  which jobs of GitHub's get a token of one of these teams"];
    deepEqual(fittedLines(lines, 40), [
      "not known here:",
      "  which jobs of GitHub's get a token of",
      "  one of these teams",
    ]);
    deepEqual(fittedLines(lines, undefined), lines);
  });
});
