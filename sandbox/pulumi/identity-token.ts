import { createPublicKey, type JsonWebKey } from "node:crypto";
import jwt from "jsonwebtoken";

/** Claims of a verified identity token. */
export type Claims = jwt.JwtPayload & { iss: string };

const TIMEOUT_MS = 5000;

/** A token that cannot be trusted. The message names the claim or the part that failed, never its value. */
export class UntrustedToken extends Error {
  override name = "UntrustedToken";
}

/**
 * The issuer a token claims to come from, unverified: what its keys are looked up by.
 * @throws UntrustedToken when it is not a JWT
 */
export function claimedIssuer(token: string): string {
  const decoded = jwt.decode(token, { complete: true, json: true });
  const payload = decoded?.payload;
  if (typeof payload !== "object" || typeof payload.iss !== "string")
    throw new UntrustedToken('subject_token is not a JWT with a claim "iss"');
  return payload.iss;
}

/**
 * Verifies signature (RS256, by the key its `kid` names in the issuer's JWKS), `iss`, `exp` and `nbf`.
 *
 * @param jwksUrl the document that stands for the issuer's keys, read again each time: a rotated key counts at once.
 * @throws UntrustedToken
 */
export async function verifyIdentityToken(token: string, issuer: string, jwksUrl: string): Promise<Claims> {
  const key = await keyOf(token, jwksUrl);
  try {
    // RS256 alone: a token must not choose its own algorithm ("none", or HS256 with the public key as its secret).
    const claims = jwt.verify(token, key, { algorithms: ["RS256"], issuer: [issuer, `${issuer}/`] });
    if (typeof claims === "string" || claims.exp === undefined)
      throw new UntrustedToken('claim "exp" is missing');
    return claims as Claims;
  } catch (error) {
    throw error instanceof UntrustedToken ? error : new UntrustedToken(reasonOf(error as Error));
  }
}

/**
 * Where an issuer of this machine has its keys (OpenID Connect Discovery 1.0). The sandbox asks nobody else.
 *
 * @throws UntrustedToken
 */
export async function discoverKeys(issuer: string): Promise<string> {
  const { hostname } = new URL(issuer);
  if (!/^(localhost|\[::1\]|127\.\d+\.\d+\.\d+)$/.test(hostname))
    throw new UntrustedToken("the sandbox's seed names no key document for this issuer");
  const { issuer: own, jwks_uri: keys } = await fetchJson(`${issuer}/.well-known/openid-configuration`);
  if (String(own).replace(/\/+$/, "") !== issuer || typeof keys !== "string")
    throw new UntrustedToken("the issuer's own description names another issuer, or no keys");
  return keys;
}

async function keyOf(token: string, jwksUrl: string): Promise<string> {
  const kid = jwt.decode(token, { complete: true })?.header.kid;
  if (kid === undefined) throw new UntrustedToken('header "kid" is missing');
  const jwk = (await fetchKeys(jwksUrl)).find(
    (candidate) => candidate.kid === kid && candidate.kty === "RSA",
  );
  if (jwk === undefined) throw new UntrustedToken('header "kid" names no RSA key of the issuer');
  return createPublicKey({ key: jwk, format: "jwk" }).export({ type: "spki", format: "pem" }).toString();
}

async function fetchKeys(url: string): Promise<(JsonWebKey & { kid?: string })[]> {
  const { keys } = await fetchJson(url);
  if (!Array.isArray(keys)) throw new UntrustedToken("the issuer's keys are not a list");
  return keys as (JsonWebKey & { kid?: string })[];
}

async function fetchJson(url: string): Promise<Record<string, unknown>> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: "error" });
    if (!response.ok) throw new Error(`answer ${response.status}`);
    return { ...((await response.json()) as object) };
  } catch (error) {
    throw new UntrustedToken(`the issuer's keys cannot be read (${(error as Error).message})`);
  }
}

function reasonOf(error: Error): string {
  if (error instanceof jwt.TokenExpiredError) return 'claim "exp": the token is expired';
  if (error instanceof jwt.NotBeforeError) return 'claim "nbf": the token is not valid yet';
  if (error.message.startsWith("jwt issuer")) return 'claim "iss" is not the registered issuer';
  return `the signature cannot be verified (${error.message})`;
}
