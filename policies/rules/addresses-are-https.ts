import { TYPES } from "../resource-types";
import { resourceRule } from "../rule";

/** Where a webhook's requests go. */
const WEBHOOKS: Readonly<Record<string, string>> = {
  [TYPES.webhook]: "payloadUrl",
  [TYPES.organizationWebhook]: "payloadUrl",
  [TYPES.stackWebhook]: "payloadUrl",
  [TYPES.environmentWebhook]: "payloadUrl",
  [TYPES.githubWebhook]: "configuration.url",
  [TYPES.githubRepositoryWebhook]: "configuration.url",
};
/** Where tokens are sent, identities are believed and code is taken from; what is not declared is the vendor's. */
const OTHERS: Readonly<Record<string, readonly string[]>> = {
  [TYPES.issuer]: ["url"],
  [TYPES.issuerByApi]: ["url"],
  [TYPES.deploymentSettings]: ["sourceContext.git.repoUrl"],
  [TYPES.deploymentSettingsByApi]: ["sourceContext.git.repoUrl"],
  [TYPES.scheduledDeployment]: ["request.sourceContext.git.repoUrl"],
  [TYPES.templateSource]: ["sourceURL"],
  [TYPES.templateCollection]: ["sourceURL", "destinationURL"],
  [TYPES.versionControl]: ["baseUrl"],
  [TYPES.pulumiProvider]: ["apiUrl"],
  [TYPES.githubProvider]: ["baseUrl"],
};

/** A webhook's body, a token and code can be read and changed on their way without TLS. */
export const addressesAreHttps = resourceRule(
  {
    name: "addresses-are-https",
    description:
      "Webhooks, providers, issuers and sources of code are reached by https, and webhooks check the certificate.",
    remedy: "give the https address of the receiver, and leave the check of its certificate on",
    enforcementLevel: "mandatory",
  },
  (type) => Object.hasOwn(WEBHOOKS, type) || Object.hasOwn(OTHERS, type),
  function* ({ type, props }) {
    const webhook = WEBHOOKS[type];
    if (webhook === undefined) {
      for (const path of OTHERS[type] ?? [])
        if (isInClear(textAt(props, path))) yield `${path} is an address without TLS`;
      return;
    }
    const address = textAt(props, webhook);
    if (address === "") yield `its ${webhook} is not declared`;
    else if (!/^https:\/\//i.test(address) && !isOnThisMachine(address) && !isStack(props, address))
      yield `${webhook} is an address without TLS`;
    if (/^(?:true|1)$/.test(textAt(props, "configuration.insecureSsl")))
      yield "configuration.insecureSsl leaves the receiver's certificate unchecked";
  },
);

/** @throws the SDK's error when a preview does not know it. */
function textAt(props: Readonly<Record<string, unknown>>, path: string): string {
  const found = path
    .split(".")
    .reduce<unknown>(
      (at, key) => (typeof at === "object" && at !== null ? (at as Record<string, unknown>)[key] : undefined),
      props,
    );
  return String(found ?? "").trim();
}

function isInClear(address: string): boolean {
  return /^(?:http|git|ftp):\/\//i.test(address) && !isOnThisMachine(address);
}

/** What is sent to a loopback address does not leave the machine: a sandbox's. */
function isOnThisMachine(address: string): boolean {
  return /^http:\/\/(?:localhost|127(?:\.\d+){3}|\[::1\]|[\w-]+\.localhost)(?::\d+)?(?:[/?#]|$)/i.test(
    address,
  );
}

/** The format for deployments names a stack, `project/stack`, in the place of an address (Pulumi's documentation). */
function isStack({ format }: Readonly<Record<string, unknown>>, address: string): boolean {
  return format === "pulumi_deployments" && /^[\w.-]+\/[\w.-]+$/.test(address);
}
