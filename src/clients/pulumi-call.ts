import { RemedyError } from "../errors";
import type { Secret } from "../secret";
import { type Http, type HttpAnswer, type HttpRequest, NoAnswerError } from "./http";
import type { FoundToken } from "./pulumi-login";
import {
  ConflictError,
  LOOK_BETWEEN,
  NotFoundError,
  OF_ENVIRONMENTS,
  OF_ORGANIZATION,
  refusal,
  saidInRefusal,
  UnavailableError,
} from "./pulumi-refusal";

export { ConflictError, NotFoundError, UnavailableError };

/** Whether an error says that a service is down or out of reach, whatever was asked of it. */
export function isOutage(error: unknown): boolean {
  return error instanceof NoAnswerError || error instanceof UnavailableError;
}

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
  /** Where the token was found, as people know the place: an unknown one is named by it. */
  tokenName?: FoundToken["name"];
  http: Http;
}): PulumiCall {
  const { url, organization, token, tokenName, http } = options;
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
    if (answer.status >= 300) {
      const known = path.startsWith(ESC) ? OF_ENVIRONMENTS : OF_ORGANIZATION;
      const said = saidInRefusal(answer, token);
      const quotes = path.startsWith(OF_NAMES);
      throw refusal({ thing, url, organization, tokenName, said, known, quotes }, answer);
    }
    return answer;
  };
  return Object.assign(call, { organization });
}

const ESC = "/api/esc/";

/** Teams, members, issuers, logs: nothing asked here holds a value, so the service's own words can be shown. */
const OF_NAMES = "/api/orgs/";

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

export function revisionOf(escPath: string, answer: HttpAnswer): number {
  const revision = Number(answer.headers["pulumi-esc-revision"]);
  if (Number.isInteger(revision) && revision > 0) return revision;
  throw notTheService(escPath, "names no revision");
}
