// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the references of the ESC language look like templates
import { ok, strictEqual } from "node:assert";
import fc from "fast-check";
import { evaluateEnvironment } from "../../sandbox/esc/evaluate-environment";
import { encryptEnvironment } from "../../sandbox/esc/secret-text";
import { answersTo, assertSameValues, type OracleCase, optionsFor } from "./differential-oracle";
import { encryptForTest } from "./test-cipher";

const CASES = 800;
const SEED = 5;

const key = fc.constantFrom("a", "b", "c");
const step = fc.oneof(
  key.map((name) => `.${name}`),
  key.map((name) => `["${name}"]`),
  fc.constantFrom("[0]", "[1]"),
);
const start = fc.oneof(
  { weight: 6, arbitrary: key },
  fc.constantFrom("environments.d.x", "environments.d.y"),
);
const reference = fc
  .tuple(start, fc.array(step, { maxLength: 1 }))
  .map(([from, steps]) => `\${${from}${steps.join("")}}`);
const scalar = fc.oneof(
  fc.constantFrom<unknown>(null, true, 1, "s", "t,u", ""),
  reference,
  fc.tuple(reference, reference).map(([left, right]) => `${left}-$$${right}`),
);
const unary = fc.constantFrom(
  "fn::toJSON",
  "fn::toString",
  "fn::fromJSON",
  "fn::final",
  "fn::toBase64",
  "fn::concat",
);
const { expression } = fc.letrec<{ expression: unknown }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 2, depthSize: "small" },
    { weight: 4, arbitrary: scalar },
    { weight: 3, arbitrary: fc.dictionary(key, tie("expression"), { maxKeys: 3 }) },
    { weight: 1, arbitrary: fc.array(tie("expression"), { maxLength: 2 }) },
    { weight: 1, arbitrary: fc.constantFrom("x", "[1]").map((text) => ({ "fn::secret": text })) },
    { weight: 2, arbitrary: fc.tuple(unary, tie("expression")).map(([name, value]) => ({ [name]: value })) },
    {
      weight: 1,
      arbitrary: fc.array(tie("expression"), { maxLength: 2 }).map((list) => ({ "fn::join": [",", list] })),
    },
  ),
}));
const values = fc
  .record(
    {
      a: fc.constantFrom<unknown>("s", null, { a: 1, b: { c: null } }, ["x", "y"], {
        "fn::secret": "secret",
      }),
      b: expression,
      c: fc.constantFrom<unknown>({ a: { "fn::final": "f" }, b: ["q"] }, "t,u", {
        d: { "fn::secret": "s2" },
      }),
    },
    { requiredKeys: [] },
  )
  .filter((record) => Object.keys(record).length > 0);

function definition(importable: string[]) {
  const entries = importable.flatMap((name) => [name, { [name]: { merge: false } }]);
  const imports =
    entries.length === 0 ? fc.constant([]) : fc.array(fc.constantFrom(...entries), { maxLength: 2 });
  return fc.record({ imports, values }).map((record) => JSON.stringify(record));
}

const anyCase = fc.record({
  root: definition(["d/x", "d/y"]),
  x: definition(["d/y"]),
  y: definition([]),
  action: fc.constantFrom("open" as const, "check" as const),
  isEncrypted: fc.boolean(),
});

function asCase({
  root,
  x,
  y,
  action,
  isEncrypted,
}: typeof anyCase extends fc.Arbitrary<infer T> ? T : never): OracleCase {
  const seal = (text: string) => (isEncrypted ? encryptEnvironment(text, encryptForTest) : text);
  return { action, name: "d/root", text: seal(root), environments: { "d/x": seal(x), "d/y": seal(y) } };
}

describe("random compositions in the sandbox's ESC evaluator and in the real one", () => {
  const cases = fc.sample(anyCase, { numRuns: CASES, seed: SEED }).map(asCase);
  const answerTo = answersTo(cases);

  it("agree on every value, on what is secret, and on whether there are errors", async () => {
    let clean = 0;
    for (const [index, asked] of cases.entries()) {
      const { environment, diagnostics } = await evaluateEnvironment(optionsFor(asked));
      const answer = answerTo(index);
      const about = JSON.stringify(asked);
      strictEqual(diagnostics.length > 0, answer.diagnostics.length > 0, about);
      if (diagnostics.length > 0) continue;
      clean += 1;
      assertSameValues(environment, answer, about);
    }
    ok(clean > CASES / 5, `only ${clean} of ${CASES} compositions had no errors`);
  });
});
