// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ESC's interpolation is what is tested
import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import { evaluateEnvironment } from "../../sandbox/esc/evaluate-environment";
import { decryptEnvironment, encryptEnvironment } from "../../sandbox/esc/secret-text";
import { Secret } from "../../src/secret";
import { ValuesText } from "../../src/sync/values-text";
import { askOracle, findOracle } from "../esc/differential-oracle";
import { decryptForTest, encryptForTest } from "../esc/test-cipher";
import { skip } from "../skip";
import { jobSecret } from "./small-job";
import { TRAPS } from "./yaml-traps";

/** Values in one environment: one evaluation opens them all. */
const BATCH = 50;
const RUNS = 240;
const REAL_BATCHES = 40;
const ENVIRONMENT = "default/app-api-keys";

/** Numbers of two digits: ESC sorts by name. */
function secretAt(index: number) {
  const number = String(index).padStart(2, "0");
  return jobSecret(`KEY_${number}`, { paths: [`deep.key_${number}`, `alias_${number}`] });
}

function write(values: readonly string[]): string {
  const text = new ValuesText("values: {}\n", "sophia", ENVIRONMENT);
  for (const [index, value] of values.entries()) {
    text.set(secretAt(index), new Secret(value));
    text.map(secretAt(index));
  }
  return text.toString();
}

/** What an application is given: the text as the service stores it, in ciphertext, opened. */
async function opened(text: string): Promise<{ variables: string[]; aliases: string[] }> {
  const { environment, diagnostics } = await evaluateEnvironment({
    name: ENVIRONMENT,
    text: encryptEnvironment(text, encryptForTest),
    load: () => {
      throw new Error("not found");
    },
    decrypt: decryptForTest,
    mode: "open",
  });
  deepEqual(diagnostics, []);
  const members = (name: string) =>
    (environment.properties?.[name]?.value ?? {}) as Record<string, { value: string; secret?: boolean }>;
  const variables = Object.values(members("environmentVariables"));
  equal(
    variables.every((each) => each.secret === true),
    true,
    "each one is a secret to ESC",
  );
  const aliases = Object.entries(members("sophia")).filter(([name]) => name.startsWith("alias_"));
  return { variables: variables.map((each) => each.value), aliases: aliases.map(([, each]) => each.value) };
}

/** What the next run reads when it asks for the values in plain text. */
function readBack(text: string, count: number): (string | undefined)[] {
  return readClear(decryptEnvironment(encryptEnvironment(text, encryptForTest), decryptForTest), count);
}

function readClear(clear: string, count: number): (string | undefined)[] {
  const values = new ValuesText(clear, "sophia", ENVIRONMENT);
  return Array.from({ length: count }, (_, index) => values.read(secretAt(index))?.unwrap());
}

async function holds(values: readonly string[]): Promise<void> {
  const text = write(values);
  const { variables, aliases } = await opened(text);
  deepEqual(variables, values);
  deepEqual(aliases, values);
  deepEqual(readBack(text, values.length), values);
}

const PIECES = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom(..."${}:#-'\"\\ \t\r\n*&!|>%@`[],?~0e.=") }),
  fc.constantFrom(...TRAPS.filter((trap) => trap.length < 100)),
);
const VALUES = fc
  .array(PIECES, { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join(""))
  .filter((text) => text !== "" && text.isWellFormed() && !text.includes("\0"));
const BATCHES = fc.array(VALUES, { minLength: BATCH, maxLength: BATCH });

describe("a value's way from GitHub to an application", () => {
  for (const value of TRAPS) {
    const name = value.length > 60 ? `${Buffer.byteLength(value)} bytes` : JSON.stringify(value);
    it(`changes no byte of ${name}`, () => holds([value]));
  }

  it(`changes no byte of ${BATCH * RUNS} random ones`, async () => {
    await fc.assert(fc.asyncProperty(BATCHES, holds), { numRuns: RUNS });
  }).timeout(120_000);

  it("is the same with Pulumi's own evaluator, which writes the text again in its own style", function () {
    const oracle = findOracle();
    if ("missing" in oracle) return skip(this, `the real evaluator is not here: ${oracle.missing}`);
    const batches = [...TRAPS.map((trap) => [trap]), ...fc.sample(BATCHES, REAL_BATCHES)];
    const ask = (action: "encrypt" | "open" | "decrypt", texts: readonly string[]) =>
      askOracle(
        oracle.path,
        texts.map((text) => ({ action, name: ENVIRONMENT, text })),
      );
    const textsOf = (action: "encrypt" | "decrypt", texts: readonly string[]) =>
      ask(action, texts).map((answer) => answer.text ?? `${answer.error}`);
    const stored = textsOf("encrypt", batches.map(write));
    const variables = ask("open", stored).map((answer) => Object.values(answer.environmentVariables ?? {}));
    deepEqual(variables, batches);
    const clear = textsOf("decrypt", stored).map((text, index) =>
      readClear(text, batches[index]?.length ?? 0),
    );
    deepEqual(clear, batches);
    // A further value put into the text as the real service stores it leaves every ciphertext as it stands.
    for (const text of stored) {
      const more = new ValuesText(text, "sophia", ENVIRONMENT);
      more.set(jobSecret("MORE"), new Secret("more"));
      const kept = more.toString().match(/ciphertext: \S+/g);
      deepEqual(kept, text.match(/ciphertext: \S+/g));
    }
  }).timeout(300_000);

  it("wraps what ESC's own literal would change or refuse, and nothing else", () => {
    const wrapped = (value: string) => write([value]).includes("fn::fromBase64");
    for (const value of ["a${b}", "$$", "$${x}", "\nfirst", "ä", "\u007f", "\u0001"])
      equal(wrapped(value), true, value);
    for (const value of ["a$", "$a", "{$}", "a\nb\n", "a\r\nb", "\ttab", "{}"])
      equal(wrapped(value), false, value);
    equal(write(["a${b}"]).includes("${b}"), false);
  });
});
