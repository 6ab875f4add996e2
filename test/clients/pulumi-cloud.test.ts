import { deepEqual, doesNotMatch, equal, match, ok, rejects } from "node:assert/strict";
import { inspect } from "node:util";
import { type HttpAnswer, type HttpRequest, NoAnswerError } from "../../src/clients/http";
import { ConflictError, UnavailableError } from "../../src/clients/pulumi-call";
import { createPulumiCloud } from "../../src/clients/pulumi-cloud";
import { RemedyError } from "../../src/errors";
import { Secret } from "../../src/secret";

const BASE = "https://pulumi.example/api/esc/environments/acme";
const HELD = { date: "Sat, 01 Aug 2026 10:00:00 GMT", etag: '"abc"', "pulumi-esc-revision": "7" };

/** What a read answers where a revision stands. */
const standing = (revision: number) => ({ headers: { ...HELD, "pulumi-esc-revision": String(revision) } });

type Canned = Partial<HttpAnswer> | (() => never);

/** A client whose requests get these answers, one after the other. */
function client(...answers: Canned[]) {
  const requests: HttpRequest[] = [];
  const cloud = createPulumiCloud({
    url: "https://pulumi.example",
    organization: "acme",
    token: new Secret("hidden-token"),
    http: async (request) => {
      const next = answers[requests.length];
      requests.push(request);
      return { status: 200, headers: {}, text: "", ...(typeof next === "function" ? next() : next) };
    },
  });
  return { cloud, requests };
}

const refusalOf = async (answer: Canned): Promise<RemedyError> => {
  const error: unknown = await client(answer)
    .cloud.write("p/e", "hidden-text", '"abc"')
    .catch((thrown: unknown) => thrown);
  ok(error instanceof RemedyError, "nothing was refused");
  doesNotMatch(inspect(error, { depth: 9, showHidden: true }), /hidden/);
  return error;
};

describe("the client of Pulumi Cloud", () => {
  it("reads an environment's text with its tag and revision", async () => {
    const { cloud, requests } = client({ headers: HELD, text: "values: {}" });
    deepEqual(await cloud.read("p/e"), {
      text: "values: {}",
      etag: '"abc"',
      revision: 7,
      at: "2026-08-01T10:00:00.000Z",
    });
    deepEqual([requests[0]?.method, requests[0]?.url], ["GET", `${BASE}/p/e`]);
    equal(requests[0]?.headers?.authorization, "token hidden-token");
  });

  it("decrypts at an address of its own", async () => {
    const { cloud, requests } = client({ headers: HELD, text: "clear" });
    equal((await cloud.decrypt("p/e")).text, "clear");
    equal(requests[0]?.url, `${BASE}/p/e/decrypt`);
  });

  it("writes the whole text under the tag it read, in the header the service looks at", async () => {
    const { cloud, requests } = client({ headers: { "pulumi-esc-revision": "8" }, text: "{}" }, standing(8));
    equal(await cloud.write("p/e", "text", '"abc"'), 8);
    const [request] = requests;
    deepEqual([request?.method, request?.url, request?.body], ["PATCH", `${BASE}/p/e`, "text"]);
    equal(request?.headers?.etag, '"abc"');
    ok(!request?.repeatable);
  });

  it("looks whether a write that was answered with success was carried out", async () => {
    const written = { headers: { "pulumi-esc-revision": "8" }, text: "{}" };
    equal(await client(written, standing(9)).cloud.write("p/e", "text", '"abc"'), 8); // somebody wrote since
    await rejects(
      client(written, standing(7)).cloud.write("p/e", "text", '"abc"'),
      (error: RemedyError) => error.problem.code === "write-not-carried-out",
    );
  });

  it("opens an environment with two calls", async () => {
    const { cloud, requests } = client({ text: '{"id":"a/b"}' }, { text: '{"properties":{}}' });
    deepEqual(await cloud.open("p/e"), { properties: {} });
    deepEqual(
      requests.map((request) => [request.method, request.url, request.repeatable ?? false]),
      [
        ["POST", `${BASE}/p/e/open?duration=2h`, true],
        ["GET", `${BASE}/p/e/open/a%2Fb`, false],
      ],
    );
  });

  it("does not read without a tag: a write without one would overwrite whatever stands", async () => {
    for (const etag of [undefined, ""]) {
      const headers = { "pulumi-esc-revision": "7", ...(etag === undefined ? {} : { etag }) };
      await rejects(client({ headers }).cloud.read("p/e"), /p\/e: the service's answer carries no ETag/);
    }
  });

  it("refuses an answer without a revision, as a proxy's page has none", async () => {
    for (const revision of [undefined, "0", "-1", "1.5", "x"]) {
      const headers = { etag: '"a"', ...(revision === undefined ? {} : { "pulumi-esc-revision": revision }) };
      await rejects(client({ headers }).cloud.read("p/e"), /names no revision/, revision);
      await rejects(client({ headers }).cloud.write("p/e", "", '"a"'), /names no revision/);
    }
  });

  it("refuses an opened environment that is not whole, without quoting it", async () => {
    const cut = '{"properties":{"sophia":{"value":{"key":{"value":"hidden';
    for (const [opened, document] of [
      ["<html>hidden</html>", "{}"],
      ["{}", "{}"],
      ['{"id":1}', "{}"],
      ['{"id":"s"}', cut],
      ['{"id":"s"}', '"hidden"'],
    ] as const) {
      await rejects(client({ text: opened }, { text: document }).cloud.open("p/e"), (error: RemedyError) => {
        ok(error instanceof RemedyError);
        match(error.message, /^p\/e: the service's answer /);
        doesNotMatch(inspect(error, { depth: 9, showHidden: true }), /hidden/);
        return true;
      });
    }
  });

  for (const [status, reason, remedy] of [
    [401, /token is unknown, revoked or expired/, /get a new token/],
    [403, /may not do this/, /secrets\/access-policies\.ts/],
    [404, /no such environment, or the token may not see it/, /pulumi up/],
    [413, /larger than the service takes/, /another group/],
    [400, /answered 400/, /fix the text/],
    [302, /answered 302, which is a redirect: something is in between/, /check that the address is/],
  ] as const) {
    it(`says what ${status} means and what to do`, async () => {
      const error = await refusalOf({ status, text: '{"message":"hidden"}' });
      equal(error.problem.subject, "acme/p/e");
      match(error.problem.cause, reason);
      match(error.problem.remedy, remedy);
      ok(!(error instanceof ConflictError) && !(error instanceof UnavailableError));
    });
  }

  it("tells a conflict and an outage from a refusal", async () => {
    ok((await refusalOf({ status: 409 })) instanceof ConflictError);
    for (const status of [429, 500, 502, 503])
      ok((await refusalOf({ status, text: "hidden" })) instanceof UnavailableError, String(status));
  });

  it("names the lines of the service's diagnostics, never their words", async () => {
    const diagnostics = [
      { range: { begin: { line: 3 } }, summary: "hidden" },
      { summary: "hidden" },
      { range: { begin: { line: 9 } } },
    ];
    const error = await refusalOf({ status: 400, text: JSON.stringify({ message: "hidden", diagnostics }) });
    match(error.problem.cause, /answered 400 \(lines 3, 9\)$/);
    for (const text of ['{"diagnostics":"hidden"}', '{"diagnostics":[null]}', "null", "hidden"])
      match((await refusalOf({ status: 400, text })).problem.cause, /answered 400$/);
  });

  it("hands a lost answer on as it is", async () => {
    const lost = () => {
      throw new NoAnswerError({ code: "?", subject: "PATCH x", cause: "no answer", remedy: "again" });
    };
    ok((await refusalOf(lost)) instanceof NoAnswerError);
  });
});
