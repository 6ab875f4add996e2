import type { Settings } from "../../../secrets/settings";
import { issuerOf } from "../../../secrets/trust";
import { type PulumiCall, parseAnswer } from "../../clients/pulumi-call";
import { findAccessDifferences } from "../access/access-differences";
import { observeAccess } from "../access/observe-access";
import type { Doors } from "../command";
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

/** Whether Pulumi Cloud gives people what the policies say: above all, nothing by default. */
export function checkAccess(doors: Doors): Promise<Check> {
  return checkLink("access", async () => {
    const { catalog, project } = doors;
    const differences = findAccessDifferences(catalog, project.settings, await observeAccess(doors));
    if (differences.length === 0)
      return { standing: "ok", what: "as the policies give, and nothing by default" };
    const told = differences.slice(0, 3).map(({ thing, what }) => `${thing}: ${what}`);
    const more = differences.length > told.length ? `; and ${differences.length - told.length} more` : "";
    const remedy = "npx sophia-secrets access says what to do for each";
    return { standing: "wrong", what: `${told.join("; ")}${more}`, remedy };
  });
}
