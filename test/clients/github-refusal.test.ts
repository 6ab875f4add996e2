import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { inspect } from "node:util";
import fc from "fast-check";
import { NotShownError, refusal } from "../../src/clients/github-refusal";
import type { HttpAnswer } from "../../src/clients/http";
import { Secret } from "../../src/secret";

const ASKED = { thing: "organization acme", kind: "organization" } as const;
const TOKEN = new Secret("ghp_canary0123456789");

function problemOf(answer: Partial<HttpAnswer> & { message?: unknown }, asked: object = ASKED) {
  const { status = 403, headers = {}, message } = answer;
  const text = answer.text ?? JSON.stringify({ message, documentation_url: "https://docs.github.com" });
  return refusal(asked as typeof ASKED, { status, headers, text }, TOKEN).problem;
}

/** GitHub's own words, as people published them, with the code they get and what the remedy must name. */
const PUBLISHED: readonly (readonly [code: string, message: string, remedy: RegExp, status?: number])[] = [
  [
    "github-sso-required",
    "Resource protected by organization SAML enforcement. You must grant your Personal Access token access to this organization.",
    /Configure SSO/,
  ],
  [
    "github-ip-not-allowed",
    "Although you appear to have the correct authorization credentials, the `acme` organization has an IP allow list enabled, and your IP address is not permitted to access this resource.",
    /an address that is on the list/,
  ],
  [
    "github-ip-not-allowed",
    "Although you appear to have the correct authorization credentials, the `acme` organization has an IP allow list enabled, and 34.210.66.22 is not permitted to access this resource.",
    /an address that is on the list/,
  ],
  [
    "github-token-kind-forbidden",
    "`acme` forbids access via a personal access token (classic). Please use a GitHub App, OAuth App, or a personal access token with fine-grained permissions.",
    /fine-grained token of this organization/,
  ],
  [
    "github-token-kind-forbidden",
    "`acme` forbids access via a fine-grained personal access token. Please use a GitHub App or OAuth App.",
    /GitHub App's token/,
  ],
  [
    "github-token-lifetime",
    "The 'acme' organization forbids access via a fine-grained personal access tokens if the token's lifetime is greater than 366 days. Please adjust your token's lifetime at the following URL: https://github.com/settings/personal-access-tokens/12885303",
    /earlier end/,
  ],
  [
    "github-app-restricted",
    "Although you appear to have the correct authorization credentials, the `acme` organization has enabled OAuth App access restrictions, meaning that data access to third-parties is limited.",
    /approve the application/,
  ],
  ["github-suspended", "This installation has been suspended", /unsuspend/],
  ["github-suspended", "Sorry. Your account was suspended.", /unsuspend/],
  ["github-repository-archived", "Repository was archived so is read-only.", /gh repo unarchive/],
  ["github-actions-disabled", "Actions has been disabled for this repository.", /settings, Actions/, 422],
  ["github-actions-disabled", "Actions has been disabled for this user.", /settings, Actions/, 422],
  [
    "github-actions-disabled",
    "Cannot trigger a 'workflow_dispatch' on a disabled workflow",
    /gh workflow enable/,
    422,
  ],
  [
    "github-plan-lacks-feature",
    "Upgrade to GitHub Pro or make this repository public to enable this feature.",
    /change the plan/,
  ],
  [
    "github-plan-lacks-feature",
    "Failed to create the environment protection rule. Please ensure the billing plan supports the required reviewers protection rule.",
    /change the plan/,
    422,
  ],
  ["github-policy-forbids", "Self-hosted runners are disabled by your enterprise.", /who set the policy/],
];

describe("GitHub's refusals", () => {
  for (const [code, message, remedy, status = 403] of PUBLISHED)
    it(`quotes "${message.slice(0, 50)}..." and says what helps`, () => {
      const problem = problemOf({ status, message });
      equal(problem.code, code);
      equal(problem.cause, `GitHub refuses it (${status}): ${message.replace(/\.$/, "")}`);
      match(problem.remedy, remedy);
      doesNotMatch(problem.remedy, /scope admin:org/);
    });

  it("give the link that GitHub sends for single sign-on, and nothing else in its place", () => {
    const url = "https://github.com/orgs/acme/sso?authorization_request=AABPPMVAZOW4";
    const sso = (header: string) => problemOf({ message: "x", headers: { "x-github-sso": header } });
    equal(sso(`required; url=${url}`).code, "github-sso-required");
    ok(sso(`required; url=${url}`).remedy.includes(`open ${url};`));
    for (const header of ["required; url=javascript:alert(1)", "required; url=https://a b", "required"])
      match(sso(header).remedy, /Configure SSO \(https:\/\/github\.com\/settings\/tokens\)/);
    equal(sso("partial-results; organizations=1").code, "github-permission-denied");
  });

  it("say how long a limit lasts, and which it is", () => {
    const limits = (headers: Record<string, string>, message = "", status = 403) => {
      const { code, cause, remedy } = problemOf({ status, headers, message });
      equal(code, "github-rate-limited");
      return [cause, remedy];
    };
    const primary = {
      "x-ratelimit-limit": "5000",
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": "1785582000",
    };
    deepEqual(limits(primary, "API rate limit exceeded for user ID 1."), [
      "GitHub's rate limit is used up (5000 requests an hour)",
      "run again after 2026-08-01T11:00:00.000Z",
    ]);
    const secondary =
      "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
    deepEqual(limits({ "retry-after": "37" }, secondary), [
      "GitHub's secondary rate limit, on requests in a short time, is used up",
      "run again in 37 s",
    ]);
    match(limits({ "x-ratelimit-remaining": "4882" }, secondary)[1] ?? "", /^run again in a minute/);
    equal(limits({}, "", 429)[1], "run again later");
  });

  it("name a repository that was renamed by the number it has for good", () => {
    const headers = { location: "https://api.github.com/repositories/1296269/actions/secrets" };
    for (const status of [301, 302, 307, 308]) {
      const problem = problemOf({ status, headers, message: "Moved Permanently" });
      equal(problem.code, "github-moved");
      ok(problem.remedy.endsWith("gh api repositories/1296269 --jq .full_name prints it"));
    }
    doesNotMatch(problemOf({ status: 301, headers: { location: "https://evil/$(x)" } }).remedy, /evil/);
  });

  it("ask for the scope that is missing, and not for one that the token has", () => {
    const rights = (headers: Record<string, string>, status = 403) =>
      problemOf({ status, headers, message: "Must have admin rights to Repository." }).remedy;
    const accepted = { "x-accepted-oauth-scopes": "admin:org" };
    match(
      rights({ ...accepted, "x-oauth-scopes": "repo" }),
      /^give the token the scope admin:org \(it has repo\): gh auth refresh -s admin:org /,
    );
    match(rights({ ...accepted, "x-oauth-scopes": "" }), /\(it has none\)/);
    match(
      rights({ ...accepted, "x-oauth-scopes": "admin:org, repo" }),
      /^the token has the scope for it, and its account may not/,
    );
    match(
      rights({ ...accepted, "x-oauth-scopes": "admin:org" }, 404),
      /check its name; the token has the scope/,
    );
    match(
      rights({ "x-accepted-github-permissions": "organization_secrets=write" }),
      /^give the token the permission organization_secrets=write; a new or changed token may also wait/,
    );
    match(
      rights({}),
      /^give the token the scope admin:org \(classic\) or the organization permission Secrets/,
    );
  });

  it("quote one line of what GitHub says, cut, and never a token", () => {
    const { cause } = problemOf({ message: `Denied\u001b[31m\n${"x".repeat(400)} ${TOKEN.unwrap()}` });
    ok(cause.length < 400 && !/\p{Cc}/u.test(cause) && cause.endsWith("..."));
    equal(
      problemOf({ message: `no ${TOKEN.unwrap()} and github_pat_11ABCDEFG0123456789` }).cause,
      "the token may not do this: no [hidden] and [hidden]",
    );
    for (const text of ["", "{", "null", "[]", "<html>", '{"message":7}'])
      equal(problemOf({ text }).cause, "the token may not do this");
  });

  it("hold for any answer, without its token", () => {
    const header = fc.option(fc.string(), { nil: undefined });
    const names = [
      "x-github-sso",
      "retry-after",
      "x-ratelimit-remaining",
      "x-ratelimit-reset",
      "x-oauth-scopes",
      "location",
    ];
    const headers = fc
      .tuple(...names.map(() => header))
      .map((all) => Object.fromEntries(names.map((name, at) => [name, all[at]])));
    fc.assert(
      fc.property(
        fc.integer({ min: 300, max: 599 }),
        headers,
        fc.string({ unit: "binary" }),
        (status, given, said) => {
          const error = refusal(
            ASKED,
            { status, headers: given, text: JSON.stringify({ message: `${said} ${TOKEN.unwrap()}` }) },
            TOKEN,
          );
          doesNotMatch(inspect(error, { depth: 9 }), /canary/);
          ok(!/\p{Cc}/u.test(error.problem.cause + error.problem.remedy));
          ok(error.problem.remedy.length > 0);
          if (status === 404 && given["x-github-sso"] === undefined) ok(error instanceof NotShownError);
        },
      ),
    );
  });
});
