import assert from "node:assert/strict";
import { parseEnv } from "node:util";
import fc from "fast-check";
import { readEnvFile } from "../../src/operations/values/env-file";

const read = (text: string) => readEnvFile(Buffer.from(text));
const values = (text: string) => read(text).values;
const told = (bytes: Buffer) =>
  (readEnvFile(bytes).problems ?? []).map(({ subject, cause }) => `${subject}: ${cause}`);
const problems = (text: string) => told(Buffer.from(text)).join("\n");

describe("a .env file", () => {
  it("has plain, exported and commented lines", () => {
    assert.deepEqual(values("# a\n\nA=1\n  export B = two words  \nC=\r\nD='x' # why\n"), {
      A: "1",
      B: "two words",
      C: "",
      D: "x",
    });
  });

  it("has values of several lines between quotes, and line ends as \\n between double ones alone", () => {
    const pem = "-----BEGIN KEY-----\nabc=\n-----END KEY-----\n";
    assert.deepEqual(values(`A="${pem}"\nB='${pem}'\nC="one\\ntwo"\nD='one\\ntwo'\n`), {
      A: pem,
      B: pem,
      C: "one\ntwo",
      D: "one\\ntwo",
    });
  });

  it("keeps # and = between quotes", () => {
    assert.deepEqual(values(`A='p#ss=w"rd'\n`), { A: `p#ss=w"rd` });
  });

  it("refuses a # outside quotes, where readers cut in silence", () => {
    assert.match(problems("A=p#ss\n"), /line 1: A has a # outside quotes/);
  });

  it("refuses outside single quotes what other readers replace, with its line", () => {
    for (const value of [
      "$NAME",
      "a${NAME:-x}",
      "p$$w",
      "$(id)",
      "x`id`",
      "a\\$1",
      "x$_",
      '"$NAME"',
      '"`id`"',
      "`${A}`",
    ])
      assert.match(
        problems(`A=1\nB=${value}\n`),
        /^line 2: B has a \$ or a ` that other readers replace/,
        value,
      );
    for (const value of ["$NAME", "${NAME:-x}", "$$", "$(id)", "`id`"])
      assert.deepEqual(values(`A='${value}'\n`), { A: value });
    assert.deepEqual(values("A=cost$\nB=$-\n"), { A: "cost$", B: "$-" });
  });

  it("tells every line at once, and the names of wrong ones too", () => {
    const { names, problems: wrong } = readEnvFile(Buffer.from("A=$B\nC=a#b\nnothing\nD=1\n"));
    assert.deepEqual(names, ["A", "C", "D"]);
    assert.deepEqual(
      wrong.map(({ subject }) => subject),
      ["line 1", "line 2", "line 3"],
    );
  });

  it("refuses a name that stands there twice, with both lines", () => {
    assert.match(problems("A='\n\n'\nB=1\nA=2\n"), /^line 5: A is there twice, first in line 1$/);
  });

  it("refuses lines without a name, such as those of a key without quotes", () => {
    assert.match(problems("A=-----BEGIN KEY-----\nabc\n"), /^line 2: is not NAME=value/);
  });

  it("refuses quotes that do not end, or after which the line goes on", () => {
    assert.match(problems('A="one\nB=2\n'), /line 1: A begins with " and never ends/);
    assert.match(problems(`A="one" two\n`), /line 1: A goes on after its closing quote/);
  });

  it("refuses bytes that are not text", () => {
    assert.deepEqual(told(Buffer.from([0x41, 0x3d, 0xff])), ["the file: is not UTF-8 text"]);
  });

  it("refuses UTF-16 by its name, with a byte order mark or without", () => {
    for (const order of ["\ufeff", ""])
      assert.match(told(Buffer.from(`${order}A=canary\n`, "utf16le")).join(), /UTF-16/);
  });

  it("skips a byte order mark of UTF-8, as every reader does", () => {
    assert.deepEqual(values("\ufeffA=1\n"), { A: "1" });
  });

  it("never quotes a value in a problem", () => {
    for (const text of ["A=canary#1", "A=canary\nA=canary", "canary", 'A="canary', "A='canary' canary"])
      assert.ok(problems(text) !== "" && !problems(text).includes("canary"), text);
  });

  it("is either refused or read as Node reads it, whatever stands in it", () => {
    const piece = fc.constantFrom(
      "A",
      "B=",
      "=",
      "'",
      '"',
      "`",
      "#",
      " ",
      "\n",
      "\r\n",
      "\\n",
      "export ",
      "x",
      "$",
      "\t",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        const text = pieces.join("");
        const { values: found, problems: wrong } = readEnvFile(Buffer.from(text));
        if (wrong.length > 0) return;
        const node: Record<string, string | undefined> = { ...parseEnv(text.replaceAll("\r\n", "\n")) };
        for (const [name, value] of Object.entries(found))
          assert.equal(node[name], value, JSON.stringify(text));
      }),
      { numRuns: 2000 },
    );
  });
});
