import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { createHttp, type HttpOptions, NoAnswerError, TooLargeError } from "../../src/clients/http";
import { boundedDocument, boundedYaml } from "../../src/yaml-text";
import { type ScriptServer, type Step, scriptServer, silence } from "./script-server";

const KIB = "x".repeat(1024);

/** An answer that goes on until the connection is closed. */
const endless: Step = (request, response) => {
  response.writeHead(200);
  const timer = setInterval(() => response.write(KIB.repeat(64)), 1);
  request.socket.on("close", () => clearInterval(timer));
};

/** An answer of a byte every now and then, without an end. */
const drip: Step = (request, response) => {
  response.writeHead(200);
  const timer = setInterval(() => response.write("x"), 5);
  request.socket.on("close", () => clearInterval(timer));
};

describe("the limits of the HTTP client", () => {
  let server: ScriptServer;
  afterEach(() => server.close());

  const asking = async (steps: Step[], options: HttpOptions) => {
    server = await scriptServer(...steps);
    const http = createHttp({ waitMs: 1, ...options });
    return (path = "") => http({ method: "GET", url: `${server.url}/${path}` });
  };

  it("end an answer that is larger than any of the services', and ask for it once", async () => {
    const ask = await asking([endless], { answerBytes: 100_000 });
    await rejects(ask("large?token=hidden"), (error: TooLargeError) => {
      ok(error instanceof TooLargeError);
      equal(error.problem.code, "answer-too-large");
      match(error.message, /^GET http:\/\/127\.0\.0\.1:\d+\/large: the answer has more than 100000 bytes/);
      return !error.message.includes("hidden");
    });
    equal(server.seen.length, 1);
  });

  it("let an answer of exactly that size through", async () => {
    const ask = await asking(
      [
        { status: 200, text: KIB },
        { status: 200, text: `${KIB}x` },
      ],
      { answerBytes: 1024 },
    );
    equal((await ask()).text, KIB);
    await rejects(ask(), TooLargeError);
  });

  it("end a list that goes on for ever, however different its pages are", async () => {
    const ask = await asking([{ status: 200, text: KIB }], { totalBytes: 10 * 1024 });
    let pages = 0;
    await rejects(async () => {
      for (; pages < 100; pages += 1) await ask(String(pages));
    }, TooLargeError);
    equal(pages, 10);
  });

  it("end a request that has taken its time, with all its tries and waits", async () => {
    const again = { status: 503, headers: { "retry-after": "1" } };
    const ask = await asking([again], { requestMs: 300, tries: 99 });
    const before = performance.now();
    equal((await ask()).status, 503, "the wait would end too late, so the answer is told");
    ok(performance.now() - before < 900);
  });

  it("end an answer that drips, as one that never comes", async () => {
    for (const step of [drip, silence]) {
      const ask = await asking([step], { timeoutMs: 60_000, requestMs: 100, tries: 99 });
      const before = performance.now();
      await rejects(ask(), NoAnswerError);
      ok(performance.now() - before < 2000);
      await server.close();
    }
  });

  it("end all requests of a command together, and count only the time in which it waits for one", async () => {
    const slow: Step = (_, response) => void setTimeout(() => response.end(), 60);
    const ask = await asking([slow], { totalMs: 200, tries: 1 });
    await new Promise((done) => setTimeout(done, 250));
    await Promise.all([ask(), ask(), ask()]);
    await ask();
    await rejects(async () => {
      for (let count = 0; count < 10; count += 1) await ask();
    }, NoAnswerError);
  });
});

describe("YAML of somebody else's", () => {
  it("is read as it is when it is like ours", () => {
    deepEqual(boundedYaml("a: &x [1, 2]\nb: *x\n"), { a: [1, 2], b: [1, 2] });
    deepEqual([boundedYaml(""), boundedYaml("a: [")], [null, undefined]);
    equal(boundedDocument("a: 1 # why\n")?.toString(), "a: 1 # why\n");
  });

  const folded = (levels: number) =>
    Array.from({ length: levels }, (_, at) =>
      at === 0 ? "a0: &a0 [x, x]" : `a${at}: &a${at} [${`*a${at - 1},`.repeat(10)}]`,
    ).join("\n");
  for (const [what, text] of [
    ["of 200,000 keys", Array.from({ length: 200_000 }, (_, at) => `k${at}: v`).join("\n")],
    ["of 200,000 keys in one line", `{${Array.from({ length: 200_000 }, (_, at) => `k${at}: v`).join(",")}}`],
    ["of a million lines of comment", "# x\n".repeat(1_000_000)],
    ["that is nested 100,000 times", "[".repeat(100_000)],
    ["whose anchors fill memory", folded(12)],
  ] as const) {
    it(`is refused in a moment ${what}`, function () {
      this.timeout(20_000);
      const before = performance.now();
      equal(boundedYaml(text), undefined);
      ok(performance.now() - before < 10_000);
    });
  }
});
