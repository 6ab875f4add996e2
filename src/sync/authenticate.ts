import type { Http } from "../clients/http";
import { exchangeToken, idTokenDoor, requestIdToken } from "../clients/oidc";
import { RemedyError } from "../errors";
import { Secret } from "../secret";
import type { JobCatalog, JobTarget } from "./job-catalog";

/** Seconds the job's Pulumi token lives: longer than the job may take (its timeout), and no more. It is left to expire. */
const TOKEN_SECONDS = 900;

/** What the job proves itself with. */
export interface IdentityDoors {
  catalog: JobCatalog;
  environment: Readonly<Record<string, string | undefined>>;
  /** Address of Pulumi Cloud. */
  url: string;
  http: Http;
  /** Called with each token before it is used. */
  mask: (token: Secret) => void;
}

/**
 * The job's token of Pulumi Cloud: traded for GitHub's id token, or the stored one where the stack's config says so.
 *
 * @throws RemedyError with what does not fit, and what to change.
 */
export async function authenticate(doors: IdentityDoors, target: JobTarget): Promise<Secret> {
  const { catalog, environment, url, http, mask } = doors;
  if (catalog.syncAuthentication === "token") return storedToken(environment.PULUMI_ACCESS_TOKEN ?? "");
  const organization = catalog.pulumiOrganization;
  const audience = `urn:pulumi:org:${organization}`;
  const idToken = await requestIdToken(idTokenDoor(environment), audience, http);
  mask(idToken);
  const traded = await exchangeToken(
    { url, organization, team: target.team, idToken, expiration: TOKEN_SECONDS },
    http,
  );
  mask(traded);
  return traded;
}

function storedToken(stored: string): Secret {
  if (stored !== "") return new Secret(stored);
  throw new RemedyError(
    "PULUMI_ACCESS_TOKEN",
    "is not set, and the stack's config asks for a stored token",
    "set it in GitHub, or set syncAuthentication to oidc",
  );
}
