import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import { rawMember, replaceMember } from "../../sandbox/pulumi/stacks/raw-json";

describe("taking a member out of a JSON text", () => {
  it("keeps every digit, which parsing would not", () => {
    const text = '{ "a" : {"b" : [12345678901234567890, 1.0, 1e400] , "c":0} }';
    equal(rawMember(text, ["a", "b"]), "[12345678901234567890, 1.0, 1e400]");
  });

  it("is not misled by braces, quotes and names inside strings", () => {
    const text = String.raw`{"x":"\"a\":{[\\","a":"}\\\"{","y":["a",{"a":1}]}`;
    equal(rawMember(text, ["a"]), String.raw`"}\\\"{"`);
  });

  it("finds nothing where there is no such member, or no object on the way", () => {
    equal(rawMember('{"a":[{"b":1}]}', ["a", "b"]), undefined);
    equal(rawMember("{}", ["a"]), undefined);
    equal(rawMember("[1]", ["a"]), undefined);
  });

  it("agrees with the parser on any object", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.boolean(), (object, spaced) => {
        const text = JSON.stringify(object, undefined, spaced ? 2 : 0);
        for (const [name, value] of Object.entries(JSON.parse(text) as object))
          deepEqual(JSON.parse(rawMember(text, [name]) ?? "missing"), value);
      }),
    );
  });

  it("replaces one value and nothing else", () => {
    equal(
      replaceMember('{"a": {"url" : "x" }, "n":1.0}', ["a", "url"], "y"),
      '{"a": {"url" : "y" }, "n":1.0}',
    );
    equal(replaceMember('{"n":1.0}', ["a", "url"], "y"), '{"n":1.0}');
  });
});
