import type { Properties } from "../provider/wire";
import { text } from "./bridged";
import type { GitHubClient } from "./github-client";

/** A team by its slug. Its members and repositories are not asked for, as with `summaryOnly`. */
export async function getTeam(client: GitHubClient, args: Properties): Promise<Properties> {
  const team = await client.call("GET", `orgs/${client.owner}/teams/${text(args, "slug")}`);
  return {
    membershipType: "all",
    resultsPerPage: 100,
    ...args,
    id: String(team.id),
    name: team.name,
    description: team.description ?? "",
    privacy: team.privacy ?? "",
    notificationSetting: team.notification_setting ?? "",
    permission: team.permission ?? "",
    nodeId: team.node_id ?? "",
    members: [],
    repositories: [],
    repositoriesDetaileds: [],
  };
}
