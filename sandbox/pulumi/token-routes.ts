import type { Hono } from "hono";
import { z } from "zod";
import { requireAdmin } from "./access";
import { type AccessToken, makeToken } from "./access-tokens";
import { actorName, type Cloud, type CloudContext, type CloudEnv, record } from "./cloud";
import { requireFeature } from "./editions";
import { readJson } from "./request-body";
import { param, routesOf } from "./route-table";
import { badRequest, notFound, serviceError } from "./service-error";
import type { Organization } from "./state";
import { existing } from "./team-routes";

const NewToken = z.object({
  name: z.string().min(1).max(40),
  description: z.string().default(""),
  admin: z.boolean().default(false),
  /** Seconds since the epoch; 0 never. */
  expires: z.int().nonnegative().default(0),
});

/** Routes of an organization's and of its teams' access tokens. Mount at `/api/orgs`. */
export function tokenRoutes(cloud: Cloud): Hono<CloudEnv> {
  return routesOf(cloud, [
    ["GET", "/:org/tokens", listTokens],
    ["POST", "/:org/tokens", createToken],
    ["DELETE", "/:org/tokens/:id", deleteToken],
    ["GET", "/:org/teams/:team/tokens", listTokens],
    ["POST", "/:org/teams/:team/tokens", createToken],
    ["DELETE", "/:org/teams/:team/tokens/:id", deleteToken],
  ]);
}

function listTokens(cloud: Cloud, c: CloudContext): Response {
  const { organization, team } = at(cloud, c, "organization-token-read");
  const now = Date.now();
  const filter = c.req.query("filter") ?? "active";
  const tokens = tokensOf(cloud, organization.name, team).filter((token) => {
    const isExpired = token.expires !== undefined && token.expires <= now;
    return filter === "all" || isExpired === (filter === "expired");
  });
  return c.json({ tokens: tokens.map(describe) });
}

async function createToken(cloud: Cloud, c: CloudContext): Promise<Response> {
  const { organization, team } = at(cloud, c, "organization-token-created");
  requireFeature(organization, team === undefined ? "organization-tokens" : "team-tokens");
  const { name, description, admin, expires } = await readJson(c, NewToken);
  if (team !== undefined && admin) throw badRequest("a team token cannot be an administrator's");
  refuseTaken(cloud, organization.name, name);
  const { token, record: made } = makeToken({
    kind: team === undefined ? "organization" : "team",
    login: name,
    name,
    description,
    admin,
    organization: organization.name,
    createdBy: actorName(c.var.principal),
    ...(team === undefined ? {} : { team }),
    ...(expires === 0 ? {} : { expires: expires * 1000 }),
  });
  cloud.state.tokens.push(made);
  cloud.save();
  const target = `${organization.name}/${name}`;
  record(cloud, c.var.principal, "organization-token-created", target, "success", { admin });
  return c.json({ id: made.id, tokenValue: token });
}

function deleteToken(cloud: Cloud, c: CloudContext): Response {
  const { organization, team } = at(cloud, c, "organization-token-deleted");
  const found = tokensOf(cloud, organization.name, team).find((token) => token.id === param(c, "id"));
  if (found === undefined) throw notFound("access token");
  cloud.state.tokens = cloud.state.tokens.filter((token) => token !== found);
  cloud.save();
  record(cloud, c.var.principal, "organization-token-deleted", `${organization.name}/${found.name}`);
  return c.body(null, 204);
}

function at(
  cloud: Cloud,
  c: CloudContext,
  action: string,
): { organization: Organization; team: string | undefined } {
  const organization = requireAdmin(cloud, c.var.principal, param(c, "org"), action);
  const team = c.req.param("team");
  if (team !== undefined) existing(organization, team);
  return { organization, team };
}

/** Tokens that somebody made; those exchanged at an issuer come and go by themselves. */
const tokensOf = (cloud: Cloud, organization: string, team: string | undefined): AccessToken[] =>
  cloud.state.tokens.filter((token) => {
    const isMade = token.kind !== "personal" && token.issuer === undefined;
    return isMade && token.organization === organization && token.team === team;
  });

/** "unique across the organization" (operation CreateOrgToken), team tokens included. */
function refuseTaken(cloud: Cloud, organization: string, name: string): void {
  const isTaken = cloud.state.tokens.some(
    (token) => token.issuer === undefined && token.organization === organization && token.name === name,
  );
  if (isTaken) throw serviceError(409, "Conflict: a token with this name already exists");
}

/** Times in seconds since the epoch, 0 for never, as the vendor gives them. */
const describe = (token: AccessToken) => ({
  id: token.id,
  name: token.name,
  description: token.description,
  type: token.kind,
  admin: token.admin,
  created: new Date(token.created).toISOString(),
  createdBy: token.createdBy,
  expires: Math.floor((token.expires ?? 0) / 1000),
  lastUsed: Math.floor(token.lastUsed / 1000),
});
