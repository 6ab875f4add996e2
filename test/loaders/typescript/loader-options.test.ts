import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { resolveCatalog } from "../../../src/catalog/entry";
import { RemedyError } from "../../../src/errors";
import { loaderSpec } from "../../../src/loaders/generator/spec-of-catalog";
import { decideOptions, type LoaderOptions } from "../../../src/loaders/typescript/loader-options";
import { Secret } from "../../../src/secret";
import { SETTINGS } from "./loaded-with";
import { small } from "./small-catalog";

const SPEC = loaderSpec(resolveCatalog(small), { ...SETTINGS, appRoot: "sophia" });
const VARIABLES = { SOPHIA_ENVIRONMENT: "staging", PULUMI_ACCESS_TOKEN: "pul-abc", HOME: "/nonexistent" };
type Variables = Record<string, string | undefined>;

const resolve = async (options: LoaderOptions = {}, variables: Variables = VARIABLES) => {
  const { environment, organization, url, source, http } = decideOptions({ ...options, variables }, SPEC);
  const token = await source.token({ url, organization, team: "", variables, http: http() });
  return { environment, organization, url, token: token.unwrap() };
};
const refusal = async (options: LoaderOptions, variables: Variables): Promise<RemedyError> => {
  try {
    await resolve(options, variables);
  } catch (error) {
    if (error instanceof RemedyError) return error;
  }
  throw new Error("nothing was refused");
};

describe("the loader's options", () => {
  it("come from the environment variables where the caller says nothing", async () => {
    const { token, ...rest } = await resolve();
    deepEqual(rest, { environment: "staging", organization: "acme", url: "https://api.pulumi.com" });
    equal(token, "pul-abc");
    const own = { ...VARIABLES, PULUMI_ORG: "other", PULUMI_BACKEND_URL: "http://127.0.0.1:4711/" };
    const { organization, url } = await resolve({}, own);
    deepEqual({ organization, url }, { organization: "other", url: "http://127.0.0.1:4711" });
  });

  it("go before the environment variables", async () => {
    const options = { environment: "production", organization: "mine", url: "https://p.example" } as const;
    const target = await resolve(
      { ...options, token: new Secret("t") },
      { ...VARIABLES, PULUMI_ORG: "other" },
    );
    deepEqual(target, { ...options, token: "t" });
  });

  it("take empty variables for absent ones", async () => {
    const { organization, url } = await resolve({}, { ...VARIABLES, PULUMI_ORG: "", PULUMI_BACKEND_URL: "" });
    deepEqual({ organization, url }, { organization: "acme", url: "https://api.pulumi.com" });
  });

  it("never guess an environment", async () => {
    for (const wanted of [undefined, ""]) {
      const error = await refusal({}, { ...VARIABLES, SOPHIA_ENVIRONMENT: wanted });
      match(error.message, /SOPHIA_ENVIRONMENT: neither .* set one of production, staging/);
    }
    const error = await refusal({}, { ...VARIABLES, SOPHIA_ENVIRONMENT: "prod" });
    match(error.message, /prod is not an environment here/);
  });

  it("refuse a missing token, and one that no header can hold, without showing it", async () => {
    match(
      (await refusal({}, { ...VARIABLES, PULUMI_ACCESS_TOKEN: "" })).message,
      /neither it nor the option token/,
    );
    for (const token of ["pul hidden", "pul-hidden\u00e9", "pul-\u0000hidden"]) {
      const error = await refusal({}, { ...VARIABLES, PULUMI_ACCESS_TOKEN: token });
      match(error.message, /PULUMI_ACCESS_TOKEN/);
      doesNotMatch(error.message, /hidden/);
    }
  });

  it("refuse an address that is a state file's, has a path, holds credentials or is http, without quoting it", async () => {
    for (const url of [
      "http://hidden.example",
      "file:///tmp/state",
      "s3://bucket?token=hidden",
      "https://u:hidden@p.example",
      "https://p.example/hidden",
      "https://p.example?hidden=1",
      "localhost",
    ]) {
      const error = await refusal({}, { ...VARIABLES, PULUMI_BACKEND_URL: url });
      match(error.message, /^PULUMI_BACKEND_URL: /, url);
      doesNotMatch(error.message, /hidden/);
    }
  });
});
