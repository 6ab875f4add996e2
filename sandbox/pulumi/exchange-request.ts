import type { CloudContext } from "./cloud";
import { readText } from "./request-body";
import type { TokenWish } from "./trust-policy";

/** RFC 6749 and RFC 8693 error codes. */
type Code = "invalid_request" | "invalid_scope" | "invalid_target" | "unsupported_grant_type";

/** A refusal of the token endpoint: `{"error", "error_description"}`. */
export class OAuthError extends Error {
  constructor(
    readonly code: Code,
    message: string,
  ) {
    super(message);
  }
}

/** A well-formed token exchange request. */
export interface ExchangeRequest extends TokenWish {
  organization: string;
  audience: string;
  requestedTokenType: string;
  scope: string;
  subjectToken: string;
  /** Seconds; undefined for the default. */
  expiration: number | undefined;
}

const GRANT = "urn:ietf:params:oauth:grant-type:token-exchange";
const ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token";
const TOKEN_TYPE = "urn:pulumi:token-type:access_token:";
const AUDIENCE = "urn:pulumi:org:";
/** What stands before the name in a scope. */
const SCOPES = { team: "team:", personal: "user:" } as const;

/**
 * Reads the request, JSON or form (the action sends JSON, `pulumi login` a form).
 * @throws OAuthError naming the parameter that does not fit, never its value.
 */
export async function readExchange(c: CloudContext): Promise<ExchangeRequest> {
  const given = parameters(await readText(c), c.req.header("content-type") ?? "");
  expect(given, "grant_type", GRANT, "unsupported_grant_type");
  expect(given, "subject_token_type", ID_TOKEN, "invalid_request");
  const audience = given.get("audience") ?? "";
  if (!audience.startsWith(AUDIENCE))
    throw new OAuthError("invalid_target", `audience must be ${AUDIENCE}ORGANIZATION`);
  const subjectToken = given.get("subject_token") ?? "";
  if (subjectToken === "") throw new OAuthError("invalid_request", "subject_token is missing");
  const requestedTokenType = given.get("requested_token_type") ?? "";
  const scope = given.get("scope") ?? "";
  return {
    organization: audience.slice(AUDIENCE.length),
    audience,
    requestedTokenType,
    scope,
    subjectToken,
    expiration: seconds(given.get("expiration")),
    ...wishOf(requestedTokenType, scope),
  };
}

function parameters(body: string, contentType: string): Map<string, string> {
  if (!contentType.includes("json")) return new Map(new URLSearchParams(body));
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed !== "object" || parsed === null) throw new Error("no object");
    return new Map(Object.entries(parsed).map(([name, value]) => [name, String(value ?? "")]));
  } catch {
    throw new OAuthError("invalid_request", "the body is not JSON");
  }
}

function expect(given: Map<string, string>, name: string, value: string, code: Code): void {
  if (given.get(name) !== value) throw new OAuthError(code, `${name} must be ${value}`);
}

function wishOf(requestedTokenType: string, scope: string): TokenWish {
  const tokenType = requestedTokenType.startsWith(TOKEN_TYPE)
    ? requestedTokenType.slice(TOKEN_TYPE.length)
    : "";
  if (tokenType === "runner")
    throw new OAuthError("invalid_request", "the sandbox has no deployment runners");
  if (tokenType === "organization") {
    if (scope !== "" && scope !== "admin")
      throw new OAuthError("invalid_scope", "scope of an organization token must be empty or admin");
    return { tokenType, subject: undefined, admin: scope === "admin" };
  }
  if (tokenType !== "team" && tokenType !== "personal")
    throw new OAuthError(
      "invalid_request",
      `requested_token_type must be ${TOKEN_TYPE}{organization|team|personal}`,
    );
  const prefix = SCOPES[tokenType];
  if (!scope.startsWith(prefix) || scope.length === prefix.length)
    throw new OAuthError("invalid_scope", `scope of a ${tokenType} token must be ${prefix}NAME`);
  return { tokenType, subject: scope.slice(prefix.length), admin: false };
}

/** `pulumi login` sends 0 when nobody said how long. */
function seconds(text: string | undefined): number | undefined {
  if (text === undefined || text === "" || text === "0") return undefined;
  if (!/^\d{1,9}$/.test(text))
    throw new OAuthError("invalid_request", "expiration must be a number of seconds");
  return Number(text);
}
