import type { Found, ResourceDefinition } from "../provider/definition";
import { isUnknown, type Properties } from "../provider/wire";
import { isImport, refreshedInputs, text } from "./bridged";
import type { Answer, GitHubClient } from "./github-client";
import { checkSecretInputs, sealSecret, secretProperties } from "./secret-inputs";
import { timesAfterRead, timesAfterWrite } from "./secret-times";

const visibilities = ["all", "private", "selected"];

/**
 * `github_actions_organization_secret` with its two faults: create is an upsert that asks nobody, and every
 * update sends the value of the state again.
 */
export const actionsOrganizationSecret: ResourceDefinition<GitHubClient> = {
  required: ["secretName", "visibility"],
  computed: ["createdAt", "keyId", "remoteUpdatedAt", "updatedAt"],
  optionalComputed: ["keyId"],
  secrets: secretProperties,
  replaceOn: ["secretName"],
  sets: ["selectedRepositoryIds"],
  check: (inputs) => ({ inputs, failures: [...checkSecretInputs(inputs), ...visibilityFailures(inputs)] }),
  replaceAlso: (_changed, _state, news) => {
    const ids = news.selectedRepositoryIds;
    if (news.visibility !== "selected" && Array.isArray(ids) && ids.length > 0) {
      throw new Error("cannot use selected_repository_ids without visibility being set to selected");
    }
    return [];
  },
  create: async (client, inputs) => ({
    id: text(inputs, "secretName"),
    outputs: await put(client, inputs),
  }),
  update: (client, _id, state, news) => put(client, { ...state, ...news }),
  read: async (client, id, known) => {
    if (isImport(known)) return readImported(client, id);
    const outputs = await readInto(client, known.state);
    return outputs && { id, outputs, inputs: refreshedInputs(known.inputs, outputs) };
  },
  delete: async (client, _id, state) => {
    await client.call("DELETE", path(client, text(state, "secretName")));
  },
};

function visibilityFailures(inputs: Properties) {
  const visibility = inputs.visibility;
  if (visibility === undefined || isUnknown(visibility) || visibilities.includes(String(visibility)))
    return [];
  const names = visibilities.map((name) => `"${name}"`).join(" ");
  return [
    { property: "visibility", reason: `expected visibility to be one of [${names}], got ${visibility}` },
  ];
}

async function put(client: GitHubClient, properties: Properties): Promise<Properties> {
  const secretPath = path(client, text(properties, "secretName"));
  const sealed = await sealSecret(client, properties, `orgs/${client.owner}/actions/secrets/public-key`);
  const ids = properties.selectedRepositoryIds;
  const repositories = Array.isArray(ids) && ids.length > 0 ? { selected_repository_ids: ids } : {};
  await client.call("PUT", secretPath, { ...sealed, visibility: properties.visibility, ...repositories });
  return { ...properties, keyId: sealed.key_id, ...(await timesAfterWrite(client, secretPath)) };
}

async function readInto(client: GitHubClient, state: Properties): Promise<Properties | undefined> {
  const secretPath = path(client, text(state, "secretName"));
  const secret = await client.find(secretPath);
  if (secret === undefined) return undefined;
  const outputs = { ...state, ...timesAfterRead(state, secret), visibility: secret.visibility };
  const ids = state.selectedRepositoryIds;
  if (secret.visibility !== "selected" || !Array.isArray(ids) || ids.length === 0) return outputs;
  return { ...outputs, selectedRepositoryIds: await repositoryIds(client, secretPath) };
}

async function readImported(client: GitHubClient, name: string): Promise<Found | undefined> {
  const secret: Answer | undefined = await client.find(path(client, name));
  if (secret === undefined) return undefined;
  const ids = secret.visibility === "selected" ? await repositoryIds(client, path(client, name)) : [];
  const outputs = await readInto(client, { secretName: name, selectedRepositoryIds: ids });
  const repositories = ids.length > 0 ? { selectedRepositoryIds: ids } : {};
  const inputs = { secretName: name, visibility: secret.visibility, ...repositories };
  return outputs && { id: name, outputs, inputs };
}

async function repositoryIds(client: GitHubClient, secretPath: string): Promise<number[]> {
  const repositories = await client.list(`${secretPath}/repositories`, "repositories");
  return repositories.map((repository) => repository.id as number);
}

function path(client: GitHubClient, name: string): string {
  return `orgs/${client.owner}/actions/secrets/${name}`;
}
