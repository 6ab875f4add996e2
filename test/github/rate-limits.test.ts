import assert from "node:assert/strict";
import type { Limits } from "../../sandbox/github/rate-limits";
import { ORG, putSecret, refusal, type StartedGitHub, startGitHub } from "./started-github";

describe("rate limits", () => {
  let github: StartedGitHub;
  const start = async (limits: Partial<Limits>) => {
    github = await startGitHub({ limits });
  };
  afterEach(() => github.close());

  const used = async (path = "/user", token = "owner-token") => (await github.fetch(path, { token })).headers;

  it("counts down from 5,000 an hour, all tokens of a user together", async () => {
    await start({});
    assert.equal((await used()).get("x-ratelimit-remaining"), "4999");
    const headers = await used("/user", "owner-without-org");
    assert.equal(headers.get("x-ratelimit-limit"), "5000");
    assert.equal(headers.get("x-ratelimit-remaining"), "4998");
    assert.equal(headers.get("x-ratelimit-reset"), String(Date.parse("2026-08-01T11:00:00Z") / 1000));
    assert.equal((await used("/user", "member-token")).get("x-ratelimit-remaining"), "4999");
  });

  it("refuses what goes beyond, in the shape that clients know, until the hour is over", async () => {
    await start({ primaryPerHour: 2 });
    await used();
    await used();
    const { status, data, headers } = await refusal(github.octokit().rest.users.getAuthenticated());
    assert.equal(status, 403);
    assert.match(data.message, /^API rate limit exceeded for user ID \d+\./);
    assert.equal(headers["x-ratelimit-remaining"], "0");
    assert.equal((await github.fetch("/user", { token: "member-token" })).status, 200);
    github.clock.forward(3600);
    assert.equal((await github.fetch("/user")).status, 200);
  });

  it("answers /rate_limit for free", async () => {
    await start({ primaryPerHour: 2 });
    await used();
    for (let i = 0; i < 3; i += 1) {
      const { data } = await github.octokit().rest.rateLimit.get();
      assert.deepEqual([data.rate.limit, data.rate.remaining, data.rate.used], [2, 1, 1]);
    }
  });

  it("refuses the 81st write of a minute with retry-after, and not the reads between", async () => {
    await start({ contentPerMinute: 80, pointsPerMinute: null });
    for (let i = 0; i < 80; i += 1) await putSecret(github.octokit(), "KEY", "v");
    github.clock.forward(20);
    const { status, data, headers } = await refusal(putSecret(github.octokit(), "KEY", "v"));
    assert.equal(status, 403);
    assert.equal(headers["retry-after"], "40");
    assert.match(data.message, /^You have exceeded a secondary rate limit\./);
    assert.match(data.documentation_url, /secondary-rate-limits$/);
    assert.equal((await github.fetch("/user")).status, 200);
    github.clock.forward(40);
    assert.equal(await putSecret(github.octokit(), "KEY", "v"), 204);
  });

  it("refuses the write beyond an hour's 500", async () => {
    await start({ contentPerHour: 3 });
    for (let i = 0; i < 3; i += 1) await putSecret(github.octokit(), "KEY", "v");
    github.clock.forward(120);
    const { headers } = await refusal(putSecret(github.octokit(), "KEY", "v"));
    assert.equal(headers["retry-after"], String(3600 - 120));
  });

  it("counts a write as five points and a read as one, by endpoint", async () => {
    await start({ pointsPerMinute: 12 });
    await putSecret(github.octokit(), "ONE", "v"); // key and PUT: 6
    await putSecret(github.octokit(), "TWO", "v"); // 12
    const { status } = await refusal(github.octokit().rest.actions.listOrgSecrets({ org: ORG }));
    assert.equal(status, 403);
    assert.equal((await github.fetch("/user")).status, 200);
  });

  it("refuses the request beyond those allowed at once", async () => {
    await start({ concurrent: 2, pointsPerMinute: null });
    const path = `/orgs/${ORG}/actions/secrets/KEY`;
    const slow = () => {
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
      const writer = writable.getWriter();
      void writer.write(Buffer.from("{"));
      const init = { method: "PUT", body: readable, duplex: "half" } as RequestInit;
      const end = () => writer.write(Buffer.from("}")).then(() => writer.close());
      return { answer: github.fetch(path, init), end };
    };
    const waiting = [slow(), slow()];
    let answer: Response;
    do answer = await github.fetch("/user");
    while (answer.status === 200);
    assert.equal(answer.status, 403);
    assert.equal(answer.headers.get("retry-after"), "60");
    for (const { end } of waiting) await end();
    for (const each of waiting) assert.equal((await each.answer).status, 422);
    assert.equal((await github.fetch("/user")).status, 200);
  });

  it("leaves a first `up` of 120 writes alone by default", async () => {
    await start({});
    for (let i = 0; i < 120; i += 1) await putSecret(github.octokit(), `KEY_${i}`, "v");
  });

  it("is switched at /_sandbox/limits, and back", async () => {
    await start({});
    const put = (body: object) =>
      github.fetch("/_sandbox/limits", { method: "PUT", body: JSON.stringify(body) });
    assert.equal((await put({ contentPerMinute: 1 })).status, 200);
    await putSecret(github.octokit(), "KEY", "v");
    assert.equal((await refusal(putSecret(github.octokit(), "KEY", "v"))).status, 403);
    const back = await github.fetch("/_sandbox/limits", { method: "DELETE" });
    assert.equal(((await back.json()) as Limits).contentPerMinute, null);
    assert.equal(await putSecret(github.octokit(), "KEY", "v"), 204);
  });

  it("does not take a limit it does not know, or one that is not a number", async () => {
    await start({});
    for (const body of ['{"contentPerMinut":1}', '{"concurrent":"many"}', "{"]) {
      const answer = await github.fetch("/_sandbox/limits", { method: "PUT", body });
      assert.equal(answer.status, 422, body);
    }
  });
});
