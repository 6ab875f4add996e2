import { RemedyError, TokenError } from "../errors";
import type { Secret } from "../secret";
import { type Http, type HttpAnswer, type HttpRequest, NoAnswerError } from "./http";

/** Somebody wrote between our read and our write: read again, plan again. */
export class ConflictError extends RemedyError {}

/** The service is down or overloaded: nothing is wrong with what was asked. */
export class UnavailableError extends RemedyError {}

/** Whether an error says that a service is down or out of reach, whatever was asked of it. */
export function isOutage(error: unknown): boolean {
  return error instanceof NoAnswerError || error instanceof UnavailableError;
}

/** What was asked for is not there, or does not show to this token. */
export class NotFoundError extends RemedyError {}

/** One organization of Pulumi Cloud, as a client asks it. */
export interface PulumiCall {
  organization: string;
  /**
   * @param thing what the request is about, for errors.
   * @param path below the service's address: `/api/orgs/acme/members`.
   * @throws RemedyError for every answer of 300 and more: one that leads elsewhere is no answer of the service's.
   */
  (thing: string, path: string, request?: Omit<HttpRequest, "url">): Promise<HttpAnswer>;
}

/** @param url address without path, such as https://api.pulumi.com. */
export function createPulumiCall(options: {
  url: string;
  organization: string;
  token: Secret;
  http: Http;
}): PulumiCall {
  const { url, organization, token, http } = options;
  const call = async (
    thing: string,
    path: string,
    request: Omit<HttpRequest, "url"> = { method: "GET" },
  ): Promise<HttpAnswer> => {
    const headers = {
      authorization: `token ${token.unwrap()}`,
      ...(path.startsWith(ESC) ? { "content-type": "application/x-yaml" } : JSON_HEADERS),
      ...request.headers,
    };
    const answer = await http({ ...request, url: `${url}${path}`, headers });
    if (answer.status >= 300)
      throw refusal(thing, answer, path.startsWith(ESC) ? OF_ENVIRONMENTS : OF_ORGANIZATION);
    return answer;
  };
  return Object.assign(call, { organization });
}

const ESC = "/api/esc/";

/** The version of the service's older API that its own provider asks for. */
const JSON_HEADERS = { accept: "application/vnd.pulumi+9", "content-type": "application/json" };

/** The answer's JSON. What JSON.parse says of a bad text quotes it, and this text holds values: it is not passed on. */
export function parseAnswer(thing: string, answer: HttpAnswer): object {
  try {
    const value = JSON.parse(answer.text) as unknown;
    if (typeof value === "object" && value !== null) return value;
  } catch {}
  throw notTheService(thing, "is not JSON");
}

export function notTheService(thing: string, what: string): RemedyError {
  return new RemedyError({
    code: "pulumi-answer-unreadable",
    subject: thing,
    cause: `the service's answer ${what}`,
    remedy: LOOK_BETWEEN,
  });
}

const LOOK_BETWEEN = "check that the address is Pulumi Cloud's API, and what stands in between";

export function revisionOf(escPath: string, answer: HttpAnswer): number {
  const revision = Number(answer.headers["pulumi-esc-revision"]);
  if (Number.isInteger(revision) && revision > 0) return revision;
  throw notTheService(escPath, "names no revision");
}

type Refusals = Readonly<Record<number, readonly [reason: string, remedy: string]>>;

const UNKNOWN_TOKEN = [
  "the token is unknown, revoked or expired",
  "get a new token: run the job again, or pulumi login",
] as const;

const OF_ENVIRONMENTS: Refusals = {
  401: UNKNOWN_TOKEN,
  403: [
    "the token may not do this",
    "grant its team the right on this environment (secrets/access.ts), then pulumi up",
  ],
  404: [
    "there is no such environment, or the token may not see it",
    "pulumi up for the stack that owns it; then check the token's team",
  ],
  413: ["the text is larger than the service takes", "move secrets to another group"],
};

const OF_ORGANIZATION: Refusals = {
  401: UNKNOWN_TOKEN,
  403: ["the token may not do this", "use the token of an administrator of the organization"],
  404: [
    "there is no such thing, or the token may not see it",
    "check its name; use the token of an administrator of the organization",
  ],
};

const CODES: Readonly<Record<number, string>> = {
  401: "pulumi-token-invalid",
  403: "pulumi-permission-denied",
  404: "pulumi-not-found",
  413: "environment-text-too-large",
};
const KINDS: Readonly<Record<number, typeof RemedyError>> = { 401: TokenError, 404: NotFoundError };

function refusal(thing: string, answer: HttpAnswer, known: Refusals): RemedyError {
  if (answer.status === 409) {
    return new ConflictError({
      code: "write-conflict",
      subject: thing,
      cause: "somebody else wrote it in between",
      remedy: "run again: it reads and plans anew",
    });
  }
  if (answer.status < 400) {
    const cause = `the service answered ${answer.status}, which is a redirect: something stands in between`;
    return new RemedyError({ code: "pulumi-redirected", subject: thing, cause, remedy: LOOK_BETWEEN });
  }
  const [why, what] = known[answer.status] ?? [];
  const code = CODES[answer.status];
  if (why !== undefined && what !== undefined && code !== undefined)
    return new (KINDS[answer.status] ?? RemedyError)({ code, subject: thing, cause: why, remedy: what });
  const reason = `the service answered ${answer.status}${diagnosticsOf(answer)}`;
  if (answer.status >= 500 || answer.status === 429)
    return new UnavailableError({
      code: "pulumi-unavailable",
      subject: thing,
      cause: reason,
      remedy: "run again later",
    });
  return new RemedyError({
    code: "pulumi-refused",
    subject: thing,
    cause: reason,
    remedy:
      known === OF_ENVIRONMENTS
        ? "fix the text of the environment"
        : "check what was asked for, then run this again",
  });
}

/** Summaries of the service's diagnostics: they speak of the text's structure. Its free message may quote text, so it stays out. */
function diagnosticsOf(answer: HttpAnswer): string {
  try {
    const body = JSON.parse(answer.text) as { diagnostics?: { range?: { begin?: { line?: number } } }[] };
    const lines = (body.diagnostics ?? [])
      .map((each) => each.range?.begin?.line)
      .filter((line) => line !== undefined);
    return lines.length === 0 ? "" : ` (lines ${lines.join(", ")})`;
  } catch {
    return "";
  }
}
