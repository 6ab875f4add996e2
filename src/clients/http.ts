import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { RemedyError } from "../errors";
import { wayTo } from "./connections";
import { answerOfProxy, lossOf, NoAnswerError } from "./lost-request";
import type { Variables } from "./proxy";

export { NoAnswerError };

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

/** Sends one request. Answers of any status are returned; only a request without an answer throws. */
export type Http = (request: HttpRequest) => Promise<HttpAnswer>;

/** An answer that is larger than anything the services send, or the last of too many. */
export class TooLargeError extends RemedyError {}

export interface HttpOptions {
  /** Milliseconds one try may take, from the connection to the last byte. Default 30,000. */
  timeoutMs?: number;
  /** Tries in all. Default 5, the number Infisical's sync uses. */
  tries?: number;
  /** First wait in milliseconds; doubles each time, up to 30 s, with up to half of it as jitter. Default 500. */
  waitMs?: number;
  /** Longest wait the other side may ask for; an answer that asks for more is returned at once. Default 120,000. */
  patienceMs?: number;
  /** Milliseconds one request may take, with all its tries and waits. Default 240,000: two waits of 120 s do not fit. */
  requestMs?: number;
  /**
   * Milliseconds all requests of this client may take, counted while one is under way. Default 480,000: a job ends
   * before GitHub ends it (10 minutes), so that it can still report.
   */
  totalMs?: number;
  /** Bytes an answer may have. Default 32 MiB: a hundred secrets of GitHub's largest size have 5 MB. */
  answerBytes?: number;
  /** Bytes all answers of this client may have, so that a list without an end has one. Default 256 MiB. */
  totalBytes?: number;
  /** Environment variables: HTTPS_PROXY, HTTP_PROXY, NO_PROXY and SSL_CERT_FILE count. Default: none of them is set. */
  env?: Variables;
  /** Told of each wait of two seconds and more, in one line; once where several requests wait for the same. */
  onWait?: (line: string) => void;
}

/** Milliseconds from which on people want to know why nothing happens. */
const TOLD_FROM_MS = 2000;

const LONGEST_WAIT_MS = 30_000;
const MIB = 1024 * 1024;

/**
 * A client with timeouts, limits and retries, on node:http: the first use of global fetch costs 0.13 s, more than the API.
 *
 * Repeated are answers that say "not carried out, come again" (429, a 403 with Retry-After or no requests left, 503)
 * for every method, and 500, 502, 504 and missing answers for GET and `repeatable` alone: a write that may have been
 * carried out is the caller's to look at. Waits as long as Retry-After says.
 *
 * @throws NoAnswerError after the last try, and when the time is used up; TooLargeError at once; RemedyError at once for
 *   what is not an address.
 */
export function createHttp(options: HttpOptions = {}): Http {
  const { tries = 5, timeoutMs = 30_000, waitMs = 500, patienceMs = 120_000, requestMs = 240_000 } = options;
  const { answerBytes = 32 * MIB, totalBytes = 256 * MIB, totalMs = 480_000, env = {} } = options;
  const busy = createStopwatch();
  const waitFor = createWaits(options.onWait);
  let bytesLeft = totalBytes;
  return async (request) => {
    const ends = performance.now() + requestMs;
    const timeLeft = () => Math.min(ends - performance.now(), totalMs - busy.elapsed());
    busy.start();
    try {
      for (let attempt = 1; ; attempt += 1) {
        const last = attempt >= tries;
        const ms = Math.max(1, Math.ceil(Math.min(timeoutMs, timeLeft())));
        try {
          const answer = await send(request, env, { ms, bytes: Math.min(answerBytes, bytesLeft) });
          bytesLeft -= answer.bytes;
          const wait = waitAfter(answer, attempt, waitMs);
          if (last || wait > Math.min(patienceMs, timeLeft()) || !worthRepeating(request, answer))
            return answer;
          await waitFor(wait, whyAgain(request, answer));
        } catch (error) {
          if (last || !isRepeatable(request) || !(error instanceof NoAnswerError)) throw error;
          const wait = backoff(attempt, waitMs);
          if (wait > timeLeft()) throw error;
          await waitFor(wait, `${hostOf(request)} does not answer`);
        }
      }
    } finally {
      busy.stop();
    }
  };
}

/** Waits, and tells of it. Requests that wait side by side wait for one thing. */
function createWaits(tell: HttpOptions["onWait"]) {
  let toldUntil = 0;
  return async (ms: number, why: string): Promise<void> => {
    const until = performance.now() + ms;
    if (tell !== undefined && ms >= TOLD_FROM_MS && until > toldUntil + TOLD_FROM_MS) {
      toldUntil = until;
      tell(`${why}: asking again in ${Math.ceil(ms / 1000)} s`);
    }
    await sleep(ms);
  };
}

function whyAgain(request: HttpRequest, { status }: HttpAnswer): string {
  const host = hostOf(request);
  return status === 429 || status === 403
    ? `${host} limits how much may be asked at a time`
    : `${host} answered ${status}`;
}

function hostOf({ url }: HttpRequest): string {
  return URL.canParse(url) ? new URL(url).host : "the service";
}

/** Milliseconds in which at least one of several things was under way. */
function createStopwatch() {
  let [running, since, sum] = [0, 0, 0];
  const elapsed = () => sum + (running > 0 ? performance.now() - since : 0);
  return {
    elapsed,
    start: () => {
      if (running === 0) since = performance.now();
      running += 1;
    },
    stop: () => {
      if (running === 1) sum = elapsed();
      running -= 1;
    },
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

interface Limits {
  ms: number;
  bytes: number;
}

async function send(
  request: HttpRequest,
  env: Variables,
  limits: Limits,
): Promise<HttpAnswer & { bytes: number }> {
  const url = URL.canParse(request.url) ? new URL(request.url) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new RemedyError({
      code: "address-invalid",
      subject: `${request.method} request`,
      cause: "its address is not http(s)",
      remedy: "fix the configured address",
    });
  }
  const { method } = request;
  const body = request.body === undefined ? undefined : Buffer.from(request.body, "utf8");
  const signal = AbortSignal.timeout(limits.ms);
  const { proxy, isSecure, options } = wayTo(url, env, signal);
  const open = isSecure ? process.getBuiltinModule("node:https").request : httpRequest;
  const headers = {
    ...options.headers,
    ...request.headers,
    ...(body === undefined ? {} : { "content-length": body.length }),
  };
  return new Promise((done, fail) => {
    const lost = (cause: Error) => fail(lossOf({ method, url, proxy, env, cause }));
    const outgoing = open(url, { ...options, method, headers, signal }, (answer) => {
      const refused = answerOfProxy({ method, url, proxy }, answer.statusCode);
      if (refused !== undefined) outgoing.destroy(refused);
      else
        collect(answer, limits.bytes, () => tooLarge(method, url, limits.bytes)).then(
          (text) => done({ status: answer.statusCode ?? 0, headers: answer.headers, ...text }),
          lost,
        );
    });
    outgoing.on("error", lost);
    outgoing.end(body);
  });
}

/** The text of an answer. What is too large is not read to its end: the connection is closed. */
async function collect(
  answer: IncomingMessage,
  most: number,
  refusal: () => Error,
): Promise<{ text: string; bytes: number }> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // Leaving the loop destroys the answer's stream.
    if (bytes > most) throw refusal();
    chunks.push(chunk);
  }
  return { text: Buffer.concat(chunks).toString("utf8"), bytes };
}

function tooLarge(method: string, url: URL, bytes: number): TooLargeError {
  return new TooLargeError({
    code: "answer-too-large",
    subject: `${method} ${url.origin}${url.pathname}`,
    cause: `the answer has more than ${bytes} bytes, or is the last of too many`,
    remedy: "check that the address is the service's, and what is in between; ask for less",
  });
}
