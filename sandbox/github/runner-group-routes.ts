import { organizationForOwner } from "./access";
import { apiUrl, type GitHubApp, type GitHubParts } from "./github-app";
import { page } from "./pagination";

/**
 * Runner groups, to read: the one that GitHub gives each organization, whose runner is this machine. It admits private
 * repositories alone, as GitHub's does at first.
 */
export function runnerGroupRoutes(app: GitHubApp, parts: GitHubParts): void {
  app.get("/orgs/:org/actions/runner-groups", (c) => {
    const organization = organizationForOwner(c, parts);
    const name = c.req.query("visible_to_repository");
    const repository = parts.store.state.repositories.find(
      (each) => each.owner === organization.login && each.name.toLowerCase() === name?.toLowerCase(),
    );
    const admits = name === undefined || repository?.private === true;
    const groups = admits ? [defaultGroup(`${apiUrl(c)}/orgs/${organization.login}`)] : [];
    return c.json({ total_count: groups.length, runner_groups: page(c, groups) });
  });
}

function defaultGroup(organizationUrl: string) {
  return {
    id: 1,
    name: "Default",
    visibility: "all",
    default: true,
    runners_url: `${organizationUrl}/actions/runner-groups/1/runners`,
    hosted_runners_url: `${organizationUrl}/actions/runner-groups/1/hosted-runners`,
    inherited: false,
    allows_public_repositories: false,
    restricted_to_workflows: false,
    selected_workflows: [],
    workflow_restrictions_read_only: false,
  };
}
