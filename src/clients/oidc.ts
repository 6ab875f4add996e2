import { RemedyError } from "../errors";
import { Secret } from "../secret";
import type { Http } from "./http";

/** The door GitHub opens to a job with `id-token: write`. */
export interface IdTokenDoor {
  url: string;
  token: Secret;
}

/** Asks GitHub for the job's id token. @throws RemedyError when GitHub refuses. */
export async function requestIdToken(door: IdTokenDoor, audience: string, http: Http): Promise<Secret> {
  const url = `${door.url}&audience=${encodeURIComponent(audience)}`;
  const answer = await http({
    method: "GET",
    url,
    headers: { authorization: `bearer ${door.token.unwrap()}` },
  });
  const { value } = answer.status === 200 ? parse(answer.text) : {};
  if (typeof value === "string" && value !== "") return new Secret(value);
  const remedy = "give the job permissions: id-token: write, and run it again";
  throw new RemedyError("GitHub's id token", `GitHub answered ${answer.status} without one`, remedy);
}

/**
 * Trades an id token for a short-lived token of one Pulumi team, the narrowest kind there is.
 *
 * @param expiration seconds the token lives.
 * @throws RemedyError with what Pulumi Cloud says does not fit, and what to change.
 */
export async function exchangeToken(
  options: { url: string; organization: string; team: string; idToken: Secret; expiration: number },
  http: Http,
): Promise<Secret> {
  const { url, organization, team, idToken, expiration } = options;
  const body = JSON.stringify({
    audience: `urn:pulumi:org:${organization}`,
    grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
    subject_token_type: "urn:ietf:params:oauth:token-type:id_token",
    requested_token_type: "urn:pulumi:token-type:access_token:team",
    subject_token: idToken.unwrap(),
    scope: `team:${team}`,
    expiration,
  });
  const headers = { "content-type": "application/json" };
  const answer = await http({ method: "POST", url: `${url}/api/oauth/token`, headers, body });
  const { access_token: token, error_description: said } = parse(answer.text);
  if (answer.status === 200 && typeof token === "string" && token !== "") return new Secret(token);
  throw new RemedyError(
    `Pulumi Cloud's trust in this job (team ${team} of ${organization})`,
    `it answered ${answer.status}${typeof said === "string" ? `, ${said}` : ""}`,
    "compare the job's repository, branch and environment with the issuer's policies, which pulumi up declares for the carriers in the stack's config",
  );
}

/** What JSON.parse says of a bad text quotes it, and these texts hold tokens: a bad one reads as empty. */
function parse(text: string): Record<string, unknown> {
  try {
    return { ...JSON.parse(text) } as Record<string, unknown>;
  } catch {
    return {};
  }
}
