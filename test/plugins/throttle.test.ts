import assert from "node:assert/strict";
import { gitHubSettings } from "../../toolchain/plugins/github/github-settings";
import { Throttle } from "../../toolchain/plugins/github/throttle";

/** A throttle whose requests write down when each began, in milliseconds from now. */
function throttled(args: Record<string, string>) {
  const throttle = new Throttle(gitHubSettings({ retryDelayMs: "1", ...args }, {}));
  const began: number[] = [];
  const start = performance.now();
  let most = 0;
  let now = 0;
  const send = (method: string, response = () => new Response("{}"), tookMs = 5) =>
    throttle.run(method, async () => {
      began.push(performance.now() - start);
      now += 1;
      most = Math.max(most, now);
      await new Promise((done) => setTimeout(done, tookMs));
      now -= 1;
      return response();
    });
  return { send, began, most: () => most };
}

const limited = (headers: Record<string, string>, body: object = {}) =>
  new Response(JSON.stringify(body), { status: 403, headers });

describe("the stand-in for the github provider: pace of requests", () => {
  it("sends one at a time and waits after a write, before whatever comes next", async () => {
    const { send, began, most } = throttled({ writeDelayMs: "900" });
    await Promise.all([send("GET"), send("PUT"), send("GET"), send("GET")]);
    const [first = 0, write = 0, afterWrite = 0, last = 0] = began;
    assert.equal(most(), 1);
    assert.ok(write - first < 600, "no wait before the write itself");
    assert.ok(afterWrite - write >= 890, "the read after the write waits");
    assert.ok(last - afterWrite < 600, "and only that one");
  });

  it("lets requests overlap with parallelRequests, and with the new client, which knows no delay", async () => {
    for (const args of [{ parallelRequests: "true", writeDelayMs: "0" }, { legacyClient: "false" }]) {
      const { send, began, most } = throttled(args);
      await Promise.all([send("PUT"), send("PUT"), send("GET")]);
      assert.equal(most(), 3);
      assert.ok((began.at(-1) ?? 0) < 500);
    }
  });

  it("tries again on 502, as often as maxRetries says, and not on 404", async () => {
    for (const [status, expected] of [
      [502, 4],
      [404, 1],
    ] as const) {
      const { send, began } = throttled({});
      const answer = await send("GET", () => new Response("", { status }));
      assert.deepEqual([answer.status, began.length], [status, expected]);
    }
  });

  it("sleeps a rate limit out and sends again", async () => {
    const reset = String(Math.floor(Date.now() / 1000));
    const answers = [
      limited({ "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset }),
      limited(
        { "retry-after": "0" },
        { documentation_url: "https://docs.github.com/rest#secondary-rate-limits" },
      ),
      new Response("{}"),
    ];
    const { send, began } = throttled({});
    const answer = await send("GET", () => answers.shift() ?? new Response("", { status: 500 }));
    assert.deepEqual([answer.status, began.length], [200, 3]);
  });

  it("takes a plain 403 for an answer", async () => {
    const { send, began } = throttled({});
    assert.equal((await send("GET", () => limited({}, { message: "no" }))).status, 403);
    assert.equal(began.length, 1);
  });
});

describe("the stand-in for the github provider: configuration", () => {
  it("appends api/v3/ for every host but github.com's", () => {
    const urlOf = (baseUrl: string) => gitHubSettings({ baseUrl }, {}).apiUrl;
    assert.equal(urlOf("http://127.0.0.1:80"), "http://127.0.0.1/api/v3/");
    assert.equal(urlOf("http://127.0.0.1:81/api/v3/"), "http://127.0.0.1:81/api/v3/");
    assert.equal(urlOf("https://github.com"), "https://api.github.com/");
    assert.equal(urlOf("https://acme.ghe.com"), "https://api.acme.ghe.com/");
    assert.equal(gitHubSettings({}, { GITHUB_BASE_URL: "http://h/" }).apiUrl, "http://h/api/v3/");
    assert.throws(() => urlOf("github"), /must be absolute/);
    assert.throws(() => urlOf("http://github.com"), /must use the https scheme/);
  });

  it("lets GITHUB_OWNER win over the program's owner, as the real provider does", () => {
    assert.equal(gitHubSettings({ owner: "acme" }, {}).owner, "acme");
    assert.equal(gitHubSettings({ owner: "acme" }, { GITHUB_OWNER: "other" }).owner, "other");
    assert.equal(gitHubSettings({ token: "a" }, { GITHUB_TOKEN: "b" }).token, "a");
    assert.throws(
      () => gitHubSettings({ writeDelayMs: "soon" }, {}),
      /writeDelayMs must be JSON, not "soon"/,
    );
  });
});
