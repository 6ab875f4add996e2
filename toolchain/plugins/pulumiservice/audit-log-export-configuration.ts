import type { ResourceDefinition } from "../provider/definition";
import type { Properties } from "../provider/wire";
import { type CloudClient, CloudError } from "./cloud-client";
import { segments, text } from "./inferred";

/** This resource is made from the interface's description, and asks for plain JSON. */
const accept = "application/json";

/**
 * `pulumiservice:api:AuditLogExportConfiguration`: one an organization, never taken over by creating it. Its outputs are
 * the service's answer, under other names than its inputs; who pauses the export elsewhere is not noticed.
 */
export const auditLogExportConfiguration: ResourceDefinition<CloudClient> = {
  required: ["newEnabled", "newS3Configuration", "orgName"],
  computed: ["enabled", "lastResult", "s3Config"],
  replaceOn: ["orgName"],
  create: async (client, inputs) => {
    if (await isThere(client, inputs)) {
      throw new Error(
        "resource already exists; use the `import` resource option to bring it under Pulumi management instead of creating a new one",
      );
    }
    return { id: text(inputs, "orgName"), outputs: await write(client, inputs) };
  },
  update: (client, id, _state, news) => write(client, { ...news, orgName: id }),
  // The real resource has no answer for one that is gone: its 404 fails the refresh.
  read: async (client, id, known) => {
    const key = { orgName: id };
    const inputs = Object.keys(known.inputs).length === 0 ? key : known.inputs;
    return { id, inputs, outputs: await client.api("GET", path(key), undefined, accept) };
  },
  delete: async (client, id) => {
    await client.api("DELETE", path({ orgName: id }), undefined, accept).catch((error: Error) => {
      if (!(error instanceof CloudError && error.status === 404)) throw error;
    });
  },
};

async function isThere(client: CloudClient, inputs: Properties): Promise<boolean> {
  try {
    await client.api("GET", path(inputs), undefined, accept);
    return true;
  } catch (error) {
    if (error instanceof CloudError && error.status === 404) return false;
    throw error;
  }
}

async function write(client: CloudClient, inputs: Properties): Promise<Properties> {
  const { newEnabled, newS3Configuration } = inputs;
  await client.api("POST", path(inputs), { newEnabled, newS3Configuration }, accept);
  return client.api("GET", path(inputs), undefined, accept);
}

function path(key: Properties): string {
  return `orgs/${segments(text(key, "orgName"))}/auditlogs/export/config`;
}
