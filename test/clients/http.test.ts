import { deepEqual, doesNotMatch, equal, match, ok, rejects } from "node:assert/strict";
import { inspect } from "node:util";
import { createHttp, type HttpOptions, type HttpRequest, NoAnswerError } from "../../src/clients/http";
import { RemedyError } from "../../src/errors";
import { halfAnswer, reset, type ScriptServer, type Step, scriptServer, silence } from "./script-server";

describe("the HTTP client", () => {
  const servers: ScriptServer[] = [];
  const serve = async (...steps: Step[]): Promise<ScriptServer> => {
    const server = await scriptServer(...steps);
    servers.push(server);
    return server;
  };
  /** One request to a server with these steps: its answer's status, or the error, and how often it was tried. */
  const ask = async (steps: Step[], request: Partial<HttpRequest> = {}, options: HttpOptions = {}) => {
    const server = await serve(...steps);
    const http = createHttp({ waitMs: 1, ...options });
    const outcome = await http({ method: "GET", url: server.url, ...request }).then(
      (answer) => answer.status,
      (error: unknown) => error,
    );
    return { outcome, tries: server.seen.length, server };
  };
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  it("carries method, headers, body and answer over unchanged", async () => {
    const server = await serve({ status: 201, headers: { etag: '"7"' }, text: "grüß dich" });
    const answer = await createHttp()({
      method: "PATCH",
      url: `${server.url}/a?b=c`,
      headers: { authorization: "token t" },
      body: "värde",
    });
    deepEqual([answer.status, answer.headers.etag, answer.text], [201, '"7"', "grüß dich"]);
    const [seen] = server.seen;
    deepEqual([seen?.method, seen?.url, seen?.body], ["PATCH", "/a?b=c", "värde"]);
    deepEqual([seen?.headers.authorization, seen?.headers["content-length"]], ["token t", "6"]);
  });

  it("repeats any method when told to come again", async () => {
    for (const again of [
      { status: 429, headers: { "retry-after": "0" } },
      { status: 429 },
      { status: 503 },
      { status: 403, headers: { "retry-after": "0" } },
      { status: 403, headers: { "x-ratelimit-remaining": "0" } },
    ]) {
      const { outcome, tries } = await ask([again, { status: 200 }], { method: "PATCH", body: "x" });
      deepEqual([outcome, tries], [200, 2], JSON.stringify(again));
    }
  });

  it("waits as long as Retry-After says", async () => {
    const { server } = await ask([{ status: 429, headers: { "retry-after": "1" } }, { status: 200 }]);
    const [first, second] = server.seen;
    ok((second?.at ?? 0) - (first?.at ?? 0) >= 990);
  });

  it("returns the answer at once when told to wait longer than it has patience for", async () => {
    for (const seconds of ["121", "99999999999"]) {
      const { outcome, tries } = await ask([{ status: 429, headers: { "retry-after": seconds } }]);
      deepEqual([outcome, tries], [429, 1]);
    }
  });

  it("waits by its own measure when Retry-After is not a number of seconds", async () => {
    for (const text of ["soon", "-1", "", "Wed, 21 Oct 2015 07:28:00 GMT"]) {
      const steps = [{ status: 503, headers: { "retry-after": text } }, { status: 200 }];
      deepEqual((await ask(steps)).outcome, 200, text);
    }
  });

  it("repeats a GET, and a write said to be repeatable, after a failure or a reset, and no other write", async () => {
    for (const failure of [{ status: 500 }, { status: 502 }, { status: 504 }, reset, halfAnswer] as Step[]) {
      equal((await ask([failure, { status: 200 }])).outcome, 200);
      const repeatable = { method: "POST", body: "", repeatable: true } as const;
      equal((await ask([failure, { status: 200 }], repeatable)).outcome, 200);
      for (const method of ["POST", "PATCH", "PUT", "DELETE"] as const) {
        const { outcome, tries } = await ask([failure, { status: 200 }], { method, body: "x" });
        equal(tries, 1, method);
        ok(typeof failure === "function" ? outcome instanceof NoAnswerError : outcome === failure.status);
      }
    }
  });

  it("does not repeat what was refused", async () => {
    for (const status of [400, 401, 403, 404, 409, 413])
      deepEqual((await ask([{ status }])).tries, 1, String(status));
  });

  it("gives up after its tries and returns the last answer, or throws", async () => {
    deepEqual((await ask([{ status: 503 }], {}, { tries: 3 })).tries, 3);
    const { outcome, tries } = await ask([reset], {}, { tries: 3 });
    equal(tries, 3);
    ok(outcome instanceof NoAnswerError);
  });

  it("ends a try that takes too long, before the answer or in its middle", async () => {
    const stuck: Step = (_, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("half");
    };
    for (const step of [silence, stuck]) {
      const { outcome } = await ask([step], { method: "PATCH", body: "x" }, { timeoutMs: 60 });
      ok(outcome instanceof NoAnswerError);
      match(outcome.problem.cause, /in time/);
    }
  });

  it("keeps query, headers and body out of its errors", async () => {
    const hidden = {
      headers: { authorization: "token hidden-1" },
      body: "hidden-2",
      method: "PATCH",
    } as const;
    for (const step of [reset, halfAnswer, silence]) {
      const server = await serve(step);
      const request = { ...hidden, url: `${server.url}/path?token=hidden-3` };
      await rejects(createHttp({ timeoutMs: 60 })(request), (error: RemedyError) => {
        ok(error instanceof NoAnswerError);
        equal(error.problem.subject, `PATCH ${server.url}/path`);
        doesNotMatch(inspect(error, { depth: 9, showHidden: true }), /hidden-/);
        return true;
      });
    }
  });

  it("refuses what is not an http address at once, without quoting it", async () => {
    for (const url of ["hidden", "ftp://hidden/", "localhost:80/hidden", "http://u:hidden@[/"]) {
      await rejects(createHttp()({ method: "GET", url }), (error: RemedyError) => {
        ok(error instanceof RemedyError && !(error instanceof NoAnswerError));
        doesNotMatch(inspect(error, { depth: 9, showHidden: true }), /hidden/);
        return true;
      });
    }
  });

  describe("tells of waits that people notice", () => {
    it("what it waits for and how long, once for requests that wait side by side", async () => {
      const limit: Step = { status: 429, headers: { "retry-after": "2" } };
      const server = await serve(limit, limit, { status: 200 });
      const told: string[] = [];
      const http = createHttp({ onWait: (line) => told.push(line) });
      const answers = await Promise.all([1, 2].map(() => http({ method: "GET", url: server.url })));
      deepEqual(
        answers.map(({ status }) => status),
        [200, 200],
      );
      const host = new URL(server.url).host;
      deepEqual(told, [`${host} limits how much may be asked at a time: asking again in 2 s`]);
    });

    it("not of shorter ones", async () => {
      const told: string[] = [];
      await ask([{ status: 503 }, { status: 200 }], {}, { onWait: (line) => told.push(line) });
      deepEqual(told, []);
    });
  });
});
