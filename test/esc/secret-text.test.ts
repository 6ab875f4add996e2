// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the references of the ESC language look like templates
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { unwrapCiphertext, wrapCiphertext } from "../../sandbox/esc/envelope";
import { evaluateEnvironment } from "../../sandbox/esc/evaluate-environment";
import { decryptEnvironment, encryptEnvironment, UnreadableEnvironment } from "../../sandbox/esc/secret-text";
import { decryptForTest, encryptForTest, loadFrom } from "./test-cipher";

/** A double-quoted YAML scalar that both YAML 1.1 and 1.2 readers take for the text. */
function quoteForYaml(text: string): string {
  const escaped = JSON.stringify(text).replace(
    /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return escaped;
}

async function open(text: string) {
  const load = loadFrom({});
  return evaluateEnvironment({ name: "d/e", text, load, decrypt: decryptForTest, mode: "open" });
}

const anySecret = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom(..."$}{\\\"'#:\n\r\t \0\x85\u2028\ufeff\u{1f600}") }),
  fc.constantFrom(
    "",
    " ",
    "null",
    "0123",
    "${a.b}",
    "$${a}",
    "$$",
    "-----BEGIN X-----\na\n-----END X-----\n",
  ),
);

describe("secrets in an environment's text", () => {
  it("come back byte for byte through encryption and evaluation, whatever they hold", async () => {
    await fc.assert(
      fc.asyncProperty(anySecret, async (secret) => {
        const text = `values:\n  a:\n    fn::secret: ${quoteForYaml(secret)}\n  b: [{fn::secret: ${quoteForYaml(secret)}}]\n`;
        const encrypted = encryptEnvironment(text, encryptForTest);
        const { environment, diagnostics } = await open(encrypted);
        deepStrictEqual(diagnostics, []);
        const list = environment.properties?.b?.value;
        ok(Array.isArray(list));
        deepStrictEqual([environment.properties?.a?.value, list[0]?.value], [secret, secret]);
        deepStrictEqual([environment.properties?.a?.secret, list[0]?.secret], [true, true]);
      }),
      { numRuns: 300 },
    );
  });

  it("come back byte for byte through encryption and decryption, into the same text", () => {
    fc.assert(
      fc.property(anySecret, (secret) => {
        const text = `values:\n  a: {fn::secret: ${quoteForYaml(secret)}} # note\n  b: 1\n`;
        strictEqual(decryptEnvironment(encryptEnvironment(text, encryptForTest), decryptForTest), text);
      }),
    );
  });

  it("are replaced in place: layout and comments stay", () => {
    const text = [
      "# head",
      "values:",
      "    a:   1   # odd layout",
      "    b:",
      "        fn::secret: plain # why",
      "    c: {fn::secret: 'x'}  # flow",
      "    d:",
      "    -   fn::secret: |  # block",
      "            one",
      "            two",
      "    e: [1,2]",
      "",
    ];
    const envelope = (plaintext: string) => wrapCiphertext(encryptForTest(plaintext));
    const expected = [...text];
    expected.splice(4, 1, "        fn::secret:", `          ciphertext: ${envelope("plain")} # why`);
    expected.splice(6, 1, `    c: {fn::secret: {ciphertext: ${envelope("x")}}}  # flow`);
    expected.splice(8, 3, "    -   fn::secret:", `          ciphertext: ${envelope("one\ntwo\n")}  # block`);
    deepStrictEqual(encryptEnvironment(text.join("\n"), encryptForTest).split("\n"), expected);
  });

  it("are left alone when they are encrypted already", () => {
    const once = encryptEnvironment("values:\n  a: {fn::secret: x}\n", encryptForTest);
    strictEqual(
      encryptEnvironment(once, () => "never"),
      once,
    );
  });

  it("are not decrypted outside of values", () => {
    const text = `description: x\nother: {fn::secret: {ciphertext: ${wrapCiphertext(encryptForTest("x"))}}}\n`;
    strictEqual(decryptEnvironment(text, decryptForTest), text);
  });

  it("are refused in a text that is not YAML, without repeating it", () => {
    const broken = 'values:\n  a: {fn::secret: "hunter2\n';
    throws(
      () => encryptEnvironment(broken, encryptForTest),
      (error: unknown) => error instanceof UnreadableEnvironment && !error.message.includes("hunter2"),
    );
  });

  it("are refused with a damaged envelope", () => {
    const envelope = wrapCiphertext(encryptForTest("secret"));
    for (const damaged of [
      envelope.slice(4),
      `A${envelope.slice(1)}`,
      `${envelope.slice(0, -4)}AAAA`,
      "",
      "?",
    ]) {
      throws(() => unwrapCiphertext(damaged), { name: "InvalidEnvelope" });
    }
  });

  it("stand in the envelope that the real service writes", () => {
    // From the test data of esc v0.26.0 (eval/testdata/eval/ciphertext): "hunter2" with 128 added to each byte.
    const envelope = "ZXNjeAAAAAHo9e705fKyKo30VQ==";
    const ciphertext = unwrapCiphertext(envelope);
    strictEqual(
      Buffer.from(ciphertext, "base64")
        .map((byte) => byte - 128)
        .toString(),
      "hunter2",
    );
    strictEqual(wrapCiphertext(ciphertext), envelope);
  });
});
