import type { Hono } from "hono";
import { z } from "zod";
import { isAdmin, organizationFor, requireAdmin } from "./access";
import { type Cloud, type CloudContext, type CloudEnv, own, record } from "./cloud";
import { requireFeature } from "./editions";
import { userInfo } from "./environment-event";
import { readJson } from "./request-body";
import { param, routesOf } from "./route-table";

import { badRequest, notFound, serviceError } from "./service-error";
import type { Organization, Team } from "./state";
import { applyChange, namesIn, shortEnough, TeamChange } from "./team-change";

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,39}$/;
const NewTeam = z.object({
  name: z.string().optional(),
  displayName: z.string().optional(),
  description: z.string().optional(),
  githubTeamID: z.int().positive().optional(),
});
/** Routes below `/api/orgs/:org/teams`: teams, their members and what they may do in environments. */
export function teamRoutes(cloud: Cloud): Hono<CloudEnv> {
  return routesOf(cloud, [
    ["GET", "/:org/teams", listTeams],
    ["POST", "/:org/teams/pulumi", createPulumiTeam],
    ["POST", "/:org/teams/github", createGitHubTeam],
    ["GET", "/:org/teams/:team", showTeam],
    ["PATCH", "/:org/teams/:team", updateTeam],
    ["DELETE", "/:org/teams/:team", deleteTeam],
  ]);
}

function listTeams(cloud: Cloud, c: CloudContext): Response {
  const organization = organizationFor(cloud, c.var.principal, param(c, "org"));
  return c.json({
    teams: Object.values(organization.teams).map((team) => describe(c, organization, team)),
  });
}

async function createPulumiTeam(cloud: Cloud, c: CloudContext): Promise<Response> {
  return create(cloud, c, "pulumi", await readJson(c, NewTeam));
}

async function createGitHubTeam(cloud: Cloud, c: CloudContext): Promise<Response> {
  return create(cloud, c, "github", await readJson(c, NewTeam));
}

function showTeam(cloud: Cloud, c: CloudContext): Response {
  const organization = organizationFor(cloud, c.var.principal, param(c, "org"));
  return c.json(describe(c, organization, existing(organization, param(c, "team"))));
}

async function updateTeam(cloud: Cloud, c: CloudContext): Promise<Response> {
  const organization = requireAdmin(cloud, c.var.principal, param(c, "org"), "team-updated");
  const team = existing(organization, param(c, "team"));
  const change = await readJson(c, TeamChange);
  applyChange(organization, team, change);
  cloud.save();
  record(
    cloud,
    c.var.principal,
    "team-updated",
    `${organization.name}/${team.name}`,
    "success",
    namesIn(change),
  );
  return c.body(null, 204);
}

function deleteTeam(cloud: Cloud, c: CloudContext): Response {
  const organization = requireAdmin(cloud, c.var.principal, param(c, "org"), "team-deleted");
  const { name } = existing(organization, param(c, "team"));
  delete organization.teams[name];
  // A deleted team's tokens die with it: a later team of the same name must not inherit them.
  cloud.state.tokens = cloud.state.tokens.filter(
    (t) => t.team !== name || t.organization !== organization.name,
  );
  cloud.save();
  record(cloud, c.var.principal, "team-deleted", `${organization.name}/${name}`);
  return c.body(null, 204);
}

function create(
  cloud: Cloud,
  c: CloudContext<"/:org">,
  kind: Team["kind"],
  given: z.infer<typeof NewTeam>,
): Response {
  const organization = requireAdmin(cloud, c.var.principal, param(c, "org"), "team-created");
  requireFeature(organization, "teams");
  if (kind === "github" && given.githubTeamID === undefined) throw badRequest("No TeamID provided.");
  const name = given.name || (kind === "github" ? `github-${given.githubTeamID}` : "");
  if (!NAME.test(name)) throw badRequest("a team name holds 1 to 40 letters, digits, '-', '_' or '.'");
  if (own(organization.teams, name) !== undefined)
    throw serviceError(409, "Conflict: Team with this name already exists");
  const team: Team = {
    kind,
    name,
    displayName: shortEnough(given.displayName || name),
    description: given.description ?? "",
    members: [],
    environments: [],
    ...(given.githubTeamID === undefined ? {} : { githubTeamId: given.githubTeamID }),
  };
  organization.teams[name] = team;
  cloud.save();
  record(cloud, c.var.principal, "team-created", `${organization.name}/${name}`);
  return c.json(describe(c, organization, team), 201);
}

/** The team of that name. @throws 404 */
export function existing(organization: Organization, name: string): Team {
  const team = own(organization.teams, name);
  if (team === undefined) throw notFound(`team '${name}'`);
  return team;
}

function describe(c: CloudContext, organization: Organization, team: Team) {
  const { principal } = c.var;
  const mine = isAdmin(organization, principal)
    ? "admin"
    : team.members.includes(principal.login)
      ? "member"
      : "none";
  return {
    kind: team.kind,
    name: team.name,
    displayName: team.displayName,
    description: team.description,
    members: team.members.map((login) => ({ ...userInfo(login), role: "member" })),
    environments: team.environments,
    stacks: team.stacks ?? [],
    accounts: [],
    ...(team.roleId === undefined ? {} : { roleIds: [team.roleId] }),
    userRole: mine,
  };
}
