import { deepEqual, doesNotMatch, equal, match, ok, rejects, throws } from "node:assert/strict";
import { inspect } from "node:util";
import type { HttpAnswer, HttpRequest } from "../../src/clients/http";
import { exchangeToken, idTokenEndpoint, requestIdToken } from "../../src/clients/oidc";
import { RemedyError } from "../../src/errors";
import { Secret } from "../../src/secret";

/** An HTTP client that gives one answer, and the requests it got. */
function answering(answer: Partial<HttpAnswer>) {
  const requests: HttpRequest[] = [];
  const http = async (request: HttpRequest): Promise<HttpAnswer> => {
    requests.push(request);
    return { status: 200, headers: {}, text: "", ...answer };
  };
  return { http, requests };
}

const endpoint = { url: "https://runner.example/token?api-version=2.0", token: new Secret("hidden-request") };
const trade = {
  url: "https://pulumi.example",
  organization: "acme",
  team: "app-production-sync",
  idToken: new Secret("hidden-id"),
  expiration: 900,
};
const isQuietRefusal = (reason: RegExp) => (error: RemedyError) => {
  ok(error instanceof RemedyError);
  match(error.message, reason);
  doesNotMatch(inspect(error, { depth: 9, showHidden: true }), /hidden/);
  return true;
};

describe("asking GitHub for the job's id token", () => {
  it("names the audience and shows the runner's own token", async () => {
    const { http, requests } = answering({ text: '{"value":"id.token"}' });
    const token = await requestIdToken(endpoint, "urn:pulumi:org:acme", http);
    equal(token.unwrap(), "id.token");
    equal(requests[0]?.url, `${endpoint.url}&audience=urn%3Apulumi%3Aorg%3Aacme`);
    equal(requests[0]?.headers?.authorization, "bearer hidden-request");
  });

  it("says which permission is missing when there is none, and shows no token", async () => {
    for (const answer of [
      { status: 401, text: '{"value":"hidden"}' },
      { text: "{}" },
      { text: '{"value":""}' },
      { text: '{"value":"hidden' },
      { text: '"hidden"' },
      { text: "null" },
    ]) {
      const asked = requestIdToken(endpoint, "a", answering(answer).http);
      await rejects(asked, isQuietRefusal(/id-token: write/), JSON.stringify(answer));
    }
  });
});

describe("the endpoint of the job's id token", () => {
  it("is what GitHub sets in a job that may ask", () => {
    const opened = idTokenEndpoint({
      ACTIONS_ID_TOKEN_REQUEST_URL: "u",
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: "t",
    });
    deepEqual([opened.url, opened.token.unwrap()], ["u", "t"]);
  });

  it("is closed where one of the two is missing", () => {
    const halves = [{}, { ACTIONS_ID_TOKEN_REQUEST_URL: "u" }, { ACTIONS_ID_TOKEN_REQUEST_TOKEN: "hidden" }];
    for (const environment of halves)
      throws(() => idTokenEndpoint(environment), isQuietRefusal(/id-token: write/));
  });
});

describe("trading an id token", () => {
  it("asks for a token of one team that lives as long as the job needs", async () => {
    const { http, requests } = answering({ text: '{"access_token":"pul-short"}' });
    equal((await exchangeToken(trade, http)).unwrap(), "pul-short");
    const [request] = requests;
    deepEqual([request?.method, request?.url], ["POST", "https://pulumi.example/api/oauth/token"]);
    deepEqual(JSON.parse(request?.body ?? ""), {
      audience: "urn:pulumi:org:acme",
      grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
      subject_token_type: "urn:ietf:params:oauth:token-type:id_token",
      requested_token_type: "urn:pulumi:token-type:access_token:team",
      subject_token: "hidden-id",
      scope: "team:app-production-sync",
      expiration: 900,
    });
  });

  it("asks for an administrator's token of the organization, and says so when that is refused", async () => {
    const { team: _, ...rest } = trade;
    const { http, requests } = answering({ text: '{"access_token":"pul-short"}' });
    await exchangeToken({ ...rest, admin: true }, http);
    const { requested_token_type: type, scope } = JSON.parse(requests[0]?.body ?? "");
    deepEqual([type, scope], ["urn:pulumi:token-type:access_token:organization", "admin"]);
    const refused = exchangeToken({ ...rest, admin: true }, answering({ status: 400, text: "{}" }).http);
    await rejects(refused, isQuietRefusal(/trust in this job \(administrator of acme\)/));
  });

  it("says what does not fit when Pulumi Cloud refuses, and shows no token", async () => {
    const said = JSON.stringify({ error: "invalid_grant", error_description: "no policy matches" });
    await rejects(
      exchangeToken(trade, answering({ status: 400, text: said }).http),
      isQuietRefusal(
        /team app-production-sync of acme\): it answered 400, no policy matches; the job's claims: not told\. Remedy: .*issuer's policies/,
      ),
    );
  });

  it("refuses an answer without a token", async () => {
    for (const answer of [
      { text: "{}" },
      { text: '{"access_token":""}' },
      { text: '{"access_token":"hidden' },
      { text: "null" },
      { status: 500, text: '{"access_token":"hidden"}' },
    ])
      await rejects(exchangeToken(trade, answering(answer).http), isQuietRefusal(/it answered /));
  });
});
