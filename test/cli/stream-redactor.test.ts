import { equal, ok } from "node:assert/strict";
import * as fc from "fast-check";
import { createRedactors } from "../../src/cli/stream-redactor";

const VALUE = "canary+value/of äll kinds";
const KEY = "-----BEGIN KEY-----\ncanaryFirstLine\ncanarySecondLine\n-----END KEY-----\n";

/** A text through a redactor, in chunks that end at the given places. */
function redact(values: readonly string[], text: string | Buffer, cuts: readonly number[] = []): string {
  const data = Buffer.from(text as string);
  const redactor = createRedactors(values)();
  const ends = [...cuts.map((cut) => cut % (data.length + 1)).sort((a, b) => a - b), data.length];
  let from = 0;
  const shown = ends.map((to) => {
    const chunk = data.subarray(from, to);
    from = to;
    return redactor.push(chunk);
  });
  return Buffer.concat([...shown, redactor.end()]).toString("utf8");
}

describe("values in the output of a command", () => {
  const forms: Record<string, string> = {
    "as they are": VALUE,
    "as JSON writes them": JSON.stringify({ key: `${VALUE}"\\` }),
    percent_encoded: `https://host/?q=${encodeURIComponent(VALUE)}`,
    "percent-encoded with + for a blank": new URLSearchParams({ q: VALUE }).toString(),
    "in hexadecimal": Buffer.from(VALUE).toString("hex"),
    "in base64": Buffer.from(VALUE).toString("base64"),
    "in base64 after one byte": Buffer.from(`:${VALUE}`).toString("base64"),
    "in base64 between two names": Buffer.from(`user:${VALUE}:x`).toString("base64"),
    "in base64url": Buffer.from(`${VALUE}${VALUE}`).toString("base64url"),
  };
  for (const [how, text] of Object.entries(forms)) {
    it(`are not shown ${how.replace("_", "-")}, however the output is cut`, () => {
      const shown = redact([VALUE], `before ${text} after`);
      ok(shown.startsWith("before ") && shown.endsWith(" after") && shown.includes("[secret]"), shown);
      for (let cut = 0; cut <= text.length + 14; cut += 1)
        equal(redact([VALUE], `before ${text} after`, [cut, cut + 1]), shown);
      equal(
        redact(
          [VALUE],
          `before ${text} after`,
          Array.from({ length: 200 }, (_, index) => index),
        ),
        shown,
      );
    });
  }

  it("are not shown line by line, where they have several", () => {
    equal(redact([KEY], "x canarySecondLine y"), "x [secret] y");
    equal(redact([KEY], JSON.stringify(KEY)), '"[secret]"');
  });

  it("that overlap are one, and neither shows its rest", () => {
    equal(redact(["canary-abcdef", "abcdef-canary"], "<canary-abcdef-canary>"), "<[secret]>");
    equal(redact(["canary-abcdef", "canary-abcdef-longer"], "canary-abcdef-longer!", [15]), "[secret]!");
    equal(redact(["canary-abcdef", "canary-abcdef-longer"], "canary-abcdef-long"), "[secret]-long");
  });

  it("of less than eight bytes stay: they stand in any output", () => {
    equal(redact(["true", "5432"], "true 5432"), "true 5432");
  });

  it("leave everything else as it is, in any chunks", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.array(fc.nat(), { maxLength: 5 }), (bytes, cuts) => {
        const data = Buffer.from(bytes);
        const redactor = createRedactors([VALUE])();
        const halves = [0, ...cuts.map((cut) => cut % (data.length + 1)).sort((a, b) => a - b), data.length];
        const shown = halves.slice(1).map((to, index) => redactor.push(data.subarray(halves[index], to)));
        equal(Buffer.compare(Buffer.concat([...shown, redactor.end()]), data), 0);
      }),
    );
  });

  it("are never shown, wherever they stand and however the output is cut", () => {
    const noise = fc.stringMatching(/^[canry -]{0,12}$/);
    const values = ["canary-ana", "ana-canary-a", "nary-canary"];
    fc.assert(
      fc.property(
        fc.array(fc.oneof(noise, fc.constantFrom(...values)), { maxLength: 8 }),
        fc.array(fc.nat(), { maxLength: 6 }),
        (parts, cuts) => {
          const text = parts.join("");
          const shown = redact(values, text, cuts);
          for (const value of values) ok(!shown.includes(value), `${text} -> ${shown}`);
          equal(shown, redact(values, text));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("cost little: ten megabytes with a thousand values take seconds at most", () => {
    const values = Array.from({ length: 1000 }, (_, index) => `sk-${index}-canary-${index * 7919}`);
    const line = Buffer.from(`${"a line of a log that says nothing of a secret, sk-1".repeat(20)}\n`);
    const redactor = createRedactors(values)();
    const started = performance.now();
    for (let sum = 0; sum < 10_000_000; sum += line.length) redactor.push(line);
    ok(performance.now() - started < 10_000);
  });
});
