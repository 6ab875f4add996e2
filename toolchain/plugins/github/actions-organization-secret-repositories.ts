import type { ResourceDefinition } from "../provider/definition";
import type { Properties } from "../provider/wire";
import { isImport, text } from "./bridged";
import type { GitHubClient } from "./github-client";
import { secretNameFailures } from "./secret-inputs";

/** Which repositories may read a secret. Deleting it takes the access from all; the secret stays. */
export const actionsOrganizationSecretRepositories: ResourceDefinition<GitHubClient> = {
  required: ["secretName", "selectedRepositoryIds"],
  computed: [],
  replaceOn: ["secretName"],
  sets: ["selectedRepositoryIds"],
  check: (inputs) => ({ inputs, failures: secretNameFailures(inputs) }),
  create: async (client, inputs) => {
    const id = text(inputs, "secretName");
    return { id, outputs: await put(client, id, inputs.selectedRepositoryIds) };
  },
  update: (client, id, _state, news) => put(client, id, news.selectedRepositoryIds),
  // A secret that is gone is an error here, not a resource that is gone: upstream does not look at the 404.
  read: async (client, id, known) => {
    organizationOnly(client);
    // Upstream imports by listing, and then reads what it imported.
    if (isImport(known) && (await client.find(`${path(client, id)}?per_page=100`)) === undefined)
      return undefined;
    const found = await client.list(path(client, id), "repositories");
    const properties = { secretName: id, selectedRepositoryIds: found.map((repository) => repository.id) };
    return { id, outputs: properties, inputs: properties };
  },
  delete: async (client, id) => {
    await put(client, id, []);
  },
};

async function put(client: GitHubClient, secretName: string, ids: unknown): Promise<Properties> {
  organizationOnly(client);
  await client.call("PUT", path(client, secretName), { selected_repository_ids: ids });
  return { secretName, selectedRepositoryIds: ids };
}

function organizationOnly(client: GitHubClient): void {
  if (client.ownerIsOrganization) return;
  throw new Error(
    `this resource can only be used in the context of an organization, "${client.owner}" is a user`,
  );
}

function path(client: GitHubClient, secretName: string): string {
  return `orgs/${client.owner}/actions/secrets/${secretName}/repositories`;
}
