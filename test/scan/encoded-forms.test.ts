import { deepEqual, ok } from "node:assert/strict";
import fc from "fast-check";
import { formsOf } from "../../src/operations/scan/encoded-forms";

/** Where each form holds a text, as offsets in the file. */
const placesOf = (text: string, file: string) =>
  [...formsOf(Buffer.from(file))].flatMap(({ bytes, placeOf }) => {
    const at = Buffer.from(bytes).indexOf(text);
    return at === -1 ? [] : [placeOf(at)];
  });

const value = fc.stringMatching(/^[A-Za-z0-9+/=_-]{20,60}$/);
const around = fc.stringMatching(/^[a-z0-9 .,;{}]{0,50}$/);
const escapeAll = (text: string, one: (code: string) => string) =>
  [...text].map((letter) => one(letter.charCodeAt(0).toString(16))).join("");

describe("a value in another form", () => {
  const forms: Record<string, (text: string) => string> = {
    "escaped for a URL": (text) => escapeAll(text, (code) => `%${code}`),
    "escaped as \\u": (text) => escapeAll(text, (code) => `\\u00${code}`),
    "escaped as \\x": (text) => escapeAll(text, (code) => `\\x${code}`),
    "a JSON string with slashes escaped": (text) => `"a\\n${text.replaceAll("/", "\\/")}"`,
  };
  for (const [form, encode] of Object.entries(forms))
    it(`is found ${form}, at its place`, () => {
      fc.assert(
        fc.property(value, around, around, (text, before, after) => {
          const encoded = encode(text);
          const at =
            before.length +
            encoded.indexOf(text.charAt(0) === encoded.charAt(4) ? text.charAt(0) : encoded.charAt(0));
          const places = placesOf(text, before + encoded + after);
          ok(
            places.some((place) => place >= before.length && place <= Math.max(at, before.length + 4)),
            `${places}`,
          );
        }),
      );
    });

  it("is found in base64 of both alphabets, at each of the three alignments", () => {
    fc.assert(
      fc.property(
        value,
        around,
        around,
        fc.constantFrom("base64", "base64url"),
        (text, before, after, alphabet) => {
          for (const shift of ["", "x", "xy"]) {
            const encoded = Buffer.from(`${shift}${before}${text}${after}`).toString(alphabet as "base64");
            const places = placesOf(text, `key = ${encoded}\n`);
            const at = 6 + Math.floor(((shift.length + before.length) * 4) / 3);
            ok(places.includes(at), `${places} has no ${at}`);
          }
        },
      ),
    );
  });

  it("is found in base64 behind letters of the same alphabet", () => {
    for (const front of ["a", "ab", "abc", "abcd"])
      ok(
        placesOf("a value of the kind", front + Buffer.from("xx a value of the kind").toString("base64"))
          .length > 0,
        front,
      );
  });

  it("is found in base64 that is wrapped, with an indent and with CRLF", () => {
    const text = "the value that stands across the wrap of a line";
    const encoded = Buffer.from(`${"q".repeat(40)}${text}${"z".repeat(90)}`).toString("base64");
    for (const width of [64, 76])
      for (const end of ["\n", "\r\n", "\n    "])
        ok(
          placesOf(text, encoded.replace(new RegExp(`.{${width}}`, "g"), `$&${end}`)).length > 0,
          `${width}`,
        );
  });

  it("is found in base64 that is a JSON string of wrapped lines", () => {
    const text = "the value that stands across the wrap of a line";
    const encoded = Buffer.from(`${"q".repeat(40)}${text}${"z".repeat(90)}`).toString("base64");
    ok(placesOf(text, JSON.stringify(encoded.replace(/.{64}/g, "$&\n"))).length > 0);
  });

  it("is none where nothing is encoded", () => {
    deepEqual([...formsOf(Buffer.from("a plain line, 100 and no more\n"))], []);
  });

  it("takes any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        for (const { bytes: decoded, placeOf } of formsOf(bytes))
          for (let at = 0; at < decoded.length; at += 7) ok(placeOf(at) < bytes.length);
      }),
    );
  });
});
