import { Hono } from "hono";
import { makeToken } from "./access-tokens";
import { type Cloud, type CloudEnv, own } from "./cloud";
import { has } from "./editions";
import { type ExchangeRequest, OAuthError, readExchange } from "./exchange-request";
import {
  type Claims,
  claimedIssuer,
  discoverKeys,
  UntrustedToken,
  verifyIdentityToken,
} from "./identity-token";
import type { OidcIssuer, Organization } from "./state";
import { judge } from "./trust-policy";

/** "Defaults to 25 hours" (docs, Max expiration): the longest life of a token where the issuer sets none. */
const DEFAULT_CAP_SECONDS = 25 * 60 * 60;
/** "Defaults to 2 hours" (docs, expiration). */
const DEFAULT_LIFE_SECONDS = 2 * 60 * 60;

/** `POST /api/oauth/token`: an issuer's identity token for a short-lived Pulumi access token (RFC 8693). */
export function tokenExchangeRoutes(cloud: Cloud): Hono<CloudEnv> {
  const app = new Hono<CloudEnv>();
  app.post("/", async (c) => {
    let target = "unknown";
    let actor = "anonymous";
    try {
      const request = await readExchange(c);
      target = request.organization;
      const { organization, issuer, claims } = await authenticate(cloud, request);
      actor = `oidc:${issuer.name}:${String(claims.sub)}`;
      const answer = issue(cloud, organization, issuer, claims, request);
      audit(cloud, actor, target, "success", request);
      return c.json(answer);
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error;
      audit(cloud, actor, target, "denied");
      return c.json({ error: error.code, error_description: error.message }, 400);
    }
  });
  return app;
}

function audit(
  cloud: Cloud,
  actor: string,
  target: string,
  outcome: "success" | "denied",
  request?: ExchangeRequest,
) {
  const details =
    request === undefined ? {} : { details: { tokenType: request.tokenType, scope: request.scope } };
  cloud.audit.append({
    service: "pulumi",
    actor,
    action: "oidc-token-exchange",
    target,
    outcome,
    ...details,
  });
}

async function authenticate(
  cloud: Cloud,
  request: ExchangeRequest,
): Promise<{ organization: Organization; issuer: OidcIssuer; claims: Claims }> {
  try {
    const iss = claimedIssuer(request.subjectToken).replace(/\/+$/, "");
    const organization = own(cloud.state.organizations, request.organization);
    const issuer = Object.values(organization?.issuers ?? {}).find(({ url }) => url === iss);
    // One answer for an unknown organization and an unknown issuer: this endpoint is open to everybody.
    if (organization === undefined || issuer === undefined)
      throw new UntrustedToken(
        'claim "iss" is not an issuer registered with the organization of the audience',
      );
    const seeded = own(cloud.issuers, issuer.url) ?? own(cloud.issuers, `${issuer.url}/`);
    const jwks = seeded ?? (await discoverKeys(issuer.url));
    return {
      organization,
      issuer,
      claims: await verifyIdentityToken(request.subjectToken, issuer.url, jwks),
    };
  } catch (error) {
    if (error instanceof UntrustedToken) throw new OAuthError("invalid_request", error.message);
    throw error;
  }
}

function issue(
  cloud: Cloud,
  organization: Organization,
  issuer: OidcIssuer,
  claims: Claims,
  request: ExchangeRequest,
): Record<string, unknown> {
  const { tokenType, subject, admin } = request;
  const verdict = judge(issuer.policies, { tokenType, subject, admin }, claims);
  if (verdict.decision === "deny")
    throw new OAuthError("invalid_request", `denied by the issuer's policy: ${verdict.reason}`);
  refuseForeignAudience(claims, request, verdict.rule.rules);
  const scope = scopeOf(organization, request);
  const seconds = Math.min(
    request.expiration ?? DEFAULT_LIFE_SECONDS,
    issuer.maxExpiration ?? DEFAULT_CAP_SECONDS,
  );
  const token = remember(cloud, organization, issuer, claims, { ...scope, seconds });
  return {
    access_token: token,
    issued_token_type: request.requestedTokenType,
    token_type: "token",
    expires_in: seconds,
    scope: request.scope,
  };
}

/** Makes the token, keeps its hash, forgets the expired ones. */
function remember(
  cloud: Cloud,
  organization: Organization,
  issuer: OidcIssuer,
  claims: Claims,
  { seconds, ...scope }: ReturnType<typeof scopeOf> & { seconds: number },
): string {
  const now = Date.now();
  const { token, record } = makeToken(
    {
      ...scope,
      name: `oidc ${issuer.name}`,
      organization: organization.name,
      issuer: issuer.id,
      createdBy: String(claims.sub),
      expires: now + seconds * 1000,
    },
    now,
  );
  cloud.state.tokens = cloud.state.tokens.filter(({ expires }) => expires === undefined || expires > now);
  cloud.state.tokens.push(record);
  issuer.lastUsed = new Date(now).toISOString();
  cloud.save();
  return token;
}

/**
 * A token made for somebody else must not be worth anything here. Its audience is this organization, unless the rule
 * that let it through speaks of `aud` itself (issuers with fixed audiences: EKS, GKE).
 */
function refuseForeignAudience(
  claims: Claims,
  request: ExchangeRequest,
  rules: Record<string, string>,
): void {
  const audiences = [claims.aud].flat();
  if (Object.hasOwn(rules, "aud") || audiences.includes(request.audience)) return;
  throw new OAuthError("invalid_request", 'claim "aud" is not the audience of this request');
}

/** Whom the token speaks for. @throws OAuthError when the organization, its edition or its members do not have that. */
function scopeOf(organization: Organization, request: ExchangeRequest) {
  const { tokenType, subject = "", admin } = request;
  const feature = ({ team: "team-tokens", organization: "organization-tokens" } as const)[
    tokenType as "team"
  ];
  if (feature !== undefined && !has(organization, feature))
    throw new OAuthError(
      "invalid_request",
      `${tokenType} tokens are not part of the edition '${organization.edition}'`,
    );
  if (tokenType === "team") {
    if (own(organization.teams, subject) === undefined)
      throw new OAuthError("invalid_scope", `no team '${subject}'`);
    return { kind: "team" as const, login: "oidc", team: subject };
  }
  if (tokenType === "organization") return { kind: "organization" as const, login: "oidc", admin };
  if (!organization.members.some((member) => member.login === subject))
    throw new OAuthError("invalid_scope", `no member '${subject}'`);
  // Bound to this organization: its issuer must not act as this person in others.
  return { kind: "personal" as const, login: subject };
}
