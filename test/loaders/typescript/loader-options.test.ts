import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { RemedyError } from "../../../src/errors";
import { type LoaderOptions, resolveOptions } from "../../../src/loaders/typescript/loader-options";
import { Secret } from "../../../src/secret";

const KNOWN = { environments: ["staging", "production"] as const, organization: "acme" };
const VARIABLES = { SOPHIA_ENVIRONMENT: "staging", PULUMI_ACCESS_TOKEN: "pul-abc" };
type Options = LoaderOptions<"staging" | "production">;

const resolve = (options: Options = {}, variables: Record<string, string | undefined> = VARIABLES) =>
  resolveOptions<"staging" | "production">(options, variables, KNOWN);
const refusal = (options: Options, variables: Record<string, string | undefined>): RemedyError => {
  try {
    resolve(options, variables);
  } catch (error) {
    if (error instanceof RemedyError) return error;
  }
  throw new Error("nothing was refused");
};

describe("the loader's options", () => {
  it("come from the environment variables where the caller says nothing", () => {
    const { token, ...rest } = resolve();
    deepEqual(rest, { environment: "staging", organization: "acme", url: "https://api.pulumi.com" });
    equal(token.unwrap(), "pul-abc");
    const own = { ...VARIABLES, PULUMI_ORG: "other", PULUMI_BACKEND_URL: "http://127.0.0.1:4711/" };
    const { organization, url } = resolve({}, own);
    deepEqual({ organization, url }, { organization: "other", url: "http://127.0.0.1:4711" });
  });

  it("go before the environment variables", () => {
    const options = { environment: "production", organization: "mine", url: "https://p.example" } as const;
    const target = resolve({ ...options, token: new Secret("t") }, { ...VARIABLES, PULUMI_ORG: "other" });
    deepEqual({ ...target, token: target.token.unwrap() }, { ...options, token: "t" });
  });

  it("take empty variables for absent ones", () => {
    const { organization, url } = resolve({}, { ...VARIABLES, PULUMI_ORG: "", PULUMI_BACKEND_URL: "" });
    deepEqual({ organization, url }, { organization: "acme", url: "https://api.pulumi.com" });
  });

  it("never guess an environment", () => {
    for (const wanted of [undefined, ""]) {
      const error = refusal({}, { ...VARIABLES, SOPHIA_ENVIRONMENT: wanted });
      match(error.message, /SOPHIA_ENVIRONMENT: neither .* set one of staging, production/);
    }
    const error = refusal({}, { ...VARIABLES, SOPHIA_ENVIRONMENT: "prod" });
    match(error.message, /prod is no environment of the catalog/);
  });

  it("refuse a missing token, and one with a line end, without showing it", () => {
    match(refusal({}, { ...VARIABLES, PULUMI_ACCESS_TOKEN: "" }).message, /neither it nor the option token/);
    for (const token of ["pul-hidden\n", " pul-hidden", "pul hidden", "pul-hidden\u00e9"]) {
      const error = refusal({}, { ...VARIABLES, PULUMI_ACCESS_TOKEN: token });
      match(error.message, /PULUMI_ACCESS_TOKEN/);
      doesNotMatch(error.message, /hidden/);
    }
  });

  it("refuse an address that is a state file's, has a path, holds credentials or is http, without quoting it", () => {
    for (const url of [
      "http://hidden.example",
      "file:///tmp/state",
      "s3://bucket?token=hidden",
      "https://u:hidden@p.example",
      "https://p.example/hidden",
      "https://p.example?hidden=1",
      "localhost",
    ]) {
      const error = refusal({}, { ...VARIABLES, PULUMI_BACKEND_URL: url });
      match(error.message, /^PULUMI_BACKEND_URL: /, url);
      doesNotMatch(error.message, /hidden/);
    }
  });
});
