import { z } from "zod";
import { organizationForMember, organizationForOwner } from "./access";
import { simpleUser } from "./account-json";
import { actorName } from "./actor";
import { apiUrl, body, type GitHubApp, type GitHubContext, type GitHubParts, param } from "./github-app";
import { notFound, validationFailed } from "./github-error";
import { newId, type Organization, type Team } from "./github-state";
import { page } from "./pagination";
import { fullTeam, teamJson } from "./team-json";

const TeamBody = z.object({
  name: z.string().min(1),
  description: z.string().nullable().optional(),
  privacy: z.enum(["closed", "secret"]).optional(),
});
const Membership = z.object({ role: z.enum(["member", "maintainer"]).default("member") });

const BASE = "/orgs/:org/teams";
const READ = ["read:org"];
const WRITE = ["admin:org", "write:org"];

/** Teams and their members, by slug, and by id as the Terraform provider asks. */
export function teamRoutes(app: GitHubApp, parts: GitHubParts): void {
  app.get(BASE, (c) => {
    const organization = organizationForMember(c, parts, READ);
    return c.json(page(c, organization.teams).map((team) => teamJson(c, organization, team)));
  });

  app.post(BASE, async (c) => {
    const sent = await body(c, TeamBody);
    const organization = organizationForOwner(c, parts, WRITE);
    const slug = slugOf(sent.name);
    if (organization.teams.some((each) => each.slug === slug)) {
      throw validationFailed("Team", "name", "already_exists", "Name must be unique for this org");
    }
    const { name, description = null, privacy = "secret" } = sent;
    const team: Team = { id: newId(), name, slug, description, privacy, members: {} };
    record(c, parts, organization, team, "create");
    organization.teams.push(team);
    parts.store.save();
    return c.json(fullTeam(c, parts, organization, team), 201);
  });

  for (const path of [`${BASE}/:team`, "/organizations/:orgId/team/:team"]) {
    teamAt(app, parts, path);
    membersAt(app, parts, path);
  }
}

function teamAt(app: GitHubApp, parts: GitHubParts, path: string): void {
  app.get(path, (c) => {
    const { organization, team } = find(c, parts, READ);
    return c.json(fullTeam(c, parts, organization, team));
  });

  app.patch(path, async (c) => {
    const sent = await body(c, TeamBody.partial());
    const { organization, team } = find(c, parts, WRITE);
    if (sent.name !== undefined) Object.assign(team, { name: sent.name, slug: slugOf(sent.name) });
    if (sent.description !== undefined) team.description = sent.description;
    if (sent.privacy !== undefined) team.privacy = sent.privacy;
    parts.store.save();
    return c.json(fullTeam(c, parts, organization, team));
  });

  app.delete(path, (c) => {
    const { organization, team } = find(c, parts, WRITE);
    record(c, parts, organization, team, "destroy");
    organization.teams = organization.teams.filter((each) => each !== team);
    parts.store.save();
    return c.body(null, 204);
  });
}

function membersAt(app: GitHubApp, parts: GitHubParts, path: string): void {
  app.get(`${path}/members`, (c) => {
    const { team } = find(c, parts, READ);
    const logins = page(c, Object.keys(team.members).sort());
    return c.json(logins.map((login) => simpleUser(c, login, parts.store.state.users[login] ?? 0)));
  });

  app.get(`${path}/memberships/:login`, (c) => {
    const { organization, team } = find(c, parts, READ);
    return membership(c, organization, team);
  });

  app.put(`${path}/memberships/:login`, async (c) => {
    const { role } = await body(c, Membership);
    const { organization, team } = find(c, parts, WRITE);
    const login = param(c, "login");
    if (organization.members[login] === undefined) throw notFound();
    record(c, parts, organization, team, "add_member", login);
    team.members[login] = role;
    parts.store.save();
    return membership(c, organization, team);
  });

  app.delete(`${path}/memberships/:login`, (c) => {
    const { organization, team } = find(c, parts, WRITE);
    const login = param(c, "login");
    if (team.members[login] === undefined) throw notFound();
    record(c, parts, organization, team, "remove_member", login);
    delete team.members[login];
    parts.store.save();
    return c.body(null, 204);
  });
}

function find(c: GitHubContext, parts: GitHubParts, scopes: string[]) {
  const login = param(c, "org") || loginOf(parts, param(c, "orgId"));
  const organization =
    scopes === READ
      ? organizationForMember(c, parts, scopes, login)
      : organizationForOwner(c, parts, scopes, login);
  const asked = param(c, "team");
  const team = organization.teams.find((each) =>
    param(c, "org") ? each.slug === asked : String(each.id) === asked,
  );
  if (team === undefined) throw notFound();
  return { organization, team };
}

function loginOf(parts: GitHubParts, id: string): string {
  return parts.store.state.organizations.find((each) => String(each.id) === id)?.login ?? "";
}

function membership(c: GitHubContext, organization: Organization, team: Team): Response {
  const login = param(c, "login");
  const role = team.members[login];
  if (role === undefined) throw notFound();
  const url = `${apiUrl(c)}/organizations/${organization.id}/team/${team.id}/memberships/${login}`;
  return c.json({ url, role, state: "active" });
}

function slugOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, "-")
    .replace(/^-|-$/g, "");
}

function record(
  c: GitHubContext,
  parts: GitHubParts,
  organization: Organization,
  team: Team,
  event: "create" | "destroy" | "add_member" | "remove_member",
  user?: string,
): void {
  parts.audit.append({
    service: "github",
    actor: actorName(c.get("actor")),
    action: `team.${event}`,
    target: `${organization.login}/${team.slug}`,
    outcome: "success",
    ...(user === undefined ? {} : { details: { user } }),
  });
}
