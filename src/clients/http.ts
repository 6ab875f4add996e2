import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { RemedyError } from "../errors";

export interface HttpRequest {
  method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  url: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
  /** A write that does no harm when it is carried out twice: it is repeated as a GET is. Default: false. */
  repeatable?: boolean;
}

export interface HttpAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** One door to HTTP. Answers of any status are returned; only a request without an answer throws. */
export type Http = (request: HttpRequest) => Promise<HttpAnswer>;

/** A request that ended without an answer: refused, reset, timed out. For a write it may have been carried out. */
export class NoAnswerError extends RemedyError {}

export interface HttpOptions {
  /** Milliseconds one try may take. Default 30,000. */
  timeoutMs?: number;
  /** Tries in all. Default 5, the number Infisical's sync uses. */
  tries?: number;
  /** First wait in milliseconds; doubles each time, up to 30 s, with up to half of it as jitter. Default 500. */
  waitMs?: number;
  /** Longest wait the other side may ask for; an answer that asks for more is returned at once. Default 120,000. */
  patienceMs?: number;
}

const AGENTS = { "http:": new HttpAgent({ keepAlive: true }), "https:": new HttpsAgent({ keepAlive: true }) };
const LONGEST_WAIT_MS = 30_000;

/**
 * A door with timeout and retries, on node:http: the first use of global fetch costs 0.13 s, more than the API.
 *
 * Repeated are answers that say "not carried out, come again" (429, a 403 with Retry-After or no requests left, 503)
 * for every method, and 500, 502, 504 and missing answers for GET and `repeatable` alone: a write that may have been
 * carried out is the caller's to look at. Waits as long as Retry-After says.
 *
 * @throws NoAnswerError after the last try; RemedyError at once for what is no address.
 */
export function createHttp(options: HttpOptions = {}): Http {
  const { tries = 5, timeoutMs = 30_000, waitMs = 500, patienceMs = 120_000 } = options;
  return async (request) => {
    for (let attempt = 1; ; attempt += 1) {
      const last = attempt >= tries;
      try {
        const answer = await send(request, timeoutMs);
        const wait = waitAfter(answer, attempt, waitMs);
        if (last || wait > patienceMs || !worthRepeating(request, answer)) return answer;
        await sleep(wait);
      } catch (error) {
        if (last || !isRepeatable(request) || !(error instanceof NoAnswerError)) throw error;
        await sleep(backoff(attempt, waitMs));
      }
    }
  };
}

function isRepeatable(request: HttpRequest): boolean {
  return request.method === "GET" || request.repeatable === true;
}

function worthRepeating(request: HttpRequest, answer: HttpAnswer): boolean {
  const { status, headers } = answer;
  if (status === 429 || status === 503) return true;
  if (status === 403) return headers["retry-after"] !== undefined || headers["x-ratelimit-remaining"] === "0";
  return isRepeatable(request) && (status === 500 || status === 502 || status === 504);
}

function waitAfter(answer: HttpAnswer, attempt: number, first: number): number {
  const seconds = Number(answer.headers["retry-after"]);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : backoff(attempt, first);
}

function backoff(attempt: number, first: number): number {
  const wait = Math.min(first * 2 ** (attempt - 1), LONGEST_WAIT_MS);
  return wait / 2 + Math.random() * (wait / 2);
}

async function send(request: HttpRequest, timeoutMs: number): Promise<HttpAnswer> {
  const url = URL.canParse(request.url) ? new URL(request.url) : null;
  if (url === null || !(url.protocol in AGENTS)) {
    throw new RemedyError({
      code: "address-invalid",
      subject: `${request.method} request`,
      cause: "its address is not http(s)",
      remedy: "fix the configured address",
    });
  }
  const open = url.protocol === "https:" ? httpsRequest : httpRequest;
  const agent = AGENTS[url.protocol as keyof typeof AGENTS];
  const body = request.body === undefined ? undefined : Buffer.from(request.body, "utf8");
  const headers = { ...request.headers, ...(body === undefined ? {} : { "content-length": body.length }) };
  return new Promise((done, fail) => {
    const lost = (cause: Error) => fail(noAnswer(request.method, url, cause));
    const outgoing = open(
      url,
      { method: request.method, headers, agent, signal: AbortSignal.timeout(timeoutMs) },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("error", lost);
        answer.on("end", () => {
          done({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            text: Buffer.concat(chunks).toString("utf8"),
          });
        });
      },
    );
    outgoing.on("error", lost);
    outgoing.end(body);
  });
}

/** Names the host and path, never query, headers or body: those may hold a token. */
function noAnswer(method: string, url: URL, cause: Error): NoAnswerError {
  const code = (cause as NodeJS.ErrnoException).code ?? cause.name;
  return new NoAnswerError({
    code: "no-answer",
    subject: `${method} ${url.origin}${url.pathname}`,
    cause: code === "TimeoutError" || code === "ABORT_ERR" ? "no answer in time" : `no answer (${code})`,
    remedy:
      method === "GET"
        ? "check the address and the network, then run again"
        : "check the address and the network, then run again: a second run finishes what this one did not",
  });
}
