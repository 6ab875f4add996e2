import { deepEqual, doesNotMatch, equal, match, ok, rejects } from "node:assert/strict";
import { inspect } from "node:util";
import { createHttp } from "../../src/clients/http";
import { ConflictError, createPulumiCall } from "../../src/clients/pulumi-call";
import { createRevisions } from "../../src/clients/pulumi-cloud";
import { currentUser } from "../../src/clients/pulumi-organization";
import { RemedyError } from "../../src/errors";
import { Secret } from "../../src/secret";
import { type CloudFixture, env, ORG, startCloud, TOKENS, team } from "../pulumi-cloud/cloud-fixture";

const KEYS = "default/app-keys";
const TAGS = env(KEYS, "/versions/tags");

describe("the client of ESC's revisions", () => {
  let cloud: CloudFixture;
  beforeEach(async () => {
    cloud = await startCloud();
    await cloud.environment(KEYS, "values:\n  key:\n    fn::secret: canary-2\n");
    await cloud.call("PATCH", env(KEYS), { body: "values:\n  key:\n    fn::secret: canary-3\n" });
  });
  afterEach(() => cloud.close());

  const callAs = (token: string = TOKENS.admin) => {
    const http = createHttp({ waitMs: 1, tries: 3, timeoutMs: 300 });
    return createPulumiCall({ url: cloud.url, organization: ORG, token: new Secret(token), http });
  };
  const revisions = (token?: string) => createRevisions(callAs(token));
  const pointsTo = async (name: string) => (await cloud.call("GET", `${TAGS}/${name}`)).json.revision;

  it("lists number, time, writer and tags, newest first, without the service's own tag", async () => {
    await revisions().tag(KEYS, "run-1", 2);
    const listed = await revisions().list(KEYS);
    deepEqual(
      listed.map(({ number, by, tags, retracted }) => [number, by, tags, retracted]),
      [
        [3, "ada", [], false],
        [2, "ada", ["run-1"], false],
        [1, "ada", [], false],
      ],
    );
    ok(listed.every(({ created }) => Number.isFinite(Date.parse(created))));
    deepEqual(
      (await revisions().list(KEYS, 2)).map(({ number }) => number),
      [3, 2],
    );
  });

  it("turns pages to the first revision, also where a page is smaller than asked for", async () => {
    const asked: string[] = [];
    const http = createHttp();
    const small = createPulumiCall({
      ...{ url: cloud.url, organization: ORG, token: new Secret(TOKENS.admin) },
      http: (request) => {
        asked.push(request.url);
        return http({ ...request, url: request.url.replace(/count=\d+/, "count=1") });
      },
    });
    deepEqual(
      (await createRevisions(small).list(KEYS)).map(({ number }) => number),
      [3, 2, 1],
    );
    equal(asked.length, 3);
  });

  it("stops where the service ignores which page was asked for", async () => {
    const again = { status: 200, body: [{ number: 9, created: "2026-01-01T00:00:00Z" }] };
    cloud.faults.add({ path: "/versions\\?", times: 0, answer: again });
    equal((await revisions().list(KEYS)).length, 2);
  });

  it("says what was retracted", async () => {
    await cloud.call("POST", env(KEYS, "/versions/2/retract"), { body: { reason: "wrong" } });
    deepEqual(
      (await revisions().list(KEYS)).map(({ retracted }) => retracted),
      [false, true, false],
    );
  });

  it("reads an old text with its secrets as ciphertext", async () => {
    const text = await revisions().text(KEYS, 2);
    match(text, /ciphertext: /);
    doesNotMatch(text, /canary/);
  });

  it("takes no other revision's text for the one that was asked for, and none without a revision", async () => {
    for (const [headers, told] of [
      [{}, /^revision 2 of payready\/default\/app-keys: the service's answer names no revision/],
      [{ "pulumi-esc-revision": "3" }, /the service's answer is revision 3\. Remedy: /],
    ] as const) {
      cloud.faults.add({ path: "/versions/2$", answer: { status: 200, headers } });
      await rejects(revisions().text(KEYS, 2), (error: RemedyError) => {
        match(error.message, told);
        return true;
      });
    }
  });

  it("does not take being sent elsewhere for a tag that is set", async () => {
    cloud.faults.add({ path: `${TAGS}$`, answer: { status: 302, headers: { location: "/login" } } });
    await rejects(revisions().tag(KEYS, "run-1", 3), /the service answered 302, which is a redirect/);
  });

  it("sets a tag with one call, takes it as done where it stands, and moves one that stands elsewhere", async () => {
    const requests = async () =>
      (await (await fetch(`${cloud.url}/_sandbox/requests`, { method: "DELETE" })).json()) as string[];
    await requests();
    await revisions().tag(KEYS, "run-1", 3);
    deepEqual(await requests(), [`POST ${TAGS}`]);
    await revisions().tag(KEYS, "run-1", 3);
    deepEqual(await requests(), [`POST ${TAGS}`, `GET ${TAGS}/run-1`]);
    await revisions().tag(KEYS, "run-1", 2);
    deepEqual((await requests()).at(-1), `PATCH ${TAGS}/run-1`);
    equal(await pointsTo("run-1"), 2);
  });

  for (const [what, fault] of [
    ["stalls", { delayMs: 600 }],
    ["is interrupted before", { reset: "before" }],
    ["is interrupted after", { reset: "after" }],
    ["is answered with 429", { answer: { status: 429, headers: { "retry-after": "0" } } }],
    ["is answered with 500", { answer: { status: 500 } }],
    ["is answered with 503", { answer: { status: 503, headers: { "retry-after": "0" } } }],
  ] as const) {
    for (const [call, method, path] of [
      ["setting", "POST", `${TAGS}$`],
      ["asking for", "GET", `${TAGS}/run-1$`],
      ["moving", "PATCH", `${TAGS}/run-1$`],
    ] as const) {
      it(`gets over one failure when ${call} a tag ${what}`, async () => {
        if (method !== "POST") await revisions().tag(KEYS, "run-1", 2);
        cloud.faults.add({ method, path, ...fault });
        await revisions().tag(KEYS, "run-1", 3);
        equal(await pointsTo("run-1"), 3);
      });
    }
  }

  it("tells a failure that stays with tag, environment, cause and remedy, and no token or value", async () => {
    await team(cloud, "readers", ["dev"], { [KEYS]: "read" });
    for (const [status, told] of [
      [401, /^tag run-1 of payready\/default\/app-keys: the token is unknown/],
      [403, /^tag run-1 of payready\/default\/app-keys: the token may not do this\. Remedy: /],
      [404, /there is no such environment, or the token may not see it/],
      [400, /the service answered 400/],
      [500, /the service answered 500\. Remedy: run again later/],
    ] as const) {
      cloud.faults.clear();
      cloud.faults.add({ path: `${TAGS}$`, times: 0, answer: { status, body: { message: "canary" } } });
      const error: unknown = await revisions()
        .tag(KEYS, "run-1", 3)
        .catch((thrown: unknown) => thrown);
      ok(error instanceof RemedyError);
      match(error.message, told);
      doesNotMatch(inspect(error, { depth: 9, showHidden: true }), /canary|pul-/);
    }
    cloud.faults.clear();
    await rejects(revisions(TOKENS.dev).tag(KEYS, "run-1", 3), /the token may not do this/);
    equal((await revisions(TOKENS.dev).list(KEYS)).length, 3, "reading is enough for the list");
  });

  it("gives a conflict up when the tag it meets can be neither read nor moved", async () => {
    await revisions().tag(KEYS, "run-1", 2);
    cloud.faults.add({ method: "PATCH", path: `${TAGS}/run-1$`, times: 0, answer: { status: 409 } });
    await rejects(revisions().tag(KEYS, "run-1", 3), ConflictError);
  });

  it("does not take another server's answer for a list", async () => {
    for (const body of [{}, [5], [{ number: "1" }], "x", [null]]) {
      cloud.faults.add({ path: "/versions\\?", answer: { status: 200, body } });
      await rejects(revisions().list(KEYS), /the service's answer is/, JSON.stringify(body));
    }
  });

  it("knows whose token it is", async () => {
    equal(await currentUser(callAs()), "ada");
    equal(await currentUser(callAs(TOKENS.dev)), "dev");
    await rejects(currentUser(callAs("pul-unknown")), /the token is unknown/);
    cloud.faults.add({ path: "/api/user", answer: { status: 200, body: {} } });
    equal(await currentUser(callAs()), "somebody");
  });
});
