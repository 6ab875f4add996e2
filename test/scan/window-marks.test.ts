import { deepEqual, equal, ok } from "node:assert/strict";
import { randomBytes } from "node:crypto";
import fc from "fast-check";
import {
  chanceOfFit,
  createWindowHashes,
  MARK_BITS,
  WINDOW_LENGTHS,
} from "../../src/operations/scan/window-marks";

const hashes = createWindowHashes(Buffer.alloc(32, 7));
const places = (marked: readonly Buffer[], bytes: Buffer) => {
  const found: string[] = [];
  hashes.finder(marked.map(hashes.markOf))(bytes, ({ offset, mark }) => found.push(`${mark}@${offset}`));
  return found.sort();
};

describe("marks of windows", () => {
  it("are found wherever their window stands, at every length, and nowhere else", () => {
    const length = fc.constantFrom(...WINDOW_LENGTHS);
    const window = length.chain((size) => fc.uint8Array({ minLength: size, maxLength: size }));
    const filler = fc.uint8Array({ maxLength: 100 });
    fc.assert(
      fc.property(
        fc.array(window, { minLength: 1, maxLength: 5 }),
        filler,
        filler,
        (windows, before, after) => {
          const marked = windows.map((each) => Buffer.from(each));
          const bytes = Buffer.concat([before, ...marked.flatMap((each) => [each, Buffer.from(after)])]);
          const expected = marked.flatMap((each, mark) => {
            const found: string[] = [];
            for (let at = bytes.indexOf(each); at !== -1; at = bytes.indexOf(each, at + 1))
              found.push(`${mark}@${at}`);
            return found;
          });
          deepEqual(places(marked, bytes), expected.sort());
        },
      ),
    );
  });

  it("are another organization's nothing: another key gives other marks", () => {
    const window = Buffer.from("0123456789abcdefghij");
    const other = createWindowHashes(Buffer.alloc(32, 8)).markOf(window);
    ok(other.rolling !== hashes.markOf(window).rolling && other.tag !== hashes.markOf(window).tag);
  });

  it("fit a foreign window with a chance of at most 1 in 10^9, for up to 250,000 values", () => {
    equal(MARK_BITS, 48);
    ok(chanceOfFit(250_000) < 1e-9);
    ok(chanceOfFit(1_000) < 4e-12);
  });

  // Each half is measured alone: together they are too rare to be seen.
  it("have a rolling hash that lets pass one foreign window in 2^24 for each mark, in random bytes and in text", () => {
    const marks = Array.from({ length: 4_000 }, () => hashes.markOf(randomBytes(24)));
    const passing = new Set(marks.map(({ rolling }) => rolling));
    const text = Buffer.from(
      Array.from({ length: 60_000 }, (_, line) => `const value${line} = read(${line * 7}, "name");\n`).join(
        "",
      ),
    );
    for (const bytes of [randomBytes(2_000_000), text]) {
      let passed = 0;
      const windows = 200_000;
      for (let at = 0; at < windows; at += 1)
        if (passing.has(hashes.markOf(bytes.subarray(at * 9, at * 9 + 24)).rolling)) passed += 1;
      const expected = (windows * passing.size) / 2 ** 24;
      ok(Math.abs(passed - expected) < 6 * Math.sqrt(expected), `${passed} passed, ${expected} expected`);
    }
  }).timeout(60_000);

  it("have a tag whose bits are even: one in 256 agrees in its first eight", () => {
    const tags = Array.from({ length: 20_000 }, () => hashes.markOf(randomBytes(20)).tag >>> 16);
    const same = tags.filter((tag) => tag === 7).length;
    ok(Math.abs(same - 20_000 / 256) < 6 * Math.sqrt(20_000 / 256), `${same}`);
  });

  it("find nothing in 20 million foreign windows", () => {
    const find = hashes.finder(Array.from({ length: 1_000 }, () => hashes.markOf(randomBytes(20))));
    for (let part = 0; part < 20; part += 1)
      find(randomBytes(1_000_000), () => ok(false, "a foreign window fits"));
  }).timeout(60_000);
});
