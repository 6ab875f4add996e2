import type { Settings } from "../../../secrets/settings";
import { issuerOf } from "../../../secrets/trust";
import { type PulumiCall, parseAnswer } from "../../clients/pulumi-call";
import { type Check, checkLink } from "./check";

/** Whether Pulumi Cloud knows the issuer of GitHub's identities, by which the sync proves itself. */
export function checkTrust(settings: Settings, call: PulumiCall): Promise<Check> {
  return checkLink("trust in GitHub's identities", async () => {
    if (settings.syncAuthentication === "token")
      return { standing: "ok", what: "none is needed: the sync uses a stored token" };
    const url = issuerOf(settings.githubApiUrl);
    const place = `/api/orgs/${call.organization}/oidc/issuers`;
    const thing = `OIDC issuers of ${call.organization}`;
    const { oidcIssuers = [] } = parseAnswer(thing, await call(thing, place)) as {
      oidcIssuers?: { url: string }[];
    };
    if (oidcIssuers.some((issuer) => issuer.url === url)) return { standing: "ok", what: url };
    const remedy = `pulumi up -s ${settings.organizationStack}; npx sophia-secrets recover if it says that it exists`;
    return { standing: "wrong", what: `${url} is not registered`, remedy };
  });
}
