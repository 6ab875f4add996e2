import type { TrustRule } from "./state";

/** What somebody asks a token exchange for. */
export interface TokenWish {
  tokenType: TrustRule["tokenType"];
  /** The team, user or runner; undefined for organization tokens. */
  subject: string | undefined;
  /** Organization tokens: with administrator rights. */
  admin: boolean;
}

/** What a trust policy says about a token and a wish. */
export type Verdict =
  | { decision: "allow"; rule: TrustRule }
  | {
      decision: "deny";
      /** Why, by claim names and rule numbers; never a claim's value. */
      reason: string;
    };

/**
 * Judges the claims of a verified token: a matching deny beats every allow, and what nothing allows is denied.
 * An allow without claim rules matches nothing: it would trust every job of every repository of the issuer.
 */
export function judge(rules: TrustRule[], wish: TokenWish, claims: Record<string, unknown>): Verdict {
  const fitting = rules
    .map((rule, index) => ({ rule, number: index + 1, misses: missesOf(rule, claims) }))
    .filter(({ rule }) => concerns(rule, wish));
  if (fitting.length === 0) return { decision: "deny", reason: `no policy speaks of ${nameOf(wish)}` };
  const denied = fitting.find(({ rule, misses }) => rule.decision === "deny" && misses.length === 0);
  if (denied !== undefined)
    return { decision: "deny", reason: `policy ${denied.number} denies ${nameOf(wish)}` };
  const allows = fitting.filter(({ rule }) => rule.decision === "allow");
  const allowed = allows.find(
    ({ rule, misses }) => misses.length === 0 && Object.keys(rule.rules).length > 0,
  );
  if (allowed !== undefined) return { decision: "allow", rule: allowed.rule };
  const reasons = allows.map(({ number, misses }) =>
    misses.length === 0
      ? `policy ${number} has no claim rules`
      : `policy ${number}: ${misses.map((claim) => `claim "${claim}"`).join(", ")} did not match`,
  );
  return { decision: "deny", reason: reasons.join("; ") || `no policy allows ${nameOf(wish)}` };
}

/** Whether a rule is about the kind of token that is asked for. A deny about plain organization tokens covers admin ones. */
function concerns(rule: TrustRule, wish: TokenWish): boolean {
  if (rule.tokenType !== wish.tokenType) return false;
  if (rule.tokenType === "organization")
    return rule.decision === "deny" || !wish.admin || rule.authorizedPermissions.includes("admin");
  const subject = { team: rule.teamName, personal: rule.userLogin, runner: rule.runnerID }[rule.tokenType];
  return subject !== undefined && wish.subject !== undefined && matchesPattern(subject, wish.subject);
}

const missesOf = (rule: TrustRule, claims: Record<string, unknown>): string[] =>
  Object.entries(rule.rules)
    .filter(([path, pattern]) => !claimMatches(claimAt(claims, path), pattern))
    .map(([path]) => path);

/** A list claim (`aud`) matches when one of its members does; a missing one, or an object, never. */
function claimMatches(claim: unknown, pattern: string): boolean {
  if (Array.isArray(claim)) return claim.some((member) => claimMatches(member, pattern));
  if (typeof claim !== "string" && typeof claim !== "number" && typeof claim !== "boolean") return false;
  return matchesPattern(pattern, String(claim));
}

/** The claim at a path such as `"kubernetes.io".pod.name`: dotted keys are quoted. */
export function claimAt(claims: Record<string, unknown>, path: string): unknown {
  if (!/^(?:"[^"]*"|[^".]+)(?:\.(?:"[^"]*"|[^".]+))*$/.test(path)) return undefined;
  let current: unknown = claims;
  for (const [, quoted, plain] of path.matchAll(/(?:^|\.)(?:"([^"]*)"|([^".]+))/g)) {
    const key = quoted ?? plain ?? "";
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, key)) return undefined;
    current = (current as Record<string, unknown>)[key];
  }
  return current;
}

/**
 * The vendor's wildcards: `*` any number of characters, `?` none or one, `.` exactly one. So a literal dot matches
 * any character there, and here. Everything else, case included, must be equal, from end to end.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  const wildcards: Record<string, string> = { "*": "[^]*", "?": "[^]?", ".": "[^]" };
  const source = pattern.replaceAll(/\*+|[^*]/g, (part) => wildcards[part[0] ?? ""] ?? escapeAll(part));
  return new RegExp(`^${source}$`).test(text);
}

const escapeAll = (text: string) => text.replaceAll(/[\\^$+()[\]{}|/-]/g, "\\$&");

function nameOf({ tokenType, subject, admin }: TokenWish): string {
  if (subject !== undefined) return `${tokenType} tokens for '${subject}'`;
  return admin ? "organization tokens with scope admin" : `${tokenType} tokens`;
}
