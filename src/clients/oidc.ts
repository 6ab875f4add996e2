import { RemedyError } from "../errors";
import { Secret } from "../secret";
import type { Http, HttpAnswer } from "./http";
import { notTheService } from "./pulumi-call";
import { refusal } from "./pulumi-refusal";

/** The endpoint that GitHub gives a job with `id-token: write`. */
export interface IdTokenEndpoint {
  url: string;
  token: Secret;
}

/**
 * The endpoint that GitHub gives this job.
 *
 * @param env variables of the process.
 * @throws RemedyError when there is none.
 */
export function idTokenEndpoint(env: Readonly<Record<string, string | undefined>>): IdTokenEndpoint {
  const url = env.ACTIONS_ID_TOKEN_REQUEST_URL ?? "";
  const token = env.ACTIONS_ID_TOKEN_REQUEST_TOKEN ?? "";
  if (url !== "" && token !== "") return { url, token: new Secret(token) };
  throw new RemedyError({
    code: "id-token-permission-missing",
    subject: "GitHub's id token",
    cause: "this process may not ask for one",
    remedy: "run it in a GitHub Actions job with permissions: id-token: write",
  });
}

/** Asks GitHub for the job's id token. @throws RemedyError when GitHub refuses. */
export async function requestIdToken(
  endpoint: IdTokenEndpoint,
  audience: string,
  http: Http,
): Promise<Secret> {
  const url = `${endpoint.url}&audience=${encodeURIComponent(audience)}`;
  const answer = await http({
    method: "GET",
    url,
    headers: { authorization: `bearer ${endpoint.token.unwrap()}` },
  });
  const { value } = answer.status === 200 ? parse(answer.text) : {};
  if (typeof value === "string" && value !== "") return new Secret(value);
  const remedy = "give the job permissions: id-token: write, and run it again";
  throw new RemedyError({
    code: "id-token-refused",
    subject: "GitHub's id token",
    cause: `GitHub answered ${answer.status} without one`,
    remedy,
  });
}

/** What a job wants to be: one team, the narrowest kind of token there is, or an administrator. */
export type TokenWish = { team: string } | { admin: true };

/** What is traded, and for what. `expiration`: seconds that the token should live. */
export type Trade = {
  url: string;
  organization: string;
  idToken: Secret;
  expiration: number;
} & TokenWish;

/** A token and how long it lives, or an answer without one. */
type Traded =
  | { token: Secret; seconds: number; answer?: never; said?: never }
  | { token?: never; seconds?: never; answer: HttpAnswer; said: string };

/**
 * Trades an id token for a short-lived token of Pulumi Cloud.
 *
 * @throws RemedyError with what Pulumi Cloud says does not fit, and what to change.
 */
export async function exchangeToken(options: Trade, http: Http): Promise<Secret> {
  const { token, answer, said = "" } = await tradeToken(options, http);
  if (token !== undefined) return token;
  const { organization, idToken } = options;
  const thing = `Pulumi Cloud's trust in this job (${wordsOf(options).who} of ${organization})`;
  const reason = `it answered ${answer.status}${said === "" ? "" : `, ${said}`}`;
  throw new RemedyError({
    code: "trust-refused",
    subject: thing,
    cause: `${reason}; the job's claims: ${describeJob(idToken)}`,
    remedy: remedyFor(said, issuerIn(idToken)),
  });
}

/**
 * The same for an application, which gets nothing of the answer's body to log.
 *
 * @throws RemedyError, UnavailableError in an outage: the same codes as the Python loader's `_exchange`.
 */
export async function tradeQuietly(
  options: Trade & { team: string },
  http: Http,
): Promise<{ token: Secret; seconds: number }> {
  const { token, seconds, answer } = await tradeToken(options, http);
  if (token !== undefined) return { token, seconds };
  const { url, organization, idToken, team } = options;
  const thing = `Pulumi Cloud's trust in this identity (team ${team} of ${organization})`;
  const { status } = answer;
  if (status < 300) throw notTheService(thing, "holds no token");
  if (status < 400 || status === 429 || status >= 500)
    throw refusal(
      { thing, url, organization, tokenName: undefined, said: "", known: {}, quotes: false },
      answer,
    );
  const { iss, aud, sub } = claimsIn(idToken);
  throw new RemedyError({
    code: "trust-refused",
    subject: thing,
    cause: `it answered ${status}; the identity: iss ${iss}, aud ${aud}, sub ${sub}`,
    remedy: "compare this with the trust declared for the application (secrets/), then pulumi up",
  });
}

/** Asks for the trade (operation Token of Pulumi Cloud's API, RFC 8693). */
async function tradeToken(options: Trade, http: Http): Promise<Traded> {
  const { url, organization, idToken, expiration } = options;
  const { kind, scope } = wordsOf(options);
  const body = JSON.stringify({
    audience: `urn:pulumi:org:${organization}`,
    grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
    subject_token_type: "urn:ietf:params:oauth:token-type:id_token",
    requested_token_type: `urn:pulumi:token-type:access_token:${kind}`,
    subject_token: idToken.unwrap(),
    scope,
    expiration,
  });
  const headers = { "content-type": "application/json" };
  // A second token beside a lost one does no harm: both are short-lived.
  const request = { method: "POST", url: `${url}/api/oauth/token`, headers, body, repeatable: true } as const;
  const answer = await http(request);
  const { access_token: token, error_description: said, expires_in: seconds } = parse(answer.text);
  if (answer.status === 200 && typeof token === "string" && token !== "")
    return { token: new Secret(token), seconds: typeof seconds === "number" ? seconds : expiration };
  return { answer, said: typeof said === "string" ? said : "" };
}

/** The wish in the words of the exchange (specification, operation Token), and in a person's. */
function wordsOf(wish: TokenWish): { kind: string; scope: string; who: string } {
  if ("team" in wish) return { kind: "team", scope: `team:${wish.team}`, who: `team ${wish.team}` };
  return { kind: "organization", scope: "admin", who: "administrator" };
}

/** Claims that tell which job it is; names and ids, no credential. */
const TOLD = [
  "iss",
  "aud",
  "sub",
  "repository",
  "repository_id",
  "ref",
  "base_ref",
  "event_name",
  "environment",
  "workflow_ref",
];

/** What the id token says of the job, for comparison with the rules. */
function describeJob(idToken: Secret): string {
  const claims = claimsIn(idToken);
  const told = TOLD.filter((name) => claims[name] !== undefined);
  return told.map((name) => `${name} ${JSON.stringify(claims[name])}`).join(", ") || "not told";
}

/** Claims of a JWT, unverified: the service verifies it. */
export function claimsIn(idToken: Secret): Record<string, unknown> {
  const [, body = ""] = idToken.unwrap().split(".");
  return parse(Buffer.from(body, "base64url").toString("utf8"));
}

function issuerIn(idToken: Secret): string {
  return String(claimsIn(idToken).iss ?? "");
}

/** An issuer of GitHub's that has an enterprise's slug behind its own address. */
const ENTERPRISE = /^https:\/\/token\.actions\.(?:githubusercontent\.com|[^/]+\.ghe\.com)\/([A-Za-z0-9-]+)$/;

/** The slug that an enterprise adds to the issuer of its identities; undefined where it adds none. */
export function enterpriseIn(issuer: string): string | undefined {
  return ENTERPRISE.exec(issuer)?.[1];
}

const DECLARED = "pulumi up of the organization's stack declares it";

const REMEDIES: readonly (readonly [speaksOf: RegExp, remedy: string])[] = [
  [
    /issuer|"iss"/i,
    `register GitHub's issuer with the organization that the stack's config names: ${DECLARED}`,
  ],
  [/audience|"aud"/i, `the issuer's rules must name the audience urn:pulumi:org:ORGANIZATION: ${DECLARED}`],
  [/team|scope/i, "make the team that writes this environment: pulumi up of the stack that owns it"],
  [/expir/i, "let the issuer's tokens live 900 seconds or longer, and check the runner's clock"],
];

/** What to change, by the part of the trust that the refusal speaks of; the service's wording is not documented. */
function remedyFor(said: string, issuer: string): string {
  const slug = enterpriseIn(issuer);
  if (slug !== undefined && /issuer|"iss"/i.test(said))
    return `the enterprise adds its slug to its issuer. If issuerEnterprise in the config is not ${slug}: pulumi config set issuerEnterprise ${slug} -s STACK, then pulumi up -s STACK, for the organization's stack`;
  const known = REMEDIES.find(([speaksOf]) => !/polic|rule/i.test(said) && speaksOf.test(said));
  if (known !== undefined) return known[1];
  return `compare this with the issuer's policies: ${DECLARED}, for the carriers, the branch and the environments in the stacks' config; a run from another branch, repository or workflow file is refused on purpose`;
}

/** What JSON.parse says of a bad text quotes it, and these texts hold tokens: a bad one reads as empty. */
function parse(text: string): Record<string, unknown> {
  try {
    return { ...JSON.parse(text) } as Record<string, unknown>;
  } catch {
    return {};
  }
}
