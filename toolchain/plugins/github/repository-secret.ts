import type { Found, Known, ResourceDefinition } from "../provider/definition";
import type { Properties } from "../provider/wire";
import { isImport, refreshedInputs, text } from "./bridged";
import type { GitHubClient } from "./github-client";
import { joinId, splitId } from "./resource-id";
import { checkSecretInputs, sealSecret, secretProperties } from "./secret-inputs";
import { timesAfterRead, timesAfterWrite } from "./secret-times";

/** What tells secrets of a repository from those of one of its environments. */
interface Kind {
  /** Inputs that make the id, in its order. */
  idParts: readonly string[];
  /** Folder of the secrets; `repositoryId` is known by then. */
  folder(client: GitHubClient, properties: Properties): string;
  deleteBeforeReplace: boolean;
}

/** `github_actions_secret`: a secret of one repository. */
export const actionsSecret = repositorySecret({
  idParts: ["repository", "secretName"],
  folder: (client, properties) => `repos/${client.owner}/${text(properties, "repository")}/actions/secrets`,
  deleteBeforeReplace: false,
});

/** `github_actions_environment_secret`. In this version its paths name the repository by number. */
export const actionsEnvironmentSecret = repositorySecret({
  idParts: ["repository", "environment", "secretName"],
  folder: (_client, properties) =>
    `repositories/${properties.repositoryId}/environments/${encodeURIComponent(text(properties, "environment"))}/secrets`,
  deleteBeforeReplace: true,
});

function repositorySecret(kind: Kind): ResourceDefinition<GitHubClient> {
  return {
    required: [...kind.idParts],
    computed: ["createdAt", "keyId", "remoteUpdatedAt", "repositoryId", "updatedAt"],
    optionalComputed: ["keyId"],
    secrets: secretProperties,
    replaceOn: [...kind.idParts],
    deleteBeforeReplace: kind.deleteBeforeReplace,
    check: (inputs) => ({ inputs, failures: checkSecretInputs(inputs) }),
    create: async (client, inputs) => {
      const repositoryId = await numberOf(client, inputs);
      const id = joinId(...kind.idParts.map((name) => text(inputs, name)));
      return { id, outputs: await put(kind, client, { ...inputs, repositoryId }) };
    },
    update: (client, _id, state, news) => put(kind, client, { ...state, ...news }),
    read: (client, id, known) => read(kind, client, id, known),
    delete: async (client, _id, state) => {
      await client.call("DELETE", `${kind.folder(client, state)}/${text(state, "secretName")}`);
    },
  };
}

async function put(kind: Kind, client: GitHubClient, properties: Properties): Promise<Properties> {
  const folder = kind.folder(client, properties);
  const path = `${folder}/${text(properties, "secretName")}`;
  const sealed = await sealSecret(client, properties, `${folder}/public-key`);
  await client.call("PUT", path, sealed);
  return { ...properties, keyId: sealed.key_id, ...(await timesAfterWrite(client, path)) };
}

async function read(kind: Kind, client: GitHubClient, id: string, known: Known): Promise<Found | undefined> {
  const state = isImport(known) ? await imported(kind, client, id) : known.state;
  const secret = await client.find(`${kind.folder(client, state)}/${text(state, "secretName")}`);
  if (secret === undefined) return undefined;
  const outputs = { ...state, ...timesAfterRead(state, secret) };
  const { repositoryId: _, ...given } = state;
  return { id, outputs, inputs: isImport(known) ? given : refreshedInputs(known.inputs, outputs) };
}

async function imported(kind: Kind, client: GitHubClient, id: string): Promise<Properties> {
  const parts = splitId(id, kind.idParts.length);
  const properties = Object.fromEntries(kind.idParts.map((name, index) => [name, parts[index]]));
  const found = { ...properties, repositoryId: await numberOf(client, properties) };
  // Upstream imports by reading the secret, and then reads what it imported.
  await client.find(`${kind.folder(client, found)}/${text(found, "secretName")}`);
  return found;
}

async function numberOf(client: GitHubClient, properties: Properties): Promise<number> {
  return (await client.call("GET", `repos/${client.owner}/${text(properties, "repository")}`)).id;
}
