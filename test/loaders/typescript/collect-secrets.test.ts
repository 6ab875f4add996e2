import { deepEqual, doesNotMatch, equal, match, ok, throws } from "node:assert/strict";
import { inspect } from "node:util";
import fc from "fast-check";
import { SENTINEL } from "../../../src/catalog/layout";
import { RemedyError } from "../../../src/errors";
import { MissingSecretsError } from "../../../src/loaders/typescript/collect-secrets";
import { escDocument } from "./esc-document";
import { loadedWith } from "./loaded-with";
import { small, VALUES } from "./small-catalog";

const production = (app: object) => loadedWith(small, "production", escDocument({ app }));
const refusal = (collect: () => unknown): MissingSecretsError => {
  try {
    collect();
  } catch (error) {
    if (error instanceof MissingSecretsError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
};

describe("collecting an application's secrets", () => {
  it("reads each secret at its path and hands it out under every app key", () => {
    const secrets = production(VALUES);
    equal(secrets.plain_key.unwrap(), "plain-value");
    equal(secrets.nested_key.unwrap(), "nested-value");
    for (const key of ["own_name", "old_name", "older_name"] as const)
      equal(secrets[key].unwrap(), "renamed-value");
    equal(secrets.optional_key, undefined);
  });

  it("knows nothing of the pipeline's own credentials, even when ESC holds them", () => {
    const secrets = production({ ...VALUES, pipeline_key: "pul-1" });
    ok(!("pipeline_key" in secrets));
    deepEqual(Object.keys(secrets).sort(), [
      "default_key",
      "nested_key",
      "old_name",
      "older_name",
      "optional_key",
      "own_name",
      "plain_key",
      "production_key",
    ]);
  });

  it("names every missing secret in one error, with its name in GitHub and the remedy", () => {
    const error = refusal(() => production({ own_name: "renamed-value", infrastructure: {} }));
    deepEqual(error.keys, ["default_key", "nested_key", "plain_key", "production_key"]);
    for (const name of ["DEFAULT_KEY", "NESTED_KEY", "PLAIN_KEY", "PRODUCTION_KEY"])
      ok(error.message.includes(`(${name})`), name);
    match(error.message, /^default\/app-production: 4 secrets could not be loaded/);
    match(error.problem.remedy, /set each in GitHub/);
    doesNotMatch(error.message, /renamed-value|OPTIONAL_KEY/);
  });

  for (const [what, value, reason] of [
    ["null", null, "is not there"],
    ["empty text", "", "is empty"],
    ["the placeholder", SENTINEL, "is a placeholder"],
  ] as const) {
    it(`takes ${what} for no value`, () => {
      const error = refusal(() => production({ ...VALUES, plain_key: value }));
      ok(error.problem.cause.includes(`plain_key (PLAIN_KEY) ${reason}`), error.problem.cause);
      equal(production({ ...VALUES, optional_key: value }).optional_key, undefined);
    });
  }

  it("takes a value ESC does not know yet for none", () => {
    const document = escDocument({ app: VALUES }) as {
      properties: { app: { value: { plain_key: object } } };
    };
    document.properties.app.value.plain_key = { value: "x", unknown: true };
    const error = refusal(() => loadedWith(small, "production", document));
    deepEqual(error.keys, ["plain_key"]);
  });

  it("refuses what is not text, required or not, without quoting it", () => {
    const error = refusal(() =>
      production({ ...VALUES, plain_key: ["hidden"], optional_key: { a: "hidden" }, own_name: 4711 }),
    );
    match(error.problem.cause, /plain_key \(PLAIN_KEY\) is a list at plain_key, not text/);
    match(error.problem.cause, /optional_key \(OPTIONAL_KEY\) is a mapping/);
    match(error.problem.cause, /own_name \(RENAMED_KEY\) is a number/);
    doesNotMatch(error.message, /hidden|4711/);
  });

  it("requires a secret only in the environments that have it", () => {
    const { production_key: _, ...others } = VALUES;
    const staging = loadedWith(small, "staging", escDocument({ app: others }));
    equal(staging.production_key, undefined);
    deepEqual(refusal(() => production(others)).keys, ["production_key"]);
  });

  it("reads a foreign document as one without values, whatever its shape", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (document) => {
        equal(refusal(() => loadedWith(small, "production", document)).keys.length, 5);
      }),
    );
    for (const properties of ["app", null, { app: null }, { app: { value: "text" } }, { app: [] }])
      equal(refusal(() => loadedWith(small, "production", { properties })).keys.length, 5);
  });

  it("gives every text back as it stands", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: "binary" }), (text) => {
        equal(production({ ...VALUES, plain_key: text }).plain_key.unwrap(), text);
      }),
    );
  });

  it("shows no value when it is printed, logged or turned into JSON", () => {
    const secrets = production(VALUES);
    for (const text of [
      inspect(secrets, { depth: 9, showHidden: true }),
      JSON.stringify(secrets),
      `${secrets.plain_key}`,
      inspect({ ...secrets }, { depth: 9, showHidden: true }),
      String(Object.values(secrets)),
    ]) {
      doesNotMatch(text, /-value/);
      match(text, /\[secret\]/);
    }
  });

  it("cannot be changed afterwards", () => {
    const secrets = production(VALUES) as unknown as Record<string, unknown>;
    throws(() => {
      secrets.plain_key = "other";
    }, TypeError);
  });

  it("looks a key up that is only known at run time", () => {
    const secrets = production(VALUES);
    equal(secrets.get("older_name").unwrap(), "renamed-value");
    equal(secrets.get("optional_key"), undefined);
  });

  it("answers a wrong property with the nearest names at run time too, and lets await and assertions look", async () => {
    const secrets = production(VALUES) as unknown as Record<string, unknown>;
    throws(
      () => secrets.plian_key,
      /app key plian_key: the catalog has no such key\. Remedy: use plain_key /,
    );
    equal(await secrets, secrets);
    for (const looked of ["then", "toJSON", "nodeType", "length"]) equal(secrets[looked], undefined);
    equal(inspect(secrets).includes("plain_key"), true);
  });

  it("answers a wrong key with the nearest names", () => {
    const get = production(VALUES).get as (key: string) => unknown;
    throws(
      () => get("plian_key"),
      (error: RemedyError) =>
        error instanceof RemedyError &&
        /^app key plian_key: .* use plain_key \(PLAIN_KEY\), /.test(error.message),
    );
    for (const key of ["toString", "__proto__", "constructor", "get", ""])
      throws(() => get(key), RemedyError);
  });
});
