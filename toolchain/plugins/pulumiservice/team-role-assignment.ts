import { PartlyCreated, type ResourceDefinition } from "../provider/definition";
import type { Properties } from "../provider/wire";
import { type Answer, type CloudClient, CloudError } from "./cloud-client";
import { idParts, segments, text } from "./inferred";

/** `pulumiservice:index:TeamRoleAssignment`: a team has one role; a second assignment takes the place of the first. */
export const teamRoleAssignment: ResourceDefinition<CloudClient> = {
  required: ["organizationName", "roleId", "teamName"],
  computed: ["roleName"],
  replaceOn: ["organizationName", "roleId", "teamName"],
  create: async (client, inputs) => {
    const id = `${inputs.organizationName}/${inputs.teamName}/${inputs.roleId}`;
    await client.api("POST", `${rolesPath(inputs)}/${segments(text(inputs, "roleId"))}`);
    const role = await roleOf(client, inputs).catch((error: Error) => {
      throw new PartlyCreated({ id, outputs: { ...inputs, roleName: "" } }, error.message);
    });
    return { id, outputs: { ...inputs, roleName: role?.name ?? "" } };
  },
  read: async (client, id) => {
    const [organizationName, teamName, roleId] = idParts(id, "organization", "team", "roleId");
    const inputs = { organizationName, teamName, roleId };
    const role = await roleOf(client, inputs).catch((error: Error) => {
      throw new Error(`failed to read team-role assignment ("${id}"): ${error.message}`);
    });
    return role && { id, inputs, outputs: { ...inputs, roleName: role.name } };
  },
  delete: async (client, _id, state) => {
    await client
      .api("DELETE", `${rolesPath(state)}/${segments(text(state, "roleId"))}`)
      .catch((error: Error) => {
        if (!(error instanceof CloudError && error.status === 404)) throw error;
      });
  },
};

async function roleOf(client: CloudClient, inputs: Properties): Promise<Answer | undefined> {
  const roles = (await client.find(rolesPath(inputs)))?.roles ?? [];
  return roles.find((role: Answer) => role.id === inputs.roleId);
}

function rolesPath(inputs: Properties): string {
  return `orgs/${segments(text(inputs, "organizationName"), "teams", text(inputs, "teamName"))}/roles`;
}
