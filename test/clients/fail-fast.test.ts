import { deepEqual, equal, rejects } from "node:assert/strict";
import { createFailFastHttp } from "../../src/clients/fail-fast";
import { createHttp, type Http, type HttpRequest, NoAnswerError } from "../../src/clients/http";

const GET = { method: "GET", url: "http://silent.example/orgs/acme?token=canary" } as const;
const ANSWER = { status: 200, headers: {}, text: "" };

/** A client that answers as the test says, and the requests that reached it. */
function fake(answer: () => Promise<typeof ANSWER>): { http: Http; sent: HttpRequest[] } {
  const sent: HttpRequest[] = [];
  const http: Http = (request) => {
    sent.push(request);
    return answer();
  };
  return { http, sent };
}

async function silence(): Promise<never> {
  throw new NoAnswerError({ code: "no-answer", subject: "s", cause: "no answer (X)", remedy: "run again" });
}

describe("a client that fails fast", () => {
  it("asks a silent server once, and names what was not sent without its query", async () => {
    const { http, sent } = fake(silence);
    const fast = createFailFastHttp(http);
    await rejects(fast(GET), NoAnswerError);
    await rejects(
      fast({ ...GET, url: "http://silent.example/other?token=canary" }),
      (error: NoAnswerError) => {
        equal(error.message, "GET http://silent.example/other: no answer (X). Remedy: run again");
        return true;
      },
    );
    equal(sent.length, 1);
  });

  it("asks other servers, and the silent one again after its time", async () => {
    const { http, sent } = fake(silence);
    const fast = createFailFastHttp(http, 0);
    for (const url of [GET.url, GET.url, "http://other.example/"])
      await rejects(fast({ ...GET, url }), NoAnswerError);
    equal(sent.length, 3);
  });

  it("takes no lost answer of a write for silence, and no answer of any status", async () => {
    const lost = fake(silence);
    const fast = createFailFastHttp(lost.http);
    for (let count = 0; count < 2; count += 1)
      await rejects(fast({ method: "PATCH", url: GET.url }), NoAnswerError);
    equal(lost.sent.length, 2);
    const broken = fake(async () => ({ ...ANSWER, status: 500 }));
    const answered = createFailFastHttp(broken.http);
    deepEqual([(await answered(GET)).status, (await answered(GET)).status], [500, 500]);
  });

  it("waits for a server that is down for one request, and not for twenty", async () => {
    const fast = createFailFastHttp(createHttp({ waitMs: 20 }));
    const started = performance.now();
    const url = "http://127.0.0.1:9/";
    await rejects(fast({ method: "GET", url }), NoAnswerError);
    const first = performance.now() - started;
    for (let count = 0; count < 20; count += 1) await rejects(fast({ method: "GET", url }), NoAnswerError);
    equal(performance.now() - started < 3 * first, true);
  });
});
