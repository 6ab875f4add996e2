// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a password may look like a reference of the ESC language
import assert from "node:assert/strict";
import fc from "fast-check";
import { parse, stringify } from "yaml";
import { type DocumentPath, documentPaths } from "../../sandbox/esc/document-path";
import { parseYaml } from "../../sandbox/esc/parse-yaml";
import { SecretText } from "../../sandbox/esc/rotator";
import { writeState } from "../../sandbox/esc/write-state";

const STATE = { current: { user: "a", password: new SecretText('p\n"\\ ${x} #') }, old: null };
const WRITTEN = { current: { user: "a", password: { "fn::secret": 'p\n"\\ ${x} #' } }, old: null };

const key = fc.oneof(
  fc.constantFrom("a", "b c", 'q"uote', "state", "é", "0"),
  fc.string({ minLength: 1, maxLength: 5 }),
);
const filler = fc.oneof(
  fc.constantFrom<unknown>(null, 1, "text", "two\nlines\n", [], {}, [1, { x: "y" }]),
  fc.string(),
);
const call = fc
  .record({ inputs: filler, state: filler }, { requiredKeys: ["inputs"] })
  .map((argument) => ({ "fn::rotate::x": argument }));

/** A document with one call in it, the path to that, and a way of writing it. */
const anyDocument = fc
  .record({
    call,
    steps: fc.array(fc.oneof(key, fc.constant(1)), { maxLength: 3 }),
    before: filler,
    after: filler,
    flow: fc.boolean(),
    comment: fc.boolean(),
    end: fc.boolean(),
  })
  .map(({ call: inner, steps, before, after, flow, comment, end }) => {
    const wrap = (value: unknown, step: string | number): unknown =>
      typeof step === "number" ? [before, value, after] : { aaa: before, [step]: value, zzz: after };
    const path: DocumentPath = ["values", "k", ...steps.filter((step) => step !== "aaa" && step !== "zzz")];
    const document = { values: { k: steps.reduceRight<unknown>(wrap, inner), z: after } };
    const text = stringify(document, {
      collectionStyle: flow ? "flow" : "any",
      aliasDuplicateObjects: false,
    });
    const commented = comment && !flow ? `# first\n${text}# last\n` : text;
    return { document, path, text: end ? commented : commented.trimEnd() };
  });

function at(document: unknown, path: DocumentPath): Record<string, unknown> {
  return path.reduce<unknown>((found, step) => (found as Record<string, unknown>)[step], document) as never;
}

describe("a rotator's state in an environment's text", () => {
  it("is written in its place, and nothing else changes, however the text is written", () => {
    let found = 0;
    fc.assert(
      fc.property(anyDocument, ({ document, path, text }) => {
        const written = writeState(text, path, STATE);
        fc.pre(written !== undefined);
        found += 1;
        const argument = at(document, path)["fn::rotate::x"] as Record<string, unknown>;
        argument.state = WRITTEN;
        assert.deepEqual(parse(written), parse(stringify(document)));
        assert.equal(written.includes("# first"), text.includes("# first"));
        const again = writeState(written, path, STATE);
        assert.deepEqual(parse(again ?? ""), parse(written));
      }),
      { numRuns: 500 },
    );
    assert.ok(found > 300, String(found));
  });

  it("is not written where no call is any more", () => {
    const text = "values:\n  a:\n    fn::rotate::x:\n      inputs: {}\n  b: 1\n  c: {fn::rotate::x: y}\n";
    for (const path of [["values", "b"], ["values", "c"], ["values", "d", "e"], ["values"], []])
      assert.equal(writeState(text, path, STATE), undefined, String(path));
    assert.equal(writeState("{", ["values"], STATE), undefined);
  });

  it("keeps Windows' line ends around it and the comments of others", () => {
    const text = "values: # v\r\n  a:\r\n    fn::rotate::x:\r\n      inputs: {} # i\r\n  b: 1 # b\r\n";
    const written = writeState(text, ["values", "a"], { n: "1" }) ?? "";
    assert.deepEqual(parse(written), {
      values: { a: { "fn::rotate::x": { inputs: {}, state: { n: "1" } } }, b: 1 },
    });
    for (const comment of ["# v", "# i", "# b"]) assert.ok(written.includes(comment), written);
  });
});

describe("the paths of a document", () => {
  it("are found for every mapping by its place", () => {
    fc.assert(
      fc.property(anyDocument, ({ path, text }) => {
        const { root } = parseYaml("x", text);
        fc.pre(root !== undefined);
        const paths = [...documentPaths(root).values()].map((each) => JSON.stringify(each));
        assert.ok(paths.includes(JSON.stringify(path)), text);
      }),
    );
  });
});
