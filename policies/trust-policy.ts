import { TYPES } from "./resource-types";

/** The claims of a trust policy, whatever people wrote. */
export type Rules = Readonly<Record<string, unknown>>;

/** One policy of an issuer: which identity gets which token. */
export interface TrustPolicy {
  /** `policies[0]`. */
  path: string;
  fields: Readonly<Record<string, unknown>>;
  rules: Rules;
  /** Whether the identities are those of GitHub's jobs. */
  ofGitHub: boolean;
}

/**
 * The trust policies that a resource declares: an issuer's, or those of the API's own type, which names its issuer by id
 * alone. There the claims say whose they are. What a preview does not know throws when it is read, a policy at a time.
 *
 * @returns undefined for resources that declare none.
 */
export function policiesOf(
  type: string,
  props: Readonly<Record<string, unknown>>,
): TrustPolicy[] | undefined {
  if (type !== TYPES.issuer && type !== TYPES.trustPolicy) return undefined;
  const policies = props.policies;
  return Array.from({ length: Array.isArray(policies) ? policies.length : 0 }, (_, index) => ({
    path: `policies[${index}]`,
    get fields() {
      return ((policies as unknown[])[index] ?? {}) as TrustPolicy["fields"];
    },
    get rules() {
      return (this.fields.rules ?? {}) as Rules;
    },
    get ofGitHub() {
      return type === TYPES.issuer ? isGitHub(props.url) : hasGitHubsClaims(this.rules);
    },
  }));
}

/** A policy that denies widens nothing; one that does not say so is taken for one that allows. */
export function isAllowed({ fields }: TrustPolicy): boolean {
  return String(fields.decision).toLowerCase() !== "deny";
}

/**
 * Issuers of GitHub's identities: of its cloud, also with an enterprise's name behind it, of an enterprise on ghe.com, of
 * a server of one's own (docs.github.com, OIDC reference).
 */
const GITHUB =
  /^https:\/\/token\.actions\.(?:githubusercontent\.com|[\w-]+\.ghe\.com)(?::443)?(?:\/[^?#]*)?$|\/_services\/token\/?$/i;
/** Claims that GitHub's identities have, and not GitLab's. */
const CLAIMS =
  /^(?:repository\w*|(?:job_)?workflow_ref|event_name|base_ref|head_ref|runner_environment|actor\w*)$/;

function isGitHub(url: unknown): boolean {
  return GITHUB.test(String(url).trim());
}

function hasGitHubsClaims(rules: Rules): boolean {
  const { sub } = rules;
  return (
    sub === undefined || /^repo:/.test(String(sub)) || Object.keys(rules).some((each) => CLAIMS.test(each))
  );
}

/**
 * Why a claim does not stand for one text. Pulumi Cloud takes `*` for any text, `?` for a character or none, and `.` for
 * any one character, without an escape; the last is left to those who ask, for most names have one.
 */
export function* exact(rules: Rules, claim: string): Generator<string> {
  const value = rules[claim];
  if (typeof value !== "string" || value === "") yield `does not pin the claim ${claim}`;
  else if (/[*?]/.test(value)) yield `has a wildcard in the claim ${claim}`;
}

export function hasDot(value: unknown): boolean {
  return String(value).includes(".");
}

export function isId(value: unknown): boolean {
  return /^\d+$/.test(String(value));
}
