import type { Settings } from "../catalog/settings";

/**
 * Seconds that each kind of job asks its token of Pulumi Cloud to live: as long as the job may take (its
 * `timeout-minutes`, with five minutes in which GitHub cancels it), and no longer. Nothing revokes a token: it expires.
 */
export const TOKEN_SECONDS = { sync: 900, preview: 1200, audit: 900, up: 3600 } as const;

/**
 * The longest life that a job of this config needs. The service gives no token a longer one, whatever a job asks for,
 * so this is also the longest life of a token that a changed workflow could get. An issuer has one limit for all rules.
 */
export function longestTokenSeconds({ programRepository }: Pick<Settings, "programRepository">): number {
  return programRepository === undefined ? TOKEN_SECONDS.sync : Math.max(...Object.values(TOKEN_SECONDS));
}

/**
 * Seconds that a pod's token may live. The loaders ask for as many (src/loaders/typescript/token-sources.ts,
 * src/loaders/python/sophia_secrets/tokens.py).
 */
export const POD_SECONDS = 3600;

/** The limit of an issuer that says none: 25 hours (Pulumi's documentation, "OIDC issuers"). */
const SERVICE_SECONDS = 90_000;

/**
 * The limit to declare for an issuer. Someone else's jobs may need the longer life that an issuer with their rules has,
 * so that limit is never lowered.
 *
 * @param needed what `longestTokenSeconds` says.
 * @param standing the issuer as Pulumi Cloud has it; undefined when it has none yet.
 */
export function issuerSeconds(
  needed: number,
  standing: { seconds: number | undefined; othersRules: number } | undefined,
): number {
  if (standing === undefined || standing.othersRules === 0) return needed;
  return Math.max(needed, standing.seconds ?? SERVICE_SECONDS);
}
