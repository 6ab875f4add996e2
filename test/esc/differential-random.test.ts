// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the references of the ESC language look like templates
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import fc from "fast-check";
import { stringify } from "yaml";
import { evaluateEnvironment } from "../../sandbox/esc/evaluate-environment";
import { stringifyExact } from "../../sandbox/esc/json-number";
import { askOracle, findOracle, type OracleAnswer, parseWithNumberTexts } from "./differential-oracle";
import { decryptForTest, loadFrom } from "./test-cipher";

const DOCUMENTS = 400;
const SEED = 20_240_229;
const BUILD_LIMIT_MS = 300_000;

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

function plainValues(properties: unknown): unknown {
  if (Array.isArray(properties)) return properties.map(plainValues);
  if (properties === null || typeof properties !== "object") return properties;
  const members = Object.entries(properties).filter(([key]) => key !== "trace");
  return Object.fromEntries(members.map(([key, member]) => [key, plainValues(member)]));
}

describe("random environments in the sandbox's ESC evaluator and in the real one", () => {
  const texts = fc.sample(anyDocument, { numRuns: DOCUMENTS, seed: SEED });
  let answers: OracleAnswer[] = [];

  before(function () {
    this.timeout(BUILD_LIMIT_MS);
    const oracle = findOracle();
    if ("missing" in oracle) {
      console.log(`    skipped, the real evaluator is not here: ${oracle.missing}`);
      this.skip();
    }
    answers = askOracle(
      oracle.path,
      texts.map((text) => ({ action: "open", name: "d/random", text })),
    );
    strictEqual(answers.length, texts.length);
  });

  it("never differ in a value, and the sandbox accepts nothing that the real one refuses", async () => {
    let accepted = 0;
    for (const [index, text] of texts.entries()) {
      const answer = answers[index];
      ok(answer);
      const { environment, diagnostics } = await evaluateEnvironment({
        name: "d/random",
        text,
        load: loadFrom({}),
        decrypt: decryptForTest,
        mode: "open",
      });
      if (diagnostics.length > 0) continue;
      accepted += 1;
      deepStrictEqual(answer.diagnostics, [], JSON.stringify(text));
      const properties = parseWithNumberTexts(stringifyExact(environment.properties ?? null));
      deepStrictEqual(
        plainValues(properties),
        plainValues(answer.environment?.properties ?? null),
        JSON.stringify(text),
      );
    }
    ok(accepted > DOCUMENTS / 3, `only ${accepted} of ${DOCUMENTS} environments were accepted`);
  });

  it("are refused by the sandbox only rarely where the real one accepts them", async () => {
    const refused: string[] = [];
    for (const [index, text] of texts.entries()) {
      if ((answers[index]?.diagnostics.length ?? 1) > 0 || answers[index]?.error) continue;
      const { diagnostics } = await evaluateEnvironment({
        name: "d/random",
        text,
        load: loadFrom({}),
        decrypt: decryptForTest,
        mode: "open",
      });
      if (diagnostics.length > 0) refused.push(`${JSON.stringify(text)}: ${diagnostics[0]?.summary}`);
    }
    ok(refused.length < DOCUMENTS / 20, refused.join("\n"));
  });
});
