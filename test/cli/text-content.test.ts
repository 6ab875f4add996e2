import { deepEqual, doesNotMatch } from "node:assert/strict";
import * as fc from "fast-check";
import { stringify } from "yaml";
import { foreignContent, type OwnParts } from "../../src/operations/observation/text-content";

const OWN: OwnParts = {
  hasImport: (path) => path === "default/app-production-keys",
  hasPlace: (place) => place === "app" || place.startsWith("app."),
};

const LOGINS = `
imports:
  - default/app-production-keys@stable
  - default/shared
values:
  app:
    key: {fn::secret: canary}
  aws:
    login:
      fn::open::aws-login: {oidc: {roleArn: canary}}
  database:
    fn::rotate::postgres: {inputs: {}}
  vault: &login
    fn::open::vault-login: {address: canary}
  environmentVariables:
    THEIRS: canary # a comment with canary
`;

describe("what stands in an ESC text that is not this program's", () => {
  it("is named by imports, functions, places, comments and anchors, and never shown", () => {
    const told = foreignContent(LOGINS, OWN);
    deepEqual(told, [
      "imports default/shared",
      "fn::open::aws-login, fn::open::vault-login, fn::rotate::postgres",
      "values at aws.login, database, environmentVariables.THEIRS, vault",
      "1 comment",
      "anchors",
    ]);
    doesNotMatch(told.join(), /canary/);
  });

  it("is nothing where all of it is the program's, or it is empty", () => {
    for (const text of [
      "",
      "values: {}\n",
      "imports: [default/app-production-keys]\nvalues: {app: {a: 1}}\n",
      "null\n",
    ])
      deepEqual(foreignContent(text, OWN), [], text);
  });

  it("is told of texts that are no YAML or no mapping", () => {
    for (const text of ["a: [", "- 1\n", "text\n"]) deepEqual(foreignContent(text, OWN).length, 1, text);
  });

  it("shows no value, whatever stands there", () => {
    const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 3 },
        fc.constant("canary"),
        fc.array(tie("node"), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom("a", "b", "fn::secret", "fn::concat"), tie("node"), { maxKeys: 3 }),
      ),
    })).node;
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom("app", "x", "files"), value), (values) => {
        doesNotMatch(foreignContent(stringify({ values }), OWN).join(), /canary/);
      }),
    );
  });
});
