import type { ResourceDefinition } from "../provider/definition";
import type { Properties } from "../provider/wire";
import { type CloudClient, CloudError } from "./cloud-client";
import { segments, text } from "./inferred";

/** `pulumiservice:index:EnvironmentVersionTag`: a name for one revision. */
export const environmentVersionTag: ResourceDefinition<CloudClient> = {
  required: ["environment", "organization", "revision", "tagName"],
  defaults: { project: "default" },
  computed: [],
  replaceOn: ["environment", "organization", "project", "tagName"],
  create: async (client, inputs) => {
    const { organization, project, environment, tagName: name, revision } = inputs;
    await client
      .esc("POST", path(inputs), JSON.stringify({ name, revision }))
      .catch(failed("creating", name));
    return { id: `${organization}/${project}/${environment}/${name}`, outputs: inputs };
  },
  update: async (client, _id, _state, news) => {
    const { tagName, revision } = news;
    await client
      .esc("PATCH", `${path(news)}/${segments(String(tagName))}`, JSON.stringify({ revision }))
      .catch(failed("updating", tagName));
    return news;
  },
  read: async (client, id) => {
    const key = keyOf(id);
    const answer = await client
      .esc("GET", `${path(key)}/${segments(text(key, "tagName"))}`)
      .catch((error: Error) => {
        if (error instanceof CloudError && error.status === 404) return undefined;
        throw new Error(`failed to read EnvironmentVersionTag ("${id}"): ${error.message}`);
      });
    const properties = answer && { ...key, revision: answer.json.revision };
    return properties && { id, inputs: properties, outputs: properties };
  },
  delete: async (client, _id, state) => {
    const { tagName } = state;
    await client
      .esc("DELETE", `${path(state)}/${segments(String(tagName))}`)
      .catch(failed("deleting", tagName));
  },
};

function failed(doing: string, tag: unknown) {
  return (error: Error): never => {
    throw new Error(`error ${doing} environment version tag "${tag}": ${error.message}`);
  };
}

/** `organization/project/environment/tag`, or the old form without the project. */
function keyOf(id: string): Properties {
  const parts = id.split("/");
  const [organization, project, environment, tagName] =
    parts.length === 3 ? [parts[0], "default", ...parts.slice(1)] : parts;
  if (tagName === undefined || parts.length > 4) {
    throw new Error(`"${id}" is invalid, must be in the format: organization/project/environment/tag`);
  }
  return { organization, project, environment, tagName };
}

function path(key: Properties): string {
  return `${segments(text(key, "organization"), text(key, "project"), text(key, "environment"))}/versions/tags`;
}
