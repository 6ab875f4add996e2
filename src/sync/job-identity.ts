import { TOKEN_SECONDS } from "../access/token-lifetimes";
import type { Http } from "../clients/http";
import { exchangeToken, idTokenEndpoint, requestIdToken } from "../clients/oidc";
import { RemedyError } from "../errors";
import { handRun, type Ledger, newestRunIn, runBefore, runId } from "../ledger/ledger";
import { Secret } from "../secret";
import type { JobCatalog, JobTarget } from "./job-catalog";

/** What the job proves itself with. */
export interface IdentityDependencies {
  catalog: JobCatalog;
  env: Readonly<Record<string, string | undefined>>;
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
export async function authenticate(context: IdentityDependencies, target: JobTarget): Promise<Secret> {
  const { catalog, env, url, http, mask } = context;
  if (catalog.syncAuthentication === "token") return storedToken(env.PULUMI_ACCESS_TOKEN ?? "");
  const organization = catalog.pulumiOrganization;
  const audience = `urn:pulumi:org:${organization}`;
  const idToken = await requestIdToken(idTokenEndpoint(env), audience, http);
  mask(idToken);
  const traded = await exchangeToken(
    { url, organization, team: target.team, idToken, expiration: TOKEN_SECONDS.sync },
    http,
  );
  mask(traded);
  return traded;
}

function storedToken(stored: string): Secret {
  if (stored !== "") return new Secret(stored);
  throw new RemedyError({
    code: "pulumi-token-missing",
    subject: "PULUMI_ACCESS_TOKEN",
    cause: "is not set, and the stack's config asks for a stored token",
    remedy: "set it in GitHub, or set syncAuthentication to oidc",
  });
}

/** Which run this is, for the ledger. */
export interface RunIdentity {
  /** GitHub's run id, or the name of a sync by hand (handRun). */
  run: string;
  /** Which try of that run, from 1; GitHub keeps the id when somebody runs it again. */
  attempt?: string;
  commit: string;
  /** RFC 3339, UTC. */
  now: string;
  /** A sync by hand has the newest run of every carrier from GitHub: what the ledger tells of later ones is not believed. */
  hasAskedGitHub?: boolean;
  /** Address of the run's page; a sync by hand has none. */
  page?: string;
  /** How a person starts a run that may replace an unusual number of values. */
  allowMany?: string;
}

/**
 * Who a sync by hand is: with the newest run that it, or the ledger, knows to have been queued before. A run of the
 * workflow stays who it is, and so does who has GitHub's word.
 */
export function knowingRuns(identity: RunIdentity, ledger: Ledger): RunIdentity {
  if (runId(identity.run) !== undefined || identity.hasAskedGitHub === true) return identity;
  const known = [runBefore(identity.run), newestRunIn(ledger)].filter((id) => id !== undefined);
  return { ...identity, run: handRun(known.length === 0 ? undefined : Math.max(...known)) };
}
