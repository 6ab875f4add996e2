/** Issuers of GitHub's identities: of its cloud, of an enterprise on ghe.com, of a server of one's own (docs.github.com). */
const GITHUB =
  /^https:\/\/token\.actions\.(?:githubusercontent\.com|[\w-]+\.ghe\.com)\/?$|\/_services\/token\/?$/;

/** The claims of a trust policy, whatever people wrote. */
export type Rules = Readonly<Record<string, unknown>>;

/** Whether an issuer's identities are those of GitHub's jobs. */
export function isGitHub(url: unknown): boolean {
  return GITHUB.test(String(url));
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
