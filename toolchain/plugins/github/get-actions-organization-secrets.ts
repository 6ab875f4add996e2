import type { Properties } from "../provider/wire";
import type { GitHubClient } from "./github-client";
import { goTime } from "./go-time";

/** Names, visibilities and times of all secrets of the organization: a call per hundred. */
export async function getActionsOrganizationSecrets(client: GitHubClient): Promise<Properties> {
  const secrets = await client.list(`orgs/${client.owner}/actions/secrets`, "secrets");
  return {
    id: client.owner,
    secrets: secrets.map((secret) => ({
      name: secret.name,
      visibility: secret.visibility,
      createdAt: goTime(secret.created_at),
      updatedAt: goTime(secret.updated_at),
    })),
  };
}
