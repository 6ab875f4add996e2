import type { Settings } from "../../catalog/settings";
import { createHttp } from "../../clients/http";
import { createPulumiCall } from "../../clients/pulumi-call";
import { findPulumiToken, pulumiAddress } from "../../clients/pulumi-login";
import { createPulumiOrganization, type PulumiOrganization } from "../../clients/pulumi-organization";
import { createPulumiTrust, type PulumiTrust } from "../../clients/pulumi-trust";

/** What the provider has no function for, asked of Pulumi Cloud directly. */
export type AskedOrganization = Pick<PulumiOrganization, "settings" | "teamNames"> & PulumiTrust;

/** A preview does not wait long for answers that it can do without. */
const PATIENCE = { timeoutMs: 5000, tries: 2, patienceMs: 2000 };

/**
 * The organization of Pulumi Cloud, asked with the token that its provider has.
 *
 * @returns undefined when there is no token in PULUMI_ACCESS_TOKEN and none of `pulumi login`.
 */
export function openOrganization({
  pulumiApiUrl,
  pulumiOrganization: organization,
}: Settings): AskedOrganization | undefined {
  const url = pulumiAddress(pulumiApiUrl, process.env);
  const token = findPulumiToken(url, process.env);
  if (token === undefined) return undefined;
  const call = createPulumiCall({ url, organization, token, http: createHttp(PATIENCE) });
  return { ...createPulumiOrganization(call), ...createPulumiTrust(call) };
}
