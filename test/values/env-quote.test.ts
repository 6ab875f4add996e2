import { deepEqual, equal, match, ok } from "node:assert/strict";
import fc from "fast-check";
import { readEnvFile } from "../../src/operations/values/env-file";
import { lineForDocker, quoteForAll } from "../../src/operations/values/env-quote";
import { READERS } from "./env-readers";

const PEM = "-----BEGIN PRIVATE KEY-----\nMIIB+/=\n-----END PRIVATE KEY-----\n";

/** What breaks one reader or another, and what vendors' keys look like. */
const KNOWN = [
  ...["", "plain", "sk-ant-api03_A-b", "postgres://u:p@h:5432/db?sslmode=require&x=1", "a=b==", PEM],
  ...[
    " blank ends ",
    "a#b",
    "a #b",
    "#a",
    "it's",
    'say "x"',
    "$HOME",
    "$(id)",
    "`id`",
    "a\\nb",
    "a\\b",
    "~",
    "a:~",
  ],
  ...[
    "a;b",
    "a|b",
    "a&b",
    "!x",
    "*",
    "?",
    "{a,b}",
    "é ü 日本",
    "\ttab",
    "a\nb",
    "\n",
    "x\n\ny",
    "'",
    '"',
    "NAME=value",
  ],
  ...[
    "a\nNAME=value\nb",
    "\u00a0",
    "\u2028",
    "\ufeff",
    "export X=1",
    "%d%s",
    "a b  c",
    "\\t",
    "$$",
    "$",
    "a$",
  ],
];

const nasty = fc
  .array(
    fc.constantFrom(
      "a",
      "B=",
      " ",
      "#",
      "'",
      '"',
      "`",
      "$",
      "{",
      "}",
      "\\",
      "\n",
      "\t",
      "é",
      "=",
      ":",
      "~",
      "!",
    ),
    {
      maxLength: 10,
    },
  )
  .map((pieces) => pieces.join(""));

/** A file of all values that have quotes for all, and what it must read as. */
function fileOf(values: readonly string[]): { text: string; wanted: Record<string, string> } {
  const lines: string[] = [];
  const wanted: Record<string, string> = {};
  for (const [index, value] of values.entries()) {
    const { text } = quoteForAll(value);
    if (text === undefined) continue;
    lines.push(`SECRET_${index}=${text}`);
    wanted[`SECRET_${index}`] = value;
  }
  return { text: `${lines.join("\n")}\n`, wanted };
}

const FILES = [
  fileOf(KNOWN),
  ...fc.sample(fc.array(nasty, { minLength: 50, maxLength: 50 }), { numRuns: 20, seed: 7 }).map(fileOf),
];

describe("a value in a .env file", function () {
  this.timeout(300_000);

  for (const [name, find] of Object.entries(READERS)) {
    it(`reads the same in ${name}`, function () {
      const reader = find();
      if ("missing" in reader) return this.skip();
      const read = reader(FILES.map(({ text }) => text));
      for (const [index, { wanted }] of FILES.entries())
        for (const [secret, value] of Object.entries(wanted))
          equal(read[index]?.[secret], value, JSON.stringify(value));
    });
  }

  it("is not quoted by backticks for all readers, so that our own refuses them", () => {
    const text = "A=`plain`\nB=`it's`\n";
    const read = Object.entries(READERS).flatMap(([name, find]): [string, unknown][] => {
      const reader = find();
      // A shell runs what stands between them.
      return "missing" in reader || name === "a shell" ? [] : [[name, reader([text])[0]?.A]];
    });
    const known: Record<string, string> = {
      "Node's --env-file": "plain",
      "npm's dotenv": "plain",
      "python-dotenv": "`plain`",
      "Docker Compose": "`plain`",
    };
    for (const [name, value] of read) equal(value, known[name], name);
    deepEqual(
      readEnvFile(Buffer.from(text)).problems.map(({ code, subject }) => [code, subject]),
      [
        ["env-value-expands", "line 1"],
        ["env-value-expands", "line 2"],
      ],
    );
  });

  it("reads the same in our own reader, which refuses what readers disagree on", () => {
    for (const { text, wanted } of FILES) deepEqual({ ...readEnvFile(Buffer.from(text)).values }, wanted);
  });

  it("is carried for all that vendors make", () => {
    const carried = (value: string) => quoteForAll(value).text !== undefined;
    const refused = KNOWN.filter((value) => !carried(value));
    deepEqual(refused, []);
    ok(FILES.every(({ wanted }) => Object.keys(wanted).length > 10));
  });

  it("is refused where no quotes mean the same to all, with the reason and never the value", () => {
    for (const [value, reason] of [
      ["canary\r\n", /carriage return/],
      [["canary$", "{x}"].join(""), /\$\{, which python-dotenv replaces/],
      ["canary'\"", /single quote beside one of/],
      ["canary'$", /single quote beside one of/],
      ["canary \\\\", /two backslashes in a row, or ends with one/],
      ["canary \\", /two backslashes in a row, or ends with one/],
      ["canary\0", /NUL/],
    ] as const) {
      const told = quoteForAll(value).reason ?? "";
      match(told, reason);
      ok(!told.includes("canary"));
    }
  });

  it("goes to docker run as it stands, where it has one line", () => {
    equal(lineForDocker('it\'s "#1" $x').text, 'it\'s "#1" $x');
    match(lineForDocker(PEM).reason ?? "", /several lines/);
  });
});
