import type { ResourceDefinition } from "../provider/definition";
import type { Properties } from "../provider/wire";
import type { CloudClient } from "./cloud-client";
import { idParts, segments, text } from "./inferred";

/** This resource is made from the interface's description, and asks for plain JSON. */
const accept = "application/json";

/**
 * `pulumiservice:api/esc:EnvironmentSettings`: deletion protection. Every environment has settings, so creating the
 * resource always fails with "already exists": it can only be imported. Deleting it changes nothing in Pulumi Cloud.
 */
export const environmentSettings: ResourceDefinition<CloudClient> = {
  required: ["envName", "orgName", "projectName"],
  computed: ["deletionProtected"],
  replaceOn: ["envName", "orgName", "projectName"],
  create: async (client, inputs) => {
    if ((await client.find(path(inputs))) !== undefined) {
      throw new Error(
        "resource already exists; use the `import` resource option to bring it under Pulumi management instead of creating a new one",
      );
    }
    const { orgName, projectName, envName } = inputs;
    return { id: `${orgName}/${projectName}/${envName}`, outputs: await patch(client, inputs, inputs) };
  },
  update: (client, id, _state, news) => patch(client, keyOf(id), news),
  // The real resource has no answer for an environment that is gone: its 404 fails the refresh.
  read: async (client, id, known) => {
    const key = keyOf(id);
    const settings = await client.api("GET", path(key), undefined, accept);
    const inputs = Object.keys(known.inputs).length === 0 ? key : known.inputs;
    return { id, inputs, outputs: settings };
  },
  delete: async () => undefined,
};

async function patch(client: CloudClient, key: Properties, inputs: Properties): Promise<Properties> {
  const { deletionProtected } = inputs;
  const body = deletionProtected === undefined ? {} : { deletionProtected };
  await client.api("PATCH", path(key), body, accept);
  return client.api("GET", path(key), undefined, accept);
}

function keyOf(id: string): Properties {
  const [orgName, projectName, envName] = idParts(id, "orgName", "projectName", "envName");
  return { orgName, projectName, envName };
}

function path(key: Properties): string {
  return `esc/environments/${segments(text(key, "orgName"), text(key, "projectName"), text(key, "envName"))}/settings`;
}
