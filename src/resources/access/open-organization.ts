import type { Settings } from "../../catalog/settings";
import { createHttp } from "../../clients/http";
import { unknownOrganization } from "../../clients/known-organization";
import { createOnceHttp } from "../../clients/once-http";
import { createPulumiCall, NotFoundError } from "../../clients/pulumi-call";
import { lookForPulumiToken, pulumiAddress } from "../../clients/pulumi-login";
import { createPulumiOrganization, type PulumiOrganization } from "../../clients/pulumi-organization";
import { createPulumiTrust, type PulumiTrust, type StandingRule } from "../../clients/pulumi-trust";

export type { TrustedIssuer } from "../../clients/pulumi-trust";

/** What the provider has no function for, asked of Pulumi Cloud directly. */
export interface AskedOrganization extends Pick<PulumiOrganization, "settings" | "teamNames">, PulumiTrust {
  /** The rules of the issuer with that id; none when it is not there. */
  rulesById(id: string): Promise<StandingRule[]>;
  /** Why it is likely not the one that was meant. */
  unknown(): ReturnType<typeof unknownOrganization>;
}

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
  const found = lookForPulumiToken(url, process.env);
  if (!("token" in found)) return undefined;
  const http = createHttp({ ...PATIENCE, env: process.env });
  const at = { url, organization, token: found.token, tokenName: found.name };
  const call = createPulumiCall({ ...at, http });
  const once = createPulumiCall({ ...at, http: createOnceHttp(http) });
  const trust = createPulumiTrust(call);
  const rulesById = (id: string) =>
    trust.rulesOf({ id, url: `issuer ${id}` }).catch((error: unknown) => {
      if (error instanceof NotFoundError) return [];
      throw error;
    });
  return { ...createPulumiOrganization(once), ...trust, rulesById, unknown: () => unknownOrganization(once) };
}
