import type { ResourceDefinition } from "../provider/definition";
import type { Properties } from "../provider/wire";
import type { Answer, CloudClient } from "./cloud-client";
import { idParts, present, segments, text } from "./inferred";

/** `pulumiservice:index:OrganizationRole`: what a role grants goes to the service as it stands, and comes back so. */
export const organizationRole: ResourceDefinition<CloudClient> = {
  required: ["name", "organizationName", "permissions"],
  computed: ["roleId", "version"],
  replaceOn: ["organizationName"],
  create: async (client, inputs) => {
    const { organizationName, name, permissions } = inputs;
    const described = { name, description: text(inputs, "description"), details: permissions };
    const body = { ...described, resourceType: text(inputs, "resourceType") || "global", uxPurpose: "role" };
    const role = await client.api("POST", rolesPath(inputs), body).catch((error: Error) => {
      throw new Error(`failed to create role "${name}": failed to create role: ${error.message}`);
    });
    return { id: `${organizationName}/${role.id}`, outputs: outputsOf(inputs, role) };
  },
  read: async (client, id, known) => {
    const [organizationName = "", roleId = ""] = idParts(id, "organizationName", "roleId");
    const role = await client.find(`${rolesPath({ organizationName })}/${segments(roleId)}`);
    if (role === undefined) return undefined;
    const inputs = present(
      {
        organizationName,
        name: role.name,
        description: role.description,
        resourceType:
          known.inputs.resourceType ?? (role.resourceType === "global" ? undefined : role.resourceType),
        permissions: role.details ?? known.inputs.permissions,
      },
      true,
    );
    return { id, inputs, outputs: outputsOf(inputs, role) };
  },
  update: async (client, _id, state, news) => {
    const { name, description, permissions } = news;
    const path = `${rolesPath(state)}/${segments(text(state, "roleId"))}`;
    const role = await client.api("PATCH", path, present({ name, description, details: permissions }));
    return outputsOf(news, role);
  },
  delete: async (client, _id, state) => {
    const path = `${rolesPath(state)}/${segments(text(state, "roleId"))}`;
    await client.api("DELETE", path);
  },
};

function outputsOf(inputs: Properties, role: Answer): Properties {
  return { ...inputs, roleId: role.id, version: role.version };
}

function rolesPath(inputs: Properties): string {
  return `orgs/${segments(text(inputs, "organizationName"))}/roles`;
}
