// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ESC's interpolation is what is tested
import { deepEqual, doesNotMatch, equal, match, throws } from "node:assert/strict";
import { RemedyError } from "../../src/errors";
import { Secret } from "../../src/secret";
import { ValuesText } from "../../src/sync/values-text";
import { jobSecret } from "./small-job";

const KEY = jobSecret("API_KEY", { paths: ["ai.api_key"] });
const read = (text: string) => new ValuesText(text, "sophia", "default/app-api-keys");

function written(text: string, secret = KEY, value = "v"): string {
  const values = read(text);
  values.set(secret, new Secret(value));
  values.map(secret);
  return values.toString();
}

const THEIRS = `# About this environment
imports:
  - default/shared # first
values:
  # numbers as people write them
  big: 12345678901234567890
  precise: 0.12345678901234567890
  hex: 0x1F
  exponent: 1.50e+3
  old-octal: 0123
  "quoted key": 'single'
  empty:
  tilde: ~
  list: [1, two, {three: 3}]
  literal: |
    line one

    line three
  folded: >-
    as it is
  anchor: &here text
  sophia:
    ai:
      other:
        fn::secret:
          ciphertext: ZXNjeAAAAAEAAAEA+/=
      # the last word
`;

describe("the text of a values environment", () => {
  it("is made from nothing in block style", () => {
    const expected = [
      "values:",
      "  sophia:",
      "    ai:",
      "      api_key:",
      '        fn::secret: "v"',
      "  environmentVariables:",
      "    API_KEY: ${sophia.ai.api_key}",
      "",
    ].join("\n");
    for (const text of ["", "\n", "values: {}\n", "values:\n", "{}\n", "values: {sophia: {}}\n"])
      equal(written(text), expected, JSON.stringify(text));
    equal(written("# only\n"), `# only\n\n${expected}`);
  });

  it("keeps every line that is not ours as it is written, and adds ours", () => {
    const lines = written(THEIRS).split("\n");
    const kept = THEIRS.split("\n").filter((line) => !/^ {2}list|^ {4}as it is/.test(line));
    deepEqual(
      kept.filter((line) => !lines.includes(line)),
      [],
    );
    match(lines.join("\n"), /list: \[ ?1, two, \{ ?three: 3 ?\} ?\]/);
  });

  it("has one line for a value of many", () => {
    const key =
      "-----BEGIN PRIVATE KEY-----\nMIIBVQIBADANBgkqhkiG9w0BAQEFAASC\r\n-----END PRIVATE KEY-----\n";
    equal(written("", KEY, key).split("\n").length, written("").split("\n").length);
  });

  it("is the same text when the same is written twice", () => {
    const once = written(THEIRS);
    equal(written(once), once);
  });

  it("replaces one value and leaves the ciphertext of every other byte for byte", () => {
    const text = written(THEIRS).replace('fn::secret: "v"', "fn::secret:\n          ciphertext: T0xE");
    const after = written(text, KEY, "new");
    equal(after, text.replace("fn::secret:\n          ciphertext: T0xE", 'fn::secret: "new"'));
  });

  it("refers to one value from every further key, variable and Pulumi config", () => {
    const secret = { ...KEY, paths: ["ai.api_key", "api_key", "old.place"], pulumiConfig: "aws:token" };
    const text = written("", secret);
    for (const line of ["api_key", "place", "API_KEY", "aws:token"])
      match(text, new RegExp(`^ +${line}: \\$\\{sophia\\.ai\\.api_key\\}$`, "m"));
    equal(text.match(/fn::secret/g)?.length, 1);
    equal(read(text).isMapped(secret), true);
    equal(read(text).isMapped({ ...secret, pulumiConfig: "aws:other" }), false);
    equal(read(text).isMapped({ ...secret, paths: ["api_key"] }), false);
  });

  it("knows a value that stands from a reference, an empty key and nothing", () => {
    const at = (value: string) => read(`values:\n  sophia:\n    ai:\n      api_key: ${value}\n`);
    for (const value of ["text", "1", "{fn::secret: x}", "{fn::secret: {ciphertext: x}}", "[a]"])
      equal(at(value).has(KEY), true, value);
    for (const value of ["", "~", "${sophia.other}"]) equal(at(value).has(KEY), false, value);
    equal(read("values:\n  sophia: text\n").has(KEY), false);
  });

  it("reads values in plain text, and nothing else", () => {
    const at = (value: string) => read(`values: {sophia: {ai: {api_key: ${value}}}}\n`).read(KEY)?.unwrap();
    equal(at('{"fn::secret": "v w"}'), "v w");
    equal(at('{"fn::fromBase64": {"fn::secret": "w6Q="}}'), "ä");
    for (const value of [
      "v",
      "{fn::secret: {ciphertext: abc}}",
      "{fn::secret: 1}",
      "{fn::toJSON: {a: b}}",
      "[v]",
    ])
      equal(at(value), undefined, value);
  });

  it("refuses a text that is not a mapping, without quoting it", () => {
    for (const text of [
      "canary",
      "- canary",
      "values: [canary",
      "a: canary\na: canary\n",
      "---\na: 1\n---\nb: canary\n",
      "\tcanary: 1",
    ])
      throws(
        () => read(text),
        (error: Error) => {
          equal(error instanceof RemedyError, true);
          match(
            error.message,
            /^default\/app-api-keys: its text is not a YAML mapping, or is larger than any of ours\. Remedy: /,
          );
          doesNotMatch(error.message, /canary/);
          return true;
        },
      );
  });

  it("names what stands in a value's way by its place alone", () => {
    const obstacle = (text: string) => read(text).obstacle(KEY) ?? "none";
    match(obstacle("values:\n  sophia: canary\n"), /^values\.sophia in ESC is not a mapping; move it away/);
    match(obstacle("values:\n  sophia:\n    ai: [canary]\n"), /^values\.sophia\.ai in ESC is not a mapping/);
    match(
      obstacle("values:\n  sophia:\n    ai: {fn::secret: canary}\n"),
      /^values\.sophia\.ai in ESC is not/,
    );
    match(obstacle("values: canary\n"), /^values in ESC is not a mapping/);
    match(obstacle("values: {environmentVariables: canary}\n"), /^values\.environmentVariables in ESC/);
    match(
      obstacle("values: {sophia: {ai: {api_key: {canary: 1}}}}\n"),
      /api_key in ESC holds more than one value/,
    );
    for (const text of [
      "",
      "values: {}\n",
      "values:\n  sophia:\n",
      "values: {sophia: {ai: {api_key: text}}}\n",
    ])
      equal(obstacle(text), "none");
  });
});
