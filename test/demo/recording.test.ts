import { deepEqual, equal, match, ok } from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { COLUMNS, renderRecording, shortened } from "../../demo/recording";

const PICTURES = join(__dirname, "..", "..", "docs", "pictures");
const at = (seconds: number, text = "line") => ({ at: seconds, text });

describe("a recording", () => {
  it("shortens pauses, and keeps the order", () => {
    const times = shortened([at(0), at(0.4), at(60), at(60.2)]).map((line) => Number(line.at.toFixed(2)));
    deepEqual(times, [0.05, 0.45, 1.55, 1.75]);
  });

  it("folds long lines as a terminal does", () => {
    const svg = renderRecording("x", [at(0, "a".repeat(COLUMNS + 5))]);
    match(svg, new RegExp(`>a{${COLUMNS}}</text>\\n<text[^>]*>a{5}</text>`));
  });

  it("scrolls once the screen is full, and shows its end to whoever wants no motion", () => {
    const svg = renderRecording(
      "x",
      Array.from({ length: 30 }, (_, index) => at(index)),
    );
    match(svg, /prefers-reduced-motion:reduce\)\{#lines\{transform:translateY\(-80px\)\}/);
    equal(svg.match(/\d%\{transform:translateY\(-\d+px\)\}/g)?.length, 5);
  });

  it("makes markup of nothing that a command prints", () => {
    const tags = (svg: string) => svg.match(/<[^>]*>/g)?.length;
    const plain = tags(renderRecording("x", [at(0, "harmless")]));
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(..."<>&\"'ab\u0007"), maxLength: 40, minLength: 1 }),
        (text) => {
          equal(tags(renderRecording(text, [at(0, text)])), plain);
        },
      ),
    );
  });

  for (const name of ["demo", "status"])
    it(`of ${name} is in docs/, has no script and shows no value`, () => {
      const file = join(PICTURES, `${name}.svg`);
      ok(existsSync(file), "make recordings writes it");
      const svg = readFileSync(file, "utf8");
      equal(/<script|href|<image|url\((?!#)/.exec(svg), null);
      equal(/sk-[A-Za-z0-9]{10}|gh[ps]_[A-Za-z0-9]{10}|pul-[0-9a-f]{10}/.exec(svg), null);
      ok(svg.length < 120_000);
    });
});
