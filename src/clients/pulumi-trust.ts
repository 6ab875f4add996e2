import { notTheService, type PulumiCall, parseAnswer } from "./pulumi-call";

/** Somebody whose identities an organization takes for its own tokens. */
export interface TrustedIssuer {
  id: string;
  name: string;
  url: string;
  /** The longest life in seconds of a token that is traded for its identities; the service's own limit where it says none. */
  maxExpiration?: number;
}

/** One rule of an issuer's trust policy, as the service has it. */
export interface StandingRule {
  /** allow or deny. */
  decision: string;
  /** organization, team, personal or runner. */
  tokenType: string;
  teamName?: string;
  userLogin?: string;
  runnerID?: string;
  roleID?: string;
  authorizedPermissions: readonly string[];
  /** Values by claim, wildcards in them. What is not text is here as JSON. */
  rules: Readonly<Record<string, string>>;
  /** A claim's value is not text. */
  nested?: true;
}

/** Whom an organization of Pulumi Cloud trusts. */
export interface PulumiTrust {
  issuers(): Promise<TrustedIssuer[]>;
  rulesOf(issuer: Pick<TrustedIssuer, "id" | "url">): Promise<StandingRule[]>;
}

/** @throws RemedyError from every method. Shapes are those of the service's specification (ListOidcIssuers, GetAuthPolicy). */
export function createPulumiTrust(call: PulumiCall): PulumiTrust {
  const root = `/api/orgs/${encodeURIComponent(call.organization)}`;
  return {
    issuers: async () => {
      const thing = `OIDC issuers of ${call.organization}`;
      const answer = parseAnswer(thing, await call(thing, `${root}/oidc/issuers`));
      const { oidcIssuers = [] } = answer as { oidcIssuers?: TrustedIssuer[] | null };
      return (oidcIssuers ?? []).map(({ id, name, url, maxExpiration }) => ({
        id,
        name,
        url,
        ...(typeof maxExpiration === "number" ? { maxExpiration } : {}),
      }));
    },
    rulesOf: async ({ id, url }) => {
      const thing = `trust policy of ${url}`;
      const path = `${root}/auth/policies/oidcissuers/${encodeURIComponent(id)}`;
      const { policies } = parseAnswer(thing, await call(thing, path)) as { policies?: Rule[] | null };
      if (!Array.isArray(policies)) throw notTheService(thing, "lists no rules");
      return policies.map(ruleOf);
    },
  };
}

interface Rule extends Partial<Record<Subject, string | null>> {
  decision: string;
  tokenType: string;
  authorizedPermissions?: string[] | null;
  rules?: Record<string, unknown> | null;
}

const SUBJECTS = ["teamName", "userLogin", "runnerID", "roleID"] as const;
type Subject = (typeof SUBJECTS)[number];

/** What the service leaves out, sends empty or as null is the same. */
function ruleOf(rule: Rule): StandingRule {
  const named = SUBJECTS.filter((key) => rule[key]).map((key) => [key, rule[key]]);
  const given = Object.entries(rule.rules ?? {});
  const nested = given.some(([, value]) => typeof value !== "string");
  const claims = given.map(([claim, value]) => [
    claim,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return {
    decision: rule.decision,
    tokenType: rule.tokenType,
    ...(Object.fromEntries(named) as Partial<Record<Subject, string>>),
    authorizedPermissions: rule.authorizedPermissions ?? [],
    rules: Object.fromEntries(claims),
    ...(nested ? { nested } : {}),
  };
}
