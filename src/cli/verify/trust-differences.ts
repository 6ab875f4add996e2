import type { TrustRule } from "../../../secrets/trust";
import type { StandingRule } from "../../clients/pulumi-trust";

/**
 * How an issuer's trust policy differs from the declaration, a sentence each: a pure function. What nobody declared
 * comes first, for it may give a token to anybody. Rules are compared to the letter, because the program writes them
 * so; claims are told by their names.
 */
export function findTrustDifferences(
  declared: readonly TrustRule[],
  standing: readonly StandingRule[],
): string[] {
  const [wanted, there] = [new Set(declared.map(keyOf)), new Set(standing.map(keyOf))];
  const foreign = standing.filter((rule) => !wanted.has(keyOf(rule)));
  const missing = declared.filter((rule) => !there.has(keyOf(rule)));
  return [
    ...foreign.map((rule) => {
      const does = rule.decision === "allow" ? "allows" : "denies";
      return `a rule that nothing declares ${does} ${tokensOf(rule)} by ${claimsOf(rule)}`;
    }),
    ...missing.map(
      (rule) => `no rule allows ${tokensOf(rule)} to jobs of ${rule.rules.repository} as declared`,
    ),
  ];
}

/** A declared rule or a standing one: all that decides, in one order. */
type AnyRule = TrustRule | StandingRule;

function keyOf(rule: AnyRule): string {
  const { decision, tokenType, authorizedPermissions = [], rules } = rule;
  const claims = Object.entries(rules).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([decision, tokenType, subjectsOf(rule), [...authorizedPermissions].sort(), claims]);
}

function subjectsOf(rule: AnyRule): (string | undefined)[] {
  const { teamName, userLogin, runnerID, roleID }: Partial<StandingRule> = rule;
  return [teamName, userLogin, runnerID, roleID];
}

/** `team tokens of shop-live-sync`, `organization tokens (admin)`. */
function tokensOf(rule: AnyRule): string {
  const { tokenType, authorizedPermissions = [] } = rule;
  const [subject] = subjectsOf(rule).filter((each) => each !== undefined);
  const of = subject === undefined ? "" : ` of ${subject}`;
  const permissions = authorizedPermissions.length === 0 ? "" : ` (${authorizedPermissions.join(", ")})`;
  return `${tokenType} tokens${of}${permissions}`;
}

function claimsOf({ rules }: StandingRule): string {
  const claims = Object.keys(rules).sort();
  const open = Object.values(rules).some((value) => /[*?]/.test(value));
  return `${claims.join(", ") || "no claim"}${open ? " (with wildcards)" : ""}`;
}
