import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { inspect } from "node:util";
import { createPulumiCall, UnavailableError } from "../../src/clients/pulumi-call";
import type { FoundToken } from "../../src/clients/pulumi-login";
import { RemedyError, TokenError } from "../../src/errors";
import { Secret } from "../../src/secret";

const TOKEN = "pul-canary0123456789";
const MEMBERS = "/api/orgs/acme/members";
const ENVIRONMENT = "/api/esc/environments/acme/p/e";

interface Answer {
  status: number;
  message?: string;
  headers?: Record<string, string>;
}

async function refused(
  { status, message, headers = {} }: Answer,
  {
    path = MEMBERS,
    url = "https://api.pulumi.com",
    body = undefined as string | undefined,
    tokenName = undefined as FoundToken["name"] | undefined,
  } = {},
): Promise<RemedyError> {
  const text = JSON.stringify({ code: status, message });
  const call = createPulumiCall({
    url,
    organization: "acme",
    token: new Secret(TOKEN),
    ...(tokenName === undefined ? {} : { tokenName }),
    http: async () => ({ status, headers, text }),
  });
  const request = body === undefined ? undefined : ({ method: "PATCH", body } as const);
  const error: unknown = await call("members of acme", path, request).catch((thrown: unknown) => thrown);
  ok(error instanceof RemedyError);
  doesNotMatch(inspect(error, { depth: 9, showHidden: true }), /canary/);
  return error;
}

describe("Pulumi Cloud's refusals", () => {
  it("name PULUMI_ACCESS_TOKEN where its token is not known", async () => {
    const error = await refused(
      { status: 401, message: "Unauthorized: No credentials provided or are invalid." },
      { tokenName: "PULUMI_ACCESS_TOKEN" },
    );
    ok(error instanceof TokenError);
    deepEqual(error.problem, {
      code: "pulumi-token-invalid",
      subject: "PULUMI_ACCESS_TOKEN",
      cause: "its token is unknown, revoked or expired: Unauthorized: No credentials provided or are invalid",
      remedy: "set a valid one, or use what pulumi login keeps: unset PULUMI_ACCESS_TOKEN",
    });
  });

  it("name pulumi login where what it keeps has expired, and for which address", async () => {
    const { problem } = await refused({ status: 401 }, { tokenName: "pulumi login" });
    deepEqual(
      [problem.subject, problem.cause, problem.remedy],
      [
        "pulumi login",
        "the token that it keeps for https://api.pulumi.com is unknown, revoked or expired",
        "pulumi login https://api.pulumi.com",
      ],
    );
  });

  it("give the page for a new login by single sign-on", async () => {
    const message = "SAML SSO reauthorization is required.";
    const error = await refused({ status: 401, message }, { tokenName: "PULUMI_ACCESS_TOKEN" });
    equal(error.problem.code, "pulumi-sso-required");
    equal(error.problem.remedy, "open https://app.pulumi.com/signin/sso/acme/reauth, then run this again");
    const own = await refused({ status: 401, message }, { url: "https://pulumi.acme.example" });
    match(own.problem.remedy, /^open Pulumi Cloud's console/);
  });

  it("tell an edition without a feature and an ended trial from missing rights", async () => {
    for (const [status, message] of [
      [402, "Payment Required"],
      [403, "Your organization's trial has expired."],
      [403, "This feature requires the Enterprise edition. Upgrade to use it."],
    ] as const) {
      const { problem } = await refused({ status, message });
      equal(problem.code, "pulumi-plan-lacks-feature");
      ok(problem.cause.endsWith(`(${status}): ${message.replace(/\.$/, "")}`));
      match(problem.remedy, /billing/);
    }
  });

  it("quote why a token may not", async () => {
    const { problem } = await refused({
      status: 403,
      message: "Forbidden: only organization admins can list teams",
    });
    equal(problem.code, "pulumi-permission-denied");
    equal(problem.cause, "the token may not do this: Forbidden: only organization admins can list teams");
  });

  it("say when a limit ends", async () => {
    const error = await refused({
      status: 429,
      message: "Rate limit exceeded",
      headers: { "retry-after": "37" },
    });
    ok(error instanceof UnavailableError);
    deepEqual(
      [error.problem.cause, error.problem.remedy],
      ["the service answered 429: Rate limit exceeded", "run again in 37 s"],
    );
  });

  it("quote nothing of an answer about an environment, whose text has values, and know its reason all the same", async () => {
    for (const status of [400, 401, 402, 403, 404, 409, 413, 422, 429, 500])
      for (const body of [undefined, "values: canary"])
        await refused({ status, message: "no canary" }, { path: ENVIRONMENT, body });
    const { problem } = await refused(
      { status: 403, message: "the trial of canary has ended" },
      { path: ENVIRONMENT },
    );
    deepEqual(
      [problem.code, problem.cause],
      ["pulumi-plan-lacks-feature", "the organization's edition does not allow it (403)"],
    );
  });

  it("never quote the token", async () => {
    match((await refused({ status: 403, message: `no ${TOKEN}` })).problem.cause, /no \[hidden\]$/);
    for (const status of [400, 404, 409, 500]) await refused({ status, message: "no canary" });
  });
});
