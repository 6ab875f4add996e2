import { apiUrl, type GitHubContext, webUrl } from "./github-app";
import type { Organization, Team } from "./github-state";
import { nodeId } from "./repository-json";

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
    members_count: Object.keys(team.members).length,
    repos_count: 0,
  };
}
