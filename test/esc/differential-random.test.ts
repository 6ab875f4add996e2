// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the references of the ESC language look like templates
import { deepStrictEqual, ok } from "node:assert";
import fc from "fast-check";
import { stringify } from "yaml";
import { evaluateEnvironment } from "../../sandbox/esc/evaluate-environment";
import { answersTo, assertSameValues, type OracleCase, optionsFor } from "./differential-oracle";

const DOCUMENTS = 400;
const SEED = 20_240_229;

const hostile = fc.constantFrom(
  ..."$}{$[]\"'\\#:,&*!|>%@`-?~ \t\n\r\0\x07\x1b\x7f\x85\xa0\u2028\u2029\ufeff\u00e9\u8a9e\u{1f600}0123456789._eExXob+-TZ=<yno",
);
const anyText = fc.oneof(
  fc.string({ unit: hostile, maxLength: 12 }),
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.constantFrom(
    "true",
    "no",
    "0123",
    "1_000",
    "1e3",
    ".5",
    "~",
    "null",
    "2001-01-01",
    "<<",
    "=",
    "0x1F",
    "-",
    "1:30",
  ),
);
const plainNumberLike = fc.string({
  unit: fc.constantFrom(..."0123456789_.eE+-xXobaf:"),
  minLength: 1,
  maxLength: 7,
});

/** One environment, written by one of several writers, most of them not made for it. */
const anyDocument = fc.oneof(
  anyText.map((text) => stringify({ values: { k: text } })),
  fc
    .tuple(anyText, anyText)
    .map(([a, b]) => stringify({ values: { [`k${a}`]: [b, { x: a }] } }, { lineWidth: 20 })),
  anyText.map((text) => `values:\n  k: ${text}\n`),
  anyText.map((text) => `values:\n  k: "${text}"\n`),
  anyText.map((text) => `values:\n  k: '${text}'\n`),
  anyText.map((text) => `values:\n  k: |\n    ${text.replaceAll("\n", "\n    ")}\n`),
  anyText.map((text) => `values:\n  k: >-\n    ${text.replaceAll("\n", "\n    ")}`),
  anyText.map((text) => `values: {k: ${JSON.stringify(text)}, l: "\${k}|", m: {fn::toJSON: "\${k}"}}\n`),
  anyText.map((text) => `values: {k: {fn::fromJSON: ${JSON.stringify(text)}}, l: "\${k}"}\n`),
  plainNumberLike.map((text) => `values:\n  k: ${text}\n  l: "\${k}"\n`),
);

describe("random environments in the sandbox's ESC evaluator and in the real one", () => {
  const cases = fc
    .sample(anyDocument, { numRuns: DOCUMENTS, seed: SEED })
    .map((text): OracleCase => ({ action: "open", name: "d/random", text }));
  const answerTo = answersTo(cases);

  it("never differ in a value, and the sandbox accepts nothing that the real one refuses", async () => {
    let accepted = 0;
    for (const [index, asked] of cases.entries()) {
      const answer = answerTo(index);
      const about = JSON.stringify(asked.text);
      const { environment, diagnostics } = await evaluateEnvironment(optionsFor(asked));
      if (diagnostics.length > 0) continue;
      accepted += 1;
      deepStrictEqual(answer.diagnostics, [], about);
      assertSameValues(environment, answer, about);
    }
    ok(accepted > DOCUMENTS / 3, `only ${accepted} of ${DOCUMENTS} environments were accepted`);
  });

  it("are refused by the sandbox only rarely where the real one accepts them", async () => {
    const refused: string[] = [];
    for (const [index, asked] of cases.entries()) {
      const answer = answerTo(index);
      if (answer.diagnostics.length > 0 || answer.error) continue;
      const { diagnostics } = await evaluateEnvironment(optionsFor(asked));
      if (diagnostics.length > 0) refused.push(`${JSON.stringify(asked.text)}: ${diagnostics[0]?.summary}`);
    }
    ok(refused.length < DOCUMENTS / 20, refused.join("\n"));
  });
});
