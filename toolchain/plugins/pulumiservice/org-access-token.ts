import type { ResourceDefinition } from "../provider/definition";
import type { Answer, CloudClient } from "./cloud-client";
import { present, segments, text } from "./inferred";

/** `pulumiservice:index:OrgAccessToken`. The value is shown once, at creation, and kept in the state after that. */
export const orgAccessToken: ResourceDefinition<CloudClient> = {
  required: ["name", "organizationName"],
  defaults: { admin: false },
  computed: ["value"],
  secrets: ["value"],
  replaceOn: ["admin", "description", "name", "organizationName"],
  create: async (client, inputs) => {
    const { organizationName, name, admin } = inputs;
    const body = { description: text(inputs, "description"), name, admin };
    const token = await client
      .api("POST", path(text(inputs, "organizationName")), body)
      .catch((error: Error) => {
        throw new Error(
          `error creating org access token "${name}": failed to create access token: ${error.message}`,
        );
      });
    const outputs = { ...inputs, value: token.tokenValue };
    return { id: `${organizationName}/${name}/${token.id}`, outputs };
  },
  read: async (client, id, known) => {
    const { organization, tokenId } = keyOf(id);
    const { tokens = [] } = await client.api("GET", path(organization));
    const token = (tokens as Answer[]).find((one) => one.id === tokenId);
    if (token === undefined) return undefined;
    const { name, description, admin = false } = token;
    const inputs = present({ name, organizationName: organization, description, admin }, true);
    return { id, inputs, outputs: { ...inputs, value: known.state.value ?? "" } };
  },
  delete: async (client, id) => {
    const { organization, tokenId } = keyOf(id);
    await client.api("DELETE", `${path(organization)}/${segments(tokenId)}`);
  },
};

/** A token's name may hold slashes: only the first and the last part are sure. */
function keyOf(id: string): { organization: string; tokenId: string } {
  const [organization, ...rest] = id.split("/");
  const tokenId = rest.at(-1);
  if (organization === undefined || tokenId === undefined || rest.length < 2) {
    throw new Error(`"${id}" is invalid, must be of the form organization/name/tokenId`);
  }
  return { organization, tokenId };
}

function path(organization: string): string {
  return `orgs/${segments(organization)}/tokens`;
}
