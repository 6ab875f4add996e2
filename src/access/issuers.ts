import { createHash } from "node:crypto";
import { openingOf } from "../catalog/applications";
import type { ResolvedCatalog } from "../catalog/entry";
import { EDITIONS_WITH_TEAMS, type Settings } from "../catalog/settings";
import { longestTokenSeconds, POD_SECONDS } from "./token-lifetimes";
import { declaredTrust, type Repository, type TrustRule } from "./trust";

/** An issuer of identities that the organization's stack declares, with everything that its identities may become. */
export interface DeclaredIssuer {
  /** Name of its resource in the stack. */
  resource: string;
  /** Its name in Pulumi Cloud, if it is new there. */
  name: string;
  url: string;
  rules: TrustRule[];
  /** Seconds that the longest-lived of its tokens needs. */
  seconds: number;
}

/** The resource of GitHub's issuer. */
export const GITHUB_ISSUER = "github-actions";
const CLUSTERS = "kubernetes-";

/** What messages call the trust that a resource of an issuer stands for. */
export function trustIn(resource: string): string {
  return resource.startsWith(CLUSTERS)
    ? "trust in service accounts of Kubernetes"
    : "trust in GitHub's identities";
}

/**
 * Every issuer that the organization's stack declares, for all stacks: GitHub's, and those of Kubernetes clusters.
 *
 * @param settings that stack's config.
 * @param stacks names of all stacks of the project.
 * @param repositories `trustedRepositories` with their ids; without one GitHub's issuer is not declared.
 */
export function declaredIssuers(
  catalog: ResolvedCatalog,
  settings: Settings,
  stacks: readonly string[],
  repositories: readonly Repository[],
): DeclaredIssuer[] {
  const rules = repositories.length === 0 ? [] : declaredTrust(catalog, settings, stacks, repositories);
  const github = {
    resource: GITHUB_ISSUER,
    // Another address is another issuer beside the old one, until that is deleted: it must not have its name.
    name:
      settings.issuerEnterprise === undefined
        ? GITHUB_ISSUER
        : `${GITHUB_ISSUER}-${settings.issuerEnterprise}`,
    url: issuerOf(settings),
    rules,
    seconds: longestTokenSeconds(settings),
  };
  return [...(rules.length === 0 ? [] : [github]), ...clusterIssuers(catalog, settings)];
}

/**
 * One issuer per cluster, with a rule per service account: exactly that one, with a token made for Pulumi Cloud, gets the
 * team that the application's loader works as in that deployment environment.
 *
 * @returns none where the edition has no team tokens.
 */
export function clusterIssuers(
  { applications, groups }: Pick<ResolvedCatalog, "applications" | "groups">,
  settings: Pick<Settings, "edition" | "pulumiOrganization" | "escProject" | "application">,
): DeclaredIssuer[] {
  if (!EDITIONS_WITH_TEAMS.includes(settings.edition)) return [];
  const issuers = new Map<string, DeclaredIssuer>();
  for (const application of applications)
    for (const { environment, issuer, namespace, serviceAccount } of application.kubernetes ?? []) {
      const resource = clusterResource(issuer);
      const found = issuers.get(resource) ?? {
        resource,
        name: resource,
        url: issuer,
        rules: [],
        seconds: POD_SECONDS,
      };
      const rule: TrustRule = {
        decision: "allow",
        tokenType: "team",
        teamName: openingOf(settings, environment, application, Object.keys(groups)).team,
        rules: {
          aud: `urn:pulumi:org:${settings.pulumiOrganization}`,
          sub: subjectOf(namespace, serviceAccount),
        },
      };
      const has = found.rules.some(
        ({ teamName, rules: { sub } }) => teamName === rule.teamName && sub === rule.rules.sub,
      );
      if (!has) found.rules.push(rule);
      issuers.set(resource, found);
    }
  return [...issuers.values()];
}

/** The claim `sub` of a service account's token (Kubernetes documentation, "Managing Service Accounts"). */
function subjectOf(namespace: string, serviceAccount: string): string {
  return `system:serviceaccount:${namespace}:${serviceAccount}`;
}

/** Follows from the address alone, so that an order or a name in the catalog replaces no issuer. */
function clusterResource(url: string): string {
  const digest = createHash("sha256").update(withoutSlash(url)).digest("hex");
  return `${CLUSTERS}${digest.slice(0, 12)}`;
}

/**
 * GitHub's issuer of identities: github.com's, that of an enterprise with data residency at `token.actions.` of its name
 * (docs.github.com, "Feature overview for GHE.com"), and a self-hosted server's own at `/_services/token` (OIDC
 * reference). Which host is whose is told as the clients tell it. An enterprise may add its slug to the address (REST,
 * "Set the GitHub Actions OIDC custom issuer policy for an enterprise").
 */
export function issuerOf(settings: Pick<Settings, "githubApiUrl" | "issuerEnterprise">): string {
  const { githubApiUrl, issuerEnterprise } = settings;
  const slug = issuerEnterprise === undefined ? "" : `/${issuerEnterprise}`;
  const { hostname, origin } = new URL(githubApiUrl ?? "https://api.github.com");
  if (hostname === "api.github.com") return `https://token.actions.githubusercontent.com${slug}`;
  if (hostname.endsWith(".ghe.com")) return `https://token.actions.${hostname.replace(/^api\./, "")}${slug}`;
  return `${origin}/_services/token`;
}

/** The issuer registered for an address. Pulumi Cloud keeps a slash at the end as it was typed; it changes nothing. */
export function issuerAt<Issuer extends { url: string }>(
  issuers: readonly Issuer[],
  url: string,
): Issuer | undefined {
  return issuers.find((issuer) => withoutSlash(issuer.url) === withoutSlash(url));
}

/** An issuer's address as it counts. */
export function withoutSlash(url: string): string {
  return url.replace(/\/+$/, "");
}
