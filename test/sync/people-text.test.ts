import { deepEqual, equal, ok, throws } from "node:assert/strict";
import * as fc from "fast-check";
import { parse } from "yaml";
import { Secret } from "../../src/secret";
import { commentsIn } from "../../src/sync/splice-text";
import { ValuesText } from "../../src/sync/values-text";
import { jobSecret } from "./small-job";

const KEY = jobSecret("API_KEY");
const OTHER = jobSecret("OTHER_KEY", { paths: ["nested.deep.key"], pulumiConfig: "app:other" });
const open = (text: string) => new ValuesText(text, "sophia", "default/app-production-keys");

function withValue(text: string, secret = KEY, value = "first"): string {
  const edited = open(text);
  edited.set(secret, new Secret(value));
  edited.map(secret);
  return edited.toString();
}

/** What people write beside ours: functions, sections, styles that no program would choose. */
const PARTS = [
  "aws:\n  login:\n    fn::open::aws-login:\n      oidc: {roleArn: 'arn:x',   sessionName: s}",
  "vault:\n    secrets:\n        fn::open::vault-secrets:  # theirs\n            login: ${aws.login}",
  'greeting:\n  fn::concat: ["a",   "b"]',
  "rotated:\n  fn::rotate::aws-iam:\n    inputs:\n      region: us-west-2",
  "theirs:\n  fn::secret:\n    ciphertext: ZXNjeAAAAAEAAA==",
  "files:\n  KUBECONFIG: ${theirs}\n\n  # a certificate\n  CERT: |\n    -----BEGIN\n    # no comment\n    -----END",
  "list:\n- 1\n-   two # second\n- {a: 1}",
  "number: 0x1F",
  "text: >-\n  folded\n  lines",
  "\"quoted key\": 'single ''quotes'''",
  "pulumiConfig:\n    aws:region:   us-east-1 # east",
];

const comment = fc.constantFrom("", "", "\n", "# people's own\n", "\n#   spaced   out\n\n");
const trailing = fc.constantFrom("", " # why", "    #why");

function indented(text: string, width: number): string {
  return text
    .split("\n")
    .map((line) => (line === "" ? line : `${" ".repeat(width)}${line}`))
    .join("\n");
}

/** A text of people's: imports, description and values in any order, with comments, blank lines and indentation of theirs. */
const peoples = fc
  .record({
    parts: fc.shuffledSubarray(PARTS),
    comments: fc.array(comment, { minLength: 14, maxLength: 14 }),
    trailings: fc.array(trailing, { minLength: 4, maxLength: 4 }),
    width: fc.constantFrom(2, 4, 3),
    ours: fc.constantFrom(
      "",
      "sophia:\n  their_own:   1 # beside ours",
      "environmentVariables:\n  THEIRS:   'x'  # kept",
    ),
    head: fc.constantFrom("", "# Text of the platform team\n", "description: 'for  them'\n", "---\n"),
    imports: fc.constantFrom(
      "",
      "imports:\n  - default/theirs # shared\n  - name:   other/one\n    merge: false\n",
    ),
    lineBreak: fc.constantFrom("\n", "\n", "\r\n"),
    endsInLine: fc.boolean(),
  })
  .map(({ parts, comments, trailings, width, ours, head, imports, lineBreak, endsInLine }) => {
    const all = [...(ours === "" ? [] : [ours]), ...parts];
    const body = all.map((part, index) => `${comments[index]}${part}`).join("\n");
    const values = `values:${trailings[0]}\n${indented(body === "" ? "a: 1" : body, width)}${trailings[1]}\n`;
    const text = `${head}${imports}${values}${comments[13]}`;
    return (endsInLine ? text : text.trimEnd()).replaceAll("\n", lineBreak);
  });

/** Whether the lines of one text stand in another, in their order. */
function isKept(before: string, after: string): boolean {
  const lines = after.split(/\r?\n/);
  let at = 0;
  return before.split(/\r?\n/).every((line) => {
    at = lines.indexOf(line, at) + 1;
    return at > 0;
  });
}

const others = (text: string) => {
  const content = parse(text) as Record<string, unknown>;
  const {
    sophia: _,
    environmentVariables: __,
    pulumiConfig: ___,
    ...values
  } = content.values as object & Record<string, unknown>;
  return { ...content, values };
};

describe("a text that people wrote, when the sync writes into it", function () {
  this.timeout(60_000);

  it("keeps each line of theirs as it is, and each byte of it", () => {
    fc.assert(
      fc.property(peoples, (text) => {
        const once = withValue(withValue(text), OTHER);
        ok(isKept(text, once), `${text}\n=====\n${once}`);
        deepEqual(commentsIn(once), commentsIn(text));
        deepEqual(others(once), others(text));
        equal(once.includes("\r\n"), text.includes("\r\n"));
        equal(withValue(withValue(once), OTHER), once, "a second time changes nothing");
      }),
      { numRuns: 60 },
    );
  });

  it("is the same to the byte once the value that was written is taken away again, but for its own lines", () => {
    fc.assert(
      fc.property(peoples, (text) => {
        const edited = open(withValue(text));
        edited.remove(KEY);
        ok(isKept(text, edited.toString()), `${text}\n=====\n${edited.toString()}`);
      }),
      { numRuns: 60 },
    );
  });

  it("is written by the one place that changed where a value is replaced", () => {
    const text = withValue(
      "# ours\nvalues:\n    sophia:\n        # the key\n        api_key:   old   # by hand\n    x:   1\n",
    );
    equal(
      text,
      '# ours\nvalues:\n    sophia:\n        # the key\n        api_key:\n          fn::secret: "first"   # by hand\n    x:   1\n    environmentVariables:\n      API_KEY: ${sophia.api_key}\n',
    );
  });

  it("is byte for byte the same where nothing of ours changed", () => {
    const odd = "values:   {a:   1,\n  # in braces\n  b: 2}\n\n\n";
    equal(open(odd).toString(), odd);
  });

  it("is refused where a comment would be lost (environment-text-kept), and written once that is moved", () => {
    const lost = "values: {sophia: {api_key: { a: 1, # theirs\n b: 2 } } }\n";
    throws(() => withValue(lost), /a comment or an anchor of people's would be lost/);
    const moved = "# theirs\nvalues: {sophia: {api_key: { a: 1, b: 2 } } }\n";
    deepEqual(commentsIn(withValue(moved)), ["# theirs"]);
    const anchored = "values:\n  sophia:\n    api_key: &key old\n  other: *key\n";
    throws(() => withValue(anchored), /a comment or an anchor of people's would be lost/);
  });
});
