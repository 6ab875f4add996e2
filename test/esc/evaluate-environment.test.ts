// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the references of the ESC language look like templates
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { wrapCiphertext } from "../../sandbox/esc/envelope";
import { type EvaluationOptions, evaluateEnvironment } from "../../sandbox/esc/evaluate-environment";
import { stringifyExact } from "../../sandbox/esc/json-number";
import { decryptForTest, encryptForTest, loadFrom } from "./test-cipher";

function evaluate(text: string, overrides: Partial<EvaluationOptions> = {}) {
  const load = loadFrom({});
  return evaluateEnvironment({
    name: "d/e",
    text,
    load,
    decrypt: decryptForTest,
    mode: "open",
    ...overrides,
  });
}

async function summaries(text: string, overrides: Partial<EvaluationOptions> = {}): Promise<string[]> {
  return (await evaluate(text, overrides)).diagnostics.map(({ summary }) => summary);
}

describe("evaluating an environment", () => {
  it("answers values with their range and their secrecy", async () => {
    const { environment, diagnostics } = await evaluate("values:\n  a: {fn::secret: x}\n  b: null\n");
    deepStrictEqual(diagnostics, []);
    deepStrictEqual(environment.properties?.a?.secret, true);
    deepStrictEqual(environment.properties?.a?.value, "x");
    deepStrictEqual(Object.keys(environment.properties?.b ?? {}), ["trace"]);
    deepStrictEqual(environment.properties?.a?.trace.def.begin, { line: 2, column: 19, byte: 26 });
  });

  it("refuses the builtins that need what the sandbox has not, wherever they stand", async () => {
    for (const name of ["fn::open", "fn::open::aws-login", "fn::toYAML", "fn::validate"]) {
      const found = await summaries(`values: {a: {b: [{${name}: {x: 1}}]}}\n`);
      deepStrictEqual(found, [`${name} is not supported by the sandbox`]);
    }
  });

  it("refuses numbers without a JSON form", async () => {
    for (const number of [".inf", "-.Inf", ".nan"])
      strictEqual((await summaries(`values: {a: ${number}}`)).length, 1);
  });

  it("keeps numbers that JavaScript cannot hold", async () => {
    const { environment } = await evaluate("values: {a: 9223372036854775807, b: {fn::fromJSON: '1.00'}}\n");
    const text = stringifyExact(environment.properties);
    ok(text.includes('"value":9223372036854775807') && text.includes('"value":1.00'), text);
  });

  it("waits for slow loaders and asks for each environment once", async () => {
    const asked: string[] = [];
    const texts: Record<string, string> = {
      "d/a": "imports: [d/c]\nvalues: {a: 1}",
      "d/b": "imports: [d/c]\nvalues: {b: '${environments.d.c.c}'}",
      "d/c": "values: {c: 3}",
    };
    const load = async (name: string) => {
      asked.push(name);
      await new Promise((resolve) => setTimeout(resolve, 5));
      return { text: texts[name] ?? "" };
    };
    const { environment, diagnostics } = await evaluate("imports: [d/a, d/b]\n", { load });
    deepStrictEqual(diagnostics, []);
    deepStrictEqual(asked.sort(), ["d/a", "d/b", "d/c"]);
    deepStrictEqual(Object.keys(environment.properties ?? {}), ["a", "b", "c"]);
  });

  it("names the loader's reason at the import", async () => {
    const load = () => Promise.reject(new Error("you have no open permission on d/a"));
    const { diagnostics } = await evaluate("imports:\n  - d/a\nvalues: {x: 1}\n", { load });
    deepStrictEqual(
      diagnostics.map(({ summary, severity }) => [severity, summary]),
      [["error", "you have no open permission on d/a"]],
    );
    strictEqual(diagnostics[0]?.range?.begin.line, 2);
  });

  it("decrypts each environment by its own key", async () => {
    const secret = (text: string) =>
      `values: {${text}: {fn::secret: {ciphertext: ${wrapCiphertext(encryptForTest(text))}}}}`;
    const load = () => ({
      text: secret("imported"),
      decrypt: (c: string) => `${decryptForTest(c)} by its own key`,
    });
    const { environment } = await evaluate(`imports: [d/a]\n${secret("own")}\n`, { load });
    strictEqual(environment.properties?.own?.value, "own");
    strictEqual(environment.properties?.imported?.value, "imported by its own key");
  });

  it("reports a decrypter that fails, without a value", async () => {
    const ciphertext = wrapCiphertext(Buffer.from("other key").toString("base64"));
    const text = `values: {a: {fn::secret: {ciphertext: ${ciphertext}}}}`;
    deepStrictEqual(await summaries(text), ["decrypting: not encrypted by the test"]);
  });

  it("does not decrypt in a check that shows no secrets", async () => {
    const text = `values: {a: {fn::secret: {ciphertext: ${wrapCiphertext(encryptForTest("x"))}}}}`;
    const decrypt = () => {
      throw new Error("must not be called");
    };
    const { environment, diagnostics } = await evaluate(text, { mode: "check", decrypt });
    deepStrictEqual(diagnostics, []);
    deepStrictEqual(
      [environment.properties?.a?.unknown, environment.properties?.a?.value],
      [true, undefined],
    );
  });

  it("takes the names of JavaScript's own members for keys like any other", async () => {
    const text =
      "values: {__proto__: {constructor: 1}, toString: a, b: '${__proto__.constructor} ${toString}'}\n";
    const { environment, diagnostics } = await evaluate(text);
    deepStrictEqual(diagnostics, []);
    strictEqual(environment.properties?.b?.value, "1 a");
    ok(stringifyExact(environment.properties).includes('"__proto__":'));
    deepStrictEqual(await summaries("values: {a: '${constructor}'}\n"), ['unknown property "constructor"']);
    deepStrictEqual(await summaries("values: {a: {fn::constructor: 1}}\n"), ["'fn::' is a reserved prefix"]);
  });

  it("never repeats the text of what it cannot read", async () => {
    const secret = "hunter2-do-not-print";
    const broken = [
      `values:\n  a: {fn::secret: "${secret}\n`,
      `values:\n  a: "\\q${secret}"\n`,
      `values:\n  a: b: ${secret}\n`,
      `values:\n  a: {fn::fromJSON: {fn::secret: '{"${secret}'}}\n`,
      `values:\n  a: {fn::fromBase64: {fn::secret: "${secret}"}}\n`,
      `values:\n  a: !!int ${secret}\n`,
      `values:\n  a: {fn::secret: {ciphertext: "${secret}"}}\n`,
    ];
    for (const text of broken) {
      const { diagnostics } = await evaluate(text);
      ok(diagnostics.length > 0, text);
      ok(!JSON.stringify(diagnostics).includes(secret), JSON.stringify(diagnostics));
    }
  });
});
