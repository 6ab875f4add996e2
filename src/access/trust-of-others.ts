import { createHash } from "node:crypto";
import { type AnyRule, ruleKey, subjectsOf, type TrustRule } from "./trust";

/** Rules that one issuer takes (Pulumi's documentation, "OIDC issuers"). */
export const RULES_PER_ISSUER = 40;

/** A rule as Pulumi Cloud has it, which may hold what the provider cannot send. */
export interface FoundRule extends AnyRule {
  /** A claim's value is not text. The provider has texts alone. */
  nested?: true;
}

/** What becomes of an issuer's rules when the stack writes them. */
export interface MergedRules<Rule> {
  /** Someone else's: they stay. In one order, whatever order they stand in. */
  kept: Rule[];
  /** This stack's of an earlier config: they go. */
  leaving: Rule[];
  /** Declared and not there yet. */
  missing: TrustRule[];
  /** What `digestOf` says of every rule that is this stack's, for the state. */
  ours: string[];
}

/**
 * Tells the rules of this stack from those of others, who share its issuer: an organization registers each address once.
 *
 * @param declared what the stack declares now.
 * @param recorded what `ours` was when the stack was updated before. A rule that is neither declared nor recorded is
 *   someone else's, also one that an `up` left behind that recorded nothing yet.
 * @param standing what the issuer has.
 */
export function mergeRules<Rule extends FoundRule>(
  declared: readonly TrustRule[],
  recorded: readonly string[],
  standing: readonly Rule[],
): MergedRules<Rule> {
  const wanted = new Set(declared.map(digestOf));
  const earlier = new Set(recorded);
  const there = new Set(standing.map(digestOf));
  const undeclared = standing.filter((rule) => !wanted.has(digestOf(rule)));
  const leaving = undeclared.filter((rule) => earlier.has(digestOf(rule)));
  return {
    kept: undeclared.filter((rule) => !earlier.has(digestOf(rule))).sort(byKey),
    leaving,
    missing: declared.filter((rule) => !there.has(digestOf(rule))),
    // What leaves stays recorded until it has left: an `up` may die before it writes.
    ours: [...new Set([...wanted, ...leaving.map(digestOf)])].sort(),
  };
}

function byKey(a: AnyRule, b: AnyRule): number {
  const [first, second] = [ruleKey(a), ruleKey(b)];
  return first < second ? -1 : Number(first > second);
}

/**
 * 16 hexadecimal digits that name a rule by all that decides in it. Too many to search for another rule with the same
 * ones: whoever adds a rule could otherwise make it look like an accepted one.
 */
export function digestOf(rule: AnyRule): string {
  return createHash("sha256").update(ruleKey(rule)).digest("hex").slice(0, 16);
}

/** Why the provider would write a rule back as another one; undefined when it can keep it. */
export function whyNotKept({ roleID, nested }: FoundRule): string | undefined {
  if (roleID !== undefined) return "it gives a role, which the provider does not send";
  if (nested === true) return "a claim's value is not text, and the provider sends texts alone";
  return undefined;
}

/**
 * Whether a rule may give more than a team that is not this program's has: an administrator's token, a role, a person,
 * a runner, or a team of the application, which reads or writes values.
 */
export function isPowerful(rule: AnyRule, application: string): boolean {
  if (rule.decision !== "allow") return false;
  const { tokenType, teamName = "", roleID, authorizedPermissions = [] } = rule;
  if (tokenType === "team") return roleID !== undefined || teamName.startsWith(`${application}-`);
  return tokenType !== "organization" || roleID !== undefined || authorizedPermissions.length > 0;
}

/** `allows team tokens of ops by aud, sub=repo:acme/infra:*`. Claims that say whose jobs they are come with values. */
export function describeRule(rule: AnyRule): string {
  const does = rule.decision === "allow" ? "allows" : "denies";
  return `${does} ${tokensOf(rule)} by ${claimsOf(rule)}`;
}

/** `team tokens of shop-live-sync`, `organization tokens (admin)`. */
export function tokensOf(rule: AnyRule): string {
  const { tokenType, authorizedPermissions = [] } = rule;
  const [subject] = subjectsOf(rule).filter((each) => each !== undefined);
  const of = subject === undefined ? "" : ` of ${subject}`;
  const permissions = authorizedPermissions.length === 0 ? "" : ` (${authorizedPermissions.join(", ")})`;
  return `${tokenType} tokens${of}${permissions}`;
}

/** Claims of GitHub by which people know whose jobs a rule is for. */
const TELLING = ["repository", "sub"];

function claimsOf({ rules }: AnyRule): string {
  const claims = Object.keys(rules).sort();
  const named = claims.map((claim) => (TELLING.includes(claim) ? `${claim}=${rules[claim]}` : claim));
  const open = Object.values(rules).some((value) => /[*?]/.test(value));
  return `${named.join(", ") || "no claim"}${open ? " (with wildcards)" : ""}`;
}

/** Whether `isPowerful` holds and config `acceptedTrust` does not name the rule. */
export function isUnaccepted(
  rule: AnyRule,
  { application, acceptedTrust }: { application: string; acceptedTrust: readonly string[] },
): boolean {
  return isPowerful(rule, application) && !acceptedTrust.includes(digestOf(rule));
}
