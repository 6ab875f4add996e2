import type { ResourceDefinition } from "../provider/definition";
import type { Properties } from "../provider/wire";
import type { Answer, CloudClient } from "./cloud-client";
import { segments, text } from "./inferred";

/** `pulumiservice:index:TeamStackPermission`: any change takes the permission away and gives it again. */
export const teamStackPermission: ResourceDefinition<CloudClient> = {
  required: ["organization", "permission", "project", "stack", "team"],
  computed: [],
  replaceOn: ["organization", "project", "stack", "team", "permission"],
  create: async (client, inputs) => {
    const addStackPermission = { ...nameOf(inputs), permission: inputs.permission };
    await client.api("PATCH", teamPath(inputs), { addStackPermission }).catch((error: Error) => {
      throw new Error(
        `error granting team stack permission: failed to add stack permission for team: ${error.message}`,
      );
    });
    const { organization, project, stack, team } = inputs;
    return { id: `${organization}/${project}/${stack}/${team}`, outputs: inputs };
  },
  // A team that is gone is an error here, not a permission that is gone.
  read: async (client, id) => {
    const key = keyOf(id);
    const team = await client.api("GET", teamPath(key)).catch((error: Error) => {
      throw new Error(`failed to get team stack permission: ${error.message}`);
    });
    const found = (team.stacks ?? []).find(
      (one: Answer) => one.projectName === key.project && one.stackName === key.stack,
    );
    if (found === undefined) return undefined;
    const properties = { ...key, permission: found.permission };
    return { id, outputs: properties, inputs: properties };
  },
  delete: async (client, _id, state) => {
    await client.api("PATCH", teamPath(state), { removeStack: nameOf(state) });
  },
};

const nameOf = ({ project, stack }: Properties) => ({ projectName: project, stackName: stack });

function keyOf(id: string): Properties {
  const [organization, project, stack, team, ...rest] = id.split("/");
  if (team === undefined || rest.length > 0) throw new Error(`invalid id "${id}", expected 4 parts`);
  return { organization, project, stack, team };
}

function teamPath(properties: Properties): string {
  return `orgs/${segments(text(properties, "organization"), "teams", text(properties, "team"))}`;
}
