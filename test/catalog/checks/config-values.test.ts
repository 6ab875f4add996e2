import assert from "node:assert/strict";
import { checkConfigValues, checkEncrypted } from "../../../src/catalog/checks/check-config-values";
import { SENTINEL } from "../../../src/catalog/layout";
import type { Problem } from "../../../src/errors";
import { catalogWith, problemsOf } from "../catalog-with";

const CANARY = "canary-of-a-value";
const SECRETS = catalogWith(
  { name: "WAREHOUSE", value: "config" },
  { name: "URL", value: "config", format: "https-url" },
  { name: "KEY" },
);
const GOOD = { WAREHOUSE: "LOADING", URL: "https://example.org" };
const lines = (problems: readonly Problem[]) =>
  problems.map(({ subject: thing, cause }) => `${thing}: ${cause}`);
const check = (values: object, owned = true) =>
  lines(checkConfigValues(SECRETS.entries, values as Record<string, unknown>, () => owned));

describe("values from config", () => {
  it("are fine when each is there and fits", () => {
    assert.deepEqual(check(GOOD), []);
  });

  it("are each needed, by the stack that owns their slots alone", () => {
    assert.deepEqual(check({ URL: GOOD.URL }), [
      "config values.WAREHOUSE: the value of WAREHOUSE is missing",
    ]);
    assert.deepEqual(check({}, false), []);
    assert.deepEqual(check(Object.create({ WAREHOUSE: "x" })).length, 2);
  });

  it("are refused when no sync could carry them, and never quoted", () => {
    for (const [value, cause] of [
      ["", "is empty"],
      [" \n", "is only white space"],
      [SENTINEL, "is the placeholder"],
      [`${CANARY}\0`, "holds a NUL byte"],
      [`${CANARY}\ud800`, "is not well-formed Unicode"],
      ["x".repeat(49_153), "has 49153 bytes"],
      [12, "is not text"],
      [{ a: CANARY }, "is not text"],
    ] as const) {
      const [line = "", ...others] = check({ ...GOOD, WAREHOUSE: value });
      assert.deepEqual(others, []);
      assert.ok(line.includes(cause), `${cause}: ${line}`);
      assert.ok(!line.includes(CANARY));
    }
    assert.deepEqual(check({ ...GOOD, WAREHOUSE: "x".repeat(49_152) }), []);
    assert.match(
      check({ ...GOOD, URL: "http://example.org" })[0] ?? "",
      /^config values.URL: the value of URL must be/,
    );
  });

  it("are refused where no entry takes them", () => {
    assert.deepEqual(check({ ...GOOD, KEY: CANARY }), [
      'config values.KEY: no entry of that name has value: "config"',
    ]);
  });

  it("have one origin: config, or a default, and no unknown one", () => {
    assert.deepEqual(problemsOf({ name: "A", value: "config", default: "x", credential: false }), [
      "A: has both a default and a value in config",
    ]);
    assert.deepEqual(problemsOf({ name: "A", value: "vault" }), ["A: names an unknown origin of its value"]);
  });
});

describe("secret config in a stack's file", () => {
  const secure = { secure: "v1:abc" };

  it("is fine encrypted, one by one or as a whole, and absent", () => {
    for (const file of [
      {},
      { values: { A: secure, B: secure } },
      { values: secure },
      { dockerPassword: secure },
    ]) {
      assert.deepEqual(checkEncrypted(file), []);
    }
  });

  it("is refused in plain text, by its name and never its value", () => {
    const found = checkEncrypted({ values: { A: secure, B: CANARY, C: 5 }, dockerPassword: CANARY });
    assert.deepEqual(
      found.map((problem) => problem.subject),
      ["config values.B", "config values.C", "config dockerPassword"],
    );
    assert.ok(!JSON.stringify(found).includes(CANARY));
    assert.deepEqual(
      checkEncrypted({ values: CANARY }).map((problem) => problem.subject),
      ["config values"],
    );
    // Something that only looks encrypted.
    assert.equal(checkEncrypted({ dockerPassword: { secure: "v1:abc", also: CANARY } }).length, 1);
  });
});
