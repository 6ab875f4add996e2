import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { masksOf } from "../../src/sync/given-values";

const hidden = (text: string, values: string[]) =>
  masksOf(values).reduce((left, mask) => left.replaceAll(mask, ""), text);
const VALUE = "correct-horse/battery+staple~>?";

describe("the masks of a value", () => {
  it("hide it as it is, and each of its lines, whatever ends them", () => {
    for (const end of ["\n", "\r\n", "\r"]) {
      const value = `first-line-1${end}  second-line-2${end}`;
      equal(hidden("x first-line-1 y second-line-2 z", [value]), "x  y  z");
    }
  });

  it("hide it in base64, plain and for URLs, alone and at any place of a longer text", () => {
    for (const kind of ["base64", "base64url"] as const) {
      for (const before of ["", "u", "us", "user:"]) {
        const text = Buffer.from(`${before}${VALUE}; and more`).toString(kind);
        const rest = hidden(text, [VALUE]);
        ok(text.length - rest.length >= Math.floor((VALUE.length * 4) / 3) - 6, `${kind} after ${before}`);
      }
    }
  });

  it("hide it in a URL and in JSON, whole also where it has several lines", () => {
    const value = 'a "quoted" word\nand a second line & more';
    equal(hidden(`https://x.example/?v=${encodeURIComponent(value)}`, [value]), "https://x.example/?v=");
    equal(hidden(JSON.stringify({ v: value }), [value]), '{"v":""}');
  });

  it("leave out what is short, blank or the same in all keys, which would blank the log", () => {
    deepEqual(masksOf(["true", "", " ", "}", "1234567", "production".slice(0, 4)]), []);
    const pem = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ\n-----END PRIVATE KEY-----\n";
    const masks = masksOf([pem]);
    ok(masks.includes("MIIEvQIBADANBgkqhkiG9w0BAQ"));
    ok(!masks.includes("-----BEGIN PRIVATE KEY-----") && !masks.includes("-----END PRIVATE KEY-----"));
  });

  it("are single lines of some length, for any text", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary" })), (values) =>
        masksOf(values).every((mask) => mask.length >= 8 && !/[\r\n]/.test(mask)),
      ),
    );
  });
});
