import { createHash, randomUUID } from "node:crypto";
import type { Hono } from "hono";
import { z } from "zod";
import { requireAdmin } from "./access";
import { type Cloud, type CloudContext, type CloudEnv, own, record } from "./cloud";
import { readJson } from "./request-body";
import { requireScope } from "./role-scopes";
import { param, routesOf } from "./route-table";

import { badRequest, notFound } from "./service-error";
import type { OidcIssuer, Organization, TrustRule } from "./state";

// The provider sends `null` for what its user left out: ignored, as storing it would make the issuer unreadable.
const Changes = z.object({
  name: z.string().min(1).nullish(),
  thumbprints: z.array(z.string()).nullish(),
  maxExpiration: z.int().positive().nullish(),
});
const Registration = Changes.extend({ name: z.string().min(1), url: z.url() });
const Rule = z.object({
  decision: z.enum(["allow", "deny"]),
  tokenType: z.enum(["organization", "team", "personal", "runner"]),
  teamName: z.string().nullish(),
  userLogin: z.string().nullish(),
  runnerID: z.string().nullish(),
  roleID: z.string().nullish(),
  authorizedPermissions: z.array(z.string()).nullish(),
  rules: z.record(z.string(), z.string()),
});
const Policy = z.object({ policies: z.array(Rule) });

/** Routes of OIDC issuers and their trust policies, below `/api/orgs/:org`. */
export function issuerRoutes(cloud: Cloud): Hono<CloudEnv> {
  return routesOf(cloud, [
    ["GET", "/:org/oidc/issuers", listIssuers],
    ["POST", "/:org/oidc/issuers", registerIssuer],
    ["GET", "/:org/oidc/issuers/:id", showIssuer],
    ["PATCH", "/:org/oidc/issuers/:id", updateIssuer],
    ["DELETE", "/:org/oidc/issuers/:id", deleteIssuer],
    ["GET", "/:org/auth/policies/oidcissuers/:id", showPolicy],
    ["PATCH", "/:org/auth/policies/:policy", updatePolicy],
  ]);
}

function listIssuers(cloud: Cloud, c: CloudContext): Response {
  const organization = reader(cloud, c, "oidc_issuers:read", "oidc-issuer-read");
  return c.json({ oidcIssuers: Object.values(organization.issuers).map(describe) });
}

async function registerIssuer(cloud: Cloud, c: CloudContext): Promise<Response> {
  const organization = admin(cloud, c, "oidc-issuer-registered");
  const given = await readJson(c, Registration);
  const url = given.url.replace(/\/+$/, "");
  if (Object.values(organization.issuers).some((issuer) => issuer.url === url || issuer.name === given.name))
    throw badRequest("an issuer with this name or URL is already registered");
  const issuer = register(given, url);
  organization.issuers[issuer.id] = issuer;
  cloud.save();
  log(cloud, c, "oidc-issuer-registered", organization, issuer);
  return c.json(describe(issuer));
}

function showIssuer(cloud: Cloud, c: CloudContext): Response {
  const organization = reader(cloud, c, "oidc_issuers:read", "oidc-issuer-read");
  return c.json(describe(found(organization, param(c, "id"))));
}

async function updateIssuer(cloud: Cloud, c: CloudContext): Promise<Response> {
  const organization = admin(cloud, c, "oidc-issuer-updated");
  const issuer = found(organization, param(c, "id"));
  const change = await readJson(c, Changes);
  issuer.name = change.name ?? issuer.name;
  issuer.thumbprints = change.thumbprints ?? issuer.thumbprints;
  if (typeof change.maxExpiration === "number") issuer.maxExpiration = change.maxExpiration;
  issuer.modified = new Date().toISOString();
  cloud.save();
  log(cloud, c, "oidc-issuer-updated", organization, issuer);
  return c.json(describe(issuer));
}

function deleteIssuer(cloud: Cloud, c: CloudContext): Response {
  const organization = admin(cloud, c, "oidc-issuer-deleted");
  const issuer = found(organization, param(c, "id"));
  delete organization.issuers[issuer.id];
  cloud.save();
  log(cloud, c, "oidc-issuer-deleted", organization, issuer);
  return c.body(null, 204);
}

function showPolicy(cloud: Cloud, c: CloudContext): Response {
  const organization = reader(cloud, c, "auth_policies:read", "auth-policy-read");
  return c.json(describePolicy(found(organization, param(c, "id"))));
}

async function updatePolicy(cloud: Cloud, c: CloudContext): Promise<Response> {
  const organization = admin(cloud, c, "auth-policy-updated");
  const issuer = Object.values(organization.issuers).find((i) => i.policyId === param(c, "policy"));
  if (issuer === undefined) throw notFound("auth policy");
  const { policies } = await readJson(c, Policy);
  if (policies.length === 0) throw badRequest("policy definition can not be empty");
  issuer.policies = policies.map(checkedRule);
  issuer.policyVersion += 1;
  issuer.modified = new Date().toISOString();
  cloud.save();
  log(cloud, c, "auth-policy-updated", organization, issuer);
  return c.json(describePolicy(issuer));
}

const reader = (cloud: Cloud, c: CloudContext, scope: string, action: string) =>
  requireScope(cloud, c.var.principal, param(c, "org"), scope, action);

const admin = (cloud: Cloud, c: CloudContext, action: string) =>
  requireAdmin(cloud, c.var.principal, param(c, "org"), action);

const log = (cloud: Cloud, c: CloudContext, action: string, organization: Organization, issuer: OidcIssuer) =>
  record(cloud, c.var.principal, action, `${organization.name}/${issuer.name}`, "success", {
    url: issuer.url,
  });

/**
 * A new issuer. Its policy has no rules, and what no rule allows is denied. The thumbprint is made up from the URL:
 * the real service notes the SHA-256 of the TLS certificate it is served, and there is none on loopback.
 */
function register(given: z.infer<typeof Registration>, url: string): OidcIssuer {
  const now = new Date().toISOString();
  return {
    id: randomUUID(),
    name: given.name,
    url,
    thumbprints: given.thumbprints ?? [createHash("sha256").update(url).digest("hex")],
    ...(typeof given.maxExpiration === "number" ? { maxExpiration: given.maxExpiration } : {}),
    policyId: randomUUID(),
    policyVersion: 1,
    policies: [],
    created: now,
    modified: now,
  };
}

/** "teamName: required when tokenType is team" and so on; only "admin" for organization tokens (operation UpdateAuthPolicy). */
function checkedRule(rule: z.infer<typeof Rule>): TrustRule {
  const { teamName, userLogin, runnerID, roleID, authorizedPermissions, ...rest } = rule;
  const needed = { team: teamName, personal: userLogin, runner: runnerID, organization: "none" }[
    rule.tokenType
  ];
  if (!needed) throw badRequest(`a policy for ${rule.tokenType} tokens must say which one`);
  const permissions = authorizedPermissions ?? [];
  if (permissions.some((p) => p !== "admin" || rule.tokenType !== "organization"))
    throw badRequest("authorizedPermissions: only 'admin', for organization tokens");
  return {
    ...rest,
    authorizedPermissions: permissions,
    ...(teamName ? { teamName } : {}),
    ...(userLogin ? { userLogin } : {}),
    ...(runnerID ? { runnerID } : {}),
    ...(roleID ? { roleID } : {}),
  };
}

function found(organization: Organization, id: string): OidcIssuer {
  const issuer = own(organization.issuers, id);
  if (issuer === undefined) throw notFound("oidc issuer");
  return issuer;
}

const describe = ({ policyId: _, policyVersion: __, policies: ___, ...issuer }: OidcIssuer) => ({
  ...issuer,
  issuer: issuer.url,
});

const describePolicy = (issuer: OidcIssuer) => ({
  id: issuer.policyId,
  version: issuer.policyVersion,
  created: issuer.created,
  modified: issuer.modified,
  policies: issuer.policies,
});
