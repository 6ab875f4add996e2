import { deepEqual, equal } from "node:assert/strict";
import { type Mark, markOf, paint, screenSettings } from "../../src/cli/screen";
import { createTerminal } from "../../src/cli/terminal";

// biome-ignore lint/suspicious/noControlCharactersInRegex: what makes colours
const COLOURS = /\u001b\[\d+m/g;
const plain = (text: string) => text.replaceAll(COLOURS, "");

/** A terminal of a size, told by its environment, and what it was sent. */
function screen({ isTTY = true, columns }: { isTTY?: boolean; columns?: number }, env = {}) {
  const heard: string[] = [];
  const stream = { isTTY, columns, write: (text: string) => heard.push(text) };
  const streams = { stdin: process.stdin, stdout: stream, stderr: stream };
  const terminal = createTerminal(
    streams as unknown as Parameters<typeof createTerminal>[0],
    screenSettings(env),
  );
  return { terminal, heard };
}

describe("a screen", () => {
  const LINE = "✗○ 2 refused: a + sign, and what? A name✓";

  it("colours marks and headings on a terminal, and says the same without", () => {
    const { terminal, heard } = screen({});
    terminal.print(LINE);
    terminal.print({ text: "secret  production", role: "heading" });
    equal(plain(heard.join("")), `${LINE}\nsecret  production\n`);
    equal(
      heard[0],
      "\u001b[31m✗\u001b[39m\u001b[33m○\u001b[39m 2 refused: a \u001b[33m+\u001b[39m sign, and what? A name✓\n",
    );
    equal(heard[1]?.startsWith("\u001b[1m"), true);
  });

  it("has no colour in a pipe, with NO_COLOR and on a dumb terminal; symbols only on one that has them", () => {
    const cases: [boolean, Record<string, string>, boolean][] = [
      [false, {}, false],
      [true, { NO_COLOR: "1" }, true],
      [true, { TERM: "dumb" }, false],
    ];
    for (const [isTTY, env, symbols] of cases) {
      const { terminal, heard } = screen({ isTTY }, env);
      terminal.print({ text: LINE, role: "heading" });
      deepEqual([heard, terminal.symbols], [[`${LINE}\n`], symbols]);
    }
    equal(screen({}, { TERM: "linux" }).terminal.symbols, false);
  });

  it("shows what others wrote into a line, and lets none of it act", () => {
    const { terminal, heard } = screen({});
    terminal.print("name\u001b[2J");
    deepEqual(heard, ["name\\u001b[2J\n"]);
  });

  it("is as wide as COLUMNS says, else as the terminal says, else 80; a pipe has no width", () => {
    equal(screen({ columns: 120 }).terminal.width, 120);
    equal(screen({ columns: 0 }).terminal.width, 80, "a terminal that nobody told its size says 0");
    equal(screen({ columns: 120 }, { COLUMNS: "60" }).terminal.width, 60);
    equal(screen({ isTTY: false }, { COLUMNS: "60" }).terminal.width, 60);
    equal(screen({ isTTY: false }).terminal.width, undefined);
    for (const odd of ["", "0", "wide", "-1"])
      equal(screen({ isTTY: false }, { COLUMNS: odd }).terminal.width, undefined);
  });

  it("has a word for each mark where there are no symbols", () => {
    const marks: Mark[] = ["ok", "wrong", "warning", "unknown", "unset", "newer", "gone", "changed"];
    deepEqual(
      marks.map((mark) => markOf(mark, {})),
      ["ok", "wrong", "warning", "unknown", "unset", "newer", "gone", "changed"],
    );
    equal(markOf("wrong", {}, "refused"), "refused");
    equal(new Set(marks.map((mark) => markOf(mark, { symbols: true }))).size, marks.length);
    equal(paint("all in sync", "quiet"), "\u001b[2mall in sync\u001b[22m");
  });
});
