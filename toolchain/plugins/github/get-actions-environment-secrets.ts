import type { Properties } from "../provider/wire";
import { text } from "./bridged";
import type { GitHubClient } from "./github-client";
import { goTime } from "./go-time";
import { joinId } from "./resource-id";

/** Names and times of all secrets of one environment of a repository (`name`, or `fullName` with its owner). */
export async function getActionsEnvironmentSecrets(
  client: GitHubClient,
  args: Properties,
): Promise<Properties> {
  const [fullOwner = "", fromFullName = ""] = text(args, "fullName").split("/");
  const repository = text(args, "name") || fromFullName;
  if (repository === "") throw new Error('one of "full_name" or "name" has to be provided');
  const { id } = await client.call("GET", `repos/${fullOwner || client.owner}/${repository}`);
  const environment = text(args, "environment");
  const path = `repositories/${id}/environments/${encodeURIComponent(environment)}/secrets`;
  const secrets = await client.list(path, "secrets");
  return {
    ...args,
    id: joinId(repository, environment),
    secrets: secrets.map((secret) => ({
      name: secret.name,
      createdAt: goTime(secret.created_at),
      updatedAt: goTime(secret.updated_at),
    })),
  };
}
