import type { ResourceDefinition } from "../provider/definition";
import type { Properties } from "../provider/wire";
import { type Answer, type CloudClient, CloudError } from "./cloud-client";
import { idParts, present, segments, text } from "./inferred";

/**
 * `pulumiservice:index:OidcIssuer`: the issuer, and its policies in a second object. Thumbprints that are not
 * declared are read into the inputs on refresh, and an update then sends null for them.
 */
export const oidcIssuer: ResourceDefinition<CloudClient> = {
  required: ["name", "organization", "url"],
  computed: ["policies", "thumbprints"],
  replaceOn: ["organization", "url"],
  create: async (client, inputs) => {
    const organization = text(inputs, "organization");
    const issuer = await client
      .api("POST", issuersPath(organization), created(inputs))
      .catch((error: Error) => {
        throw new Error(
          `error creating oidc issuer "${inputs.name}": failed to register oidc issuer '${inputs.name}': ${error.message}`,
        );
      });
    const found = await policyOf(client, organization, issuer.id);
    const policy = await writePolicies(client, inputs, found).catch(async (error: Error) => {
      await client.api("DELETE", `${issuersPath(organization)}/${issuer.id}`).catch(() => undefined);
      throw new Error(`error updating auth policies for oidc issuer "${issuer.id}": ${error.message}`);
    });
    return { id: `${organization}/${issuer.id}`, outputs: outputsOf(organization, issuer, policy) };
  },
  update: async (client, id, _state, news) => {
    const [organization = "", issuerId = ""] = idParts(id, "organization", "issuer");
    const path = `${issuersPath(organization)}/${issuerId}`;
    const issuer = await client.api("PATCH", path, {
      name: news.name,
      thumbprints: news.thumbprints ?? null,
      ...present({ maxExpiration: news.maxExpirationSeconds }),
    });
    const policy = await writePolicies(client, news, await policyOf(client, organization, issuerId));
    return outputsOf(organization, issuer, policy);
  },
  read: async (client, id) => {
    const [organization = "", issuerId = ""] = idParts(id, "organization", "issuer");
    const issuer = await client.find(`${issuersPath(organization)}/${issuerId}`);
    if (issuer === undefined) return undefined;
    const outputs = outputsOf(organization, issuer, await policyOf(client, organization, issuerId));
    return { id, outputs, inputs: outputs };
  },
  delete: async (client, id) => {
    const [organization = "", issuerId = ""] = idParts(id, "organization", "issuer");
    await client.api("DELETE", `${issuersPath(organization)}/${issuerId}`).catch((error: Error) => {
      if (!(error instanceof CloudError && error.status === 404)) throw error;
    });
  },
};

function created(inputs: Properties): Properties {
  const { name, url } = inputs;
  return {
    name,
    url,
    ...present({ thumbprints: inputs.thumbprints, maxExpiration: inputs.maxExpirationSeconds }),
  };
}

function policyOf(client: CloudClient, organization: string, issuerId: string): Promise<Answer> {
  return client.api("GET", `orgs/${segments(organization)}/auth/policies/oidcissuers/${issuerId}`);
}

/** An empty list of policies is never sent. */
async function writePolicies(client: CloudClient, inputs: Properties, found: Answer): Promise<Answer> {
  const policies = (inputs.policies as Properties[] | undefined) ?? [];
  if (policies.length === 0) return found;
  const body = {
    policies: policies.map((one) => ({ ...one, authorizedPermissions: one.authorizedPermissions ?? [] })),
  };
  return client.api(
    "PATCH",
    `orgs/${segments(text(inputs, "organization"))}/auth/policies/${found.id}`,
    body,
  );
}

function outputsOf(organization: string, issuer: Answer, policy: Answer): Properties {
  const policies = (policy?.policies ?? []).map(({ authorizedPermissions = [], ...one }: Answer) =>
    present({
      ...one,
      authorizedPermissions: authorizedPermissions?.length > 0 ? authorizedPermissions : undefined,
    }),
  );
  return present({
    organization,
    name: issuer.name,
    url: issuer.url,
    maxExpirationSeconds: issuer.maxExpiration,
    thumbprints: issuer.thumbprints,
    policies: policies.length > 0 ? policies : undefined,
  });
}

function issuersPath(organization: string): string {
  return `orgs/${segments(organization)}/oidc/issuers`;
}
