import type { ResourceDefinition } from "../provider/definition";
import type { Properties } from "../provider/wire";
import type { CloudClient } from "./cloud-client";
import { idParts, segments, text } from "./inferred";

/** This resource is made from the interface's description, and asks for plain JSON. */
const accept = "application/json";

/** `pulumiservice:api/esc:EnvironmentTag`: a name and a value on an environment. */
export const environmentTag: ResourceDefinition<CloudClient> = {
  required: ["envName", "name", "orgName", "projectName", "value"],
  computed: ["created", "editorLogin", "editorName", "modified"],
  replaceOn: ["envName", "name", "orgName", "projectName"],
  deleteBeforeReplace: true,
  create: async (client, inputs) => {
    const { orgName, projectName, envName, name, value } = inputs;
    await client.api("POST", tags(inputs), { name, value }, accept);
    const outputs = await client.api("GET", path(inputs), undefined, accept);
    return { id: `${orgName}/${projectName}/${envName}/${name}`, outputs };
  },
  // The real resource sends nothing: a changed value is reported as set, and stays what it was.
  update: async (client, id) => {
    const key = keyOf(id);
    await client.api("PATCH", path(key), {}, accept);
    return client.api("GET", path(key), undefined, accept);
  },
  read: async (client, id, known) => {
    const key = keyOf(id);
    const outputs = await client.api("GET", path(key), undefined, accept);
    const inputs = Object.keys(known.inputs).length === 0 ? key : known.inputs;
    return { id, inputs, outputs };
  },
  delete: async (client, id) => {
    await client.api("DELETE", path(keyOf(id)), undefined, accept);
  },
};

function keyOf(id: string): Properties {
  const [orgName, projectName, envName, name] = idParts(id, "orgName", "projectName", "envName", "name");
  return { orgName, projectName, envName, name };
}

function tags(key: Properties): string {
  return `esc/environments/${segments(text(key, "orgName"), text(key, "projectName"), text(key, "envName"))}/tags`;
}

function path(key: Properties): string {
  return `${tags(key)}/${segments(text(key, "name"))}`;
}
