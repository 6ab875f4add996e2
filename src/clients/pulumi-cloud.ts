import { RemedyError } from "../errors";
import type { Secret } from "../secret";
import type { Http, HttpAnswer, HttpRequest } from "./http";

/** An ESC environment's text as the service holds it, and what a later write must name to be the next one. */
export interface EnvironmentText {
  text: string;
  etag: string;
  revision: number;
}

/** Somebody wrote between our read and our write: read again, plan again. */
export class ConflictError extends RemedyError {}

/** The service is down or overloaded: nothing is wrong with what was asked. */
export class UnavailableError extends RemedyError {}

/** The part of Pulumi Cloud that the sync job and the loader use. Environments are named `project/name`. */
export interface PulumiCloud {
  /** Secrets as ciphertext; needs the right to read. */
  read(environment: string): Promise<EnvironmentText>;
  /** Secrets in clear; needs the right to open. */
  decrypt(environment: string): Promise<EnvironmentText>;
  /** Replaces the whole text if nobody wrote since `etag`. @returns the new revision. @throws ConflictError */
  write(environment: string, text: string, etag: string): Promise<number>;
  /** Opens an environment and its imports. @returns ESC's evaluated document. */
  open(environment: string): Promise<unknown>;
}

const SESSION = "2h";

/**
 * A client of Pulumi Cloud for one organization.
 *
 * @param url address without path, such as https://api.pulumi.com.
 * @throws RemedyError from every method, naming the environment, the cause and the remedy.
 */
export function createPulumiCloud(options: {
  url: string;
  organization: string;
  token: Secret;
  http: Http;
}): PulumiCloud {
  const { url, organization, token, http } = options;
  const base = `${url}/api/esc/environments/${organization}`;

  const call = async (environment: string, request: HttpRequest): Promise<HttpAnswer> => {
    const headers = {
      authorization: `token ${token.unwrap()}`,
      "content-type": "application/x-yaml",
      ...request.headers,
    };
    const answer = await http({ ...request, headers });
    if (answer.status >= 400) throw refusal(`${organization}/${environment}`, answer);
    return answer;
  };
  const textAt = async (environment: string, suffix: string): Promise<EnvironmentText> => {
    const answer = await call(environment, { method: "GET", url: `${base}/${environment}${suffix}` });
    const revision = revisionOf(environment, answer);
    const { etag } = answer.headers;
    // A write without a tag overwrites whatever stands: better not to start.
    if (etag === undefined || etag === "") throw notTheService(environment, "carries no ETag");
    return { text: answer.text, etag, revision };
  };

  return {
    read: (environment) => textAt(environment, ""),
    decrypt: (environment) => textAt(environment, "/decrypt"),
    write: async (environment, text, etag) => {
      // The service takes the tag in the request header ETag (as its own CLI sends it), not in If-Match.
      const request = {
        method: "PATCH",
        url: `${base}/${environment}`,
        headers: { etag },
        body: text,
      } as const;
      return revisionOf(environment, await call(environment, request));
    },
    open: async (environment) => {
      const opened = await call(environment, {
        method: "POST",
        url: `${base}/${environment}/open?duration=${SESSION}`,
        body: "",
        repeatable: true,
      });
      const { id } = parse(environment, opened) as { id?: unknown };
      if (typeof id !== "string") throw notTheService(environment, "names no session");
      const url = `${base}/${environment}/open/${encodeURIComponent(id)}`;
      return parse(environment, await call(environment, { method: "GET", url }));
    },
  };
}

/** The answer's JSON. What JSON.parse says of a bad text quotes it, and this text holds values: it is not passed on. */
function parse(environment: string, answer: HttpAnswer): object {
  try {
    const value = JSON.parse(answer.text) as unknown;
    if (typeof value === "object" && value !== null) return value;
  } catch {}
  throw notTheService(environment, "is not JSON");
}

function notTheService(environment: string, what: string): RemedyError {
  const remedy = "check that the address is Pulumi Cloud's API, and what stands in between";
  return new RemedyError(environment, `the service's answer ${what}`, remedy);
}

function revisionOf(environment: string, answer: HttpAnswer): number {
  const revision = Number(answer.headers["pulumi-esc-revision"]);
  if (Number.isInteger(revision) && revision > 0) return revision;
  throw notTheService(environment, "names no revision");
}

const REFUSALS: Record<number, [reason: string, remedy: string]> = {
  401: ["the token is unknown, revoked or expired", "get a new token: run the job again, or pulumi login"],
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

function refusal(thing: string, answer: HttpAnswer): RemedyError {
  if (answer.status === 409) {
    return new ConflictError(
      thing,
      "somebody else wrote it in between",
      "run again: it reads and plans anew",
    );
  }
  const known = REFUSALS[answer.status];
  if (known !== undefined) return new RemedyError(thing, known[0], known[1]);
  const reason = `the service answered ${answer.status}${diagnosticsOf(answer)}`;
  if (answer.status >= 500 || answer.status === 429)
    return new UnavailableError(thing, reason, "run again later");
  return new RemedyError(thing, reason, "mend the text of the environment");
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
