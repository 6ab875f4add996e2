import { nodeId, organizationJson } from "./account-json";
import { apiUrl, type GitHubContext, type GitHubParts, webUrl } from "./github-app";
import type { Organization, Team } from "./github-state";

/** A team in lists. */
export function teamJson(c: GitHubContext, organization: Organization, team: Team) {
  const url = `${apiUrl(c)}/organizations/${organization.id}/team/${team.id}`;
  return {
    id: team.id,
    node_id: nodeId("Team", team.id),
    name: team.name,
    slug: team.slug,
    description: team.description,
    privacy: team.privacy,
    notification_setting: "notifications_enabled",
    permission: "pull",
    url,
    html_url: `${webUrl(c)}/orgs/${organization.login}/teams/${team.slug}`,
    members_url: `${url}/members{/member}`,
    repositories_url: `${url}/repos`,
    type: "organization",
    organization_id: organization.id,
    parent: null,
  };
}

/** A team by itself. */
export function fullTeam(c: GitHubContext, parts: GitHubParts, organization: Organization, team: Team) {
  return {
    ...teamJson(c, organization, team),
    members_count: Object.keys(team.members).length,
    repos_count: 0,
    created_at: organization.createdAt,
    updated_at: organization.createdAt,
    organization: organizationJson(c, parts, organization, true),
  };
}
