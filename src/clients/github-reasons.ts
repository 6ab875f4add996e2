import type { HttpAnswer } from "./http";

/** A reason of GitHub's that no further right of the token helps against, and what helps. */
export interface GitHubReason {
  code: string;
  remedy: string;
}

interface Known {
  code: string;
  /** GitHub's words; they have no code of their own. Each was seen in answers that people published. */
  says: RegExp;
  remedy: string;
}

/** In the order in which they are looked at. */
const KNOWN: readonly Known[] = [
  {
    code: "github-ip-not-allowed",
    says: /IP allow list/i,
    remedy:
      "run it from an address that is on the list, or let an owner of the organization add this one (its settings, Authentication security)",
  },
  {
    code: "github-token-lifetime",
    says: /token's lifetime is greater than/i,
    remedy:
      "give the token an earlier end at the address that GitHub names, or make a new one that ends in time",
  },
  {
    code: "github-token-kind-forbidden",
    says: /forbids access via a personal access token \(classic\)/i,
    remedy:
      "set GITHUB_TOKEN to a fine-grained token of this organization (https://github.com/settings/personal-access-tokens/new), or to a GitHub App's",
  },
  {
    code: "github-token-kind-forbidden",
    says: /forbids access via a fine-grained personal access token/i,
    remedy:
      "set GITHUB_TOKEN to a GitHub App's token, or let an owner of the organization allow fine-grained tokens (its settings, Personal access tokens)",
  },
  {
    code: "github-app-restricted",
    says: /OAuth App access restrictions/i,
    remedy:
      "let an owner of the organization approve the application that made the token (its settings, Third-party access), or use a personal access token",
  },
  {
    code: "github-suspended",
    says: /(installation|account) (has been|was) suspended/i,
    remedy:
      "let an owner of the organization unsuspend it (for a GitHub App: its settings, GitHub Apps), or use another token",
  },
  {
    code: "github-repository-archived",
    says: /archived so is read-only|repository is archived/i,
    remedy: "gh repo unarchive OWNER/NAME, or take the repository out of the stacks' config",
  },
  {
    code: "github-actions-disabled",
    says: /Actions (has|have|is|are)( been)? disabled|disabled workflow/i,
    remedy:
      "turn it on where it was turned off (the organization's or the repository's settings, Actions; for one workflow gh workflow enable), then run this again",
  },
  {
    code: "github-plan-lacks-feature",
    says: /upgrade to GitHub|upgrade your plan|billing plan supports|not available (on|for|in) (your|this) (current )?(billing )?plan|requires GitHub (Team|Enterprise|Pro)/i,
    remedy:
      "docs/permissions.md says which plan has what: change the plan, or turn off what needs it in the stacks' config",
  },
  {
    code: "github-policy-forbids",
    says: /(enterprise|organization) (policy|administrators?|owners?) (has |have )?(forbid|disable|restrict|prevent|block|disallow|prohibit)|(disabled|blocked|disallowed|not permitted|not allowed|prohibited) by (an? |the |your )?(enterprise|organization)/i,
    remedy:
      "only who set the policy can change it: ask the owners of the organization or enterprise that GitHub names",
  },
];

/** Of GitHub's own answer to `X-GitHub-SSO: required; url=...` (docs.github.com, "Authenticating to the REST API"). */
const SSO_LINK = /^required;\s*url=(https:\/\/[\x21-\x7e]{1,500})$/;

/**
 * Why GitHub refuses, where the token's rights are not the reason.
 *
 * @param said what GitHub says, as `saidBy` gives it.
 * @returns undefined where nothing but the rights is known.
 */
export function reasonOf(answer: HttpAnswer, said: string): GitHubReason | undefined {
  const sso = `${answer.headers["x-github-sso"] ?? ""}`;
  if (sso.startsWith("required") || (answer.status === 403 && /\bSAML\b/.test(said))) {
    const link = SSO_LINK.exec(sso)?.[1];
    const where =
      link === undefined
        ? "in the token's settings, Configure SSO (https://github.com/settings/tokens)"
        : `open ${link}`;
    return {
      code: "github-sso-required",
      remedy: `authorize the token for the organization: ${where}; then run this again`,
    };
  }
  if (answer.status === 402)
    return {
      code: "github-plan-lacks-feature",
      remedy: "let an owner of the organization look at its billing, then run this again",
    };
  return KNOWN.find(({ says }) => says.test(said));
}

/** GitHub calls what has moved by its number (docs.github.com, "Best practices", follow redirects). */
export function movedTo(answer: HttpAnswer): (GitHubReason & { repositoryId?: string }) | undefined {
  if (![301, 302, 307, 308].includes(answer.status)) return undefined;
  const id = /\/repositories\/(\d{1,20})(?:\/|$)/.exec(`${answer.headers.location ?? ""}`)?.[1];
  const how = id === undefined ? "" : `: gh api repositories/${id} --jq .full_name prints it`;
  return {
    code: "github-moved",
    remedy: `it was renamed or transferred; put its new name into the stacks' config${how}`,
    ...(id === undefined ? {} : { repositoryId: id }),
  };
}

/** GitHub's two kinds of limits, and when to come again (docs.github.com, "Rate limits for the REST API"). */
export function limitOf(answer: HttpAnswer, said: string): { cause: string; again: string } | undefined {
  const { status, headers } = answer;
  const isSecondary = /secondary rate limit|abuse detection/i.test(said);
  const isPrimary = headers["x-ratelimit-remaining"] === "0";
  if (
    status !== 429 &&
    (status !== 403 || !(isSecondary || isPrimary || headers["retry-after"] !== undefined))
  )
    return undefined;
  const most = /^\d{1,6}$/.exec(`${headers["x-ratelimit-limit"] ?? ""}`)?.[0];
  const cause = isSecondary
    ? "GitHub's secondary rate limit, on requests in a short time, is used up"
    : `GitHub's rate limit is used up${isPrimary && most !== undefined ? ` (${most} requests an hour)` : ""}`;
  return { cause, again: againAfter(answer, isSecondary) };
}

function againAfter({ headers }: HttpAnswer, isSecondary: boolean): string {
  const seconds = Number(headers["retry-after"]);
  if (Number.isFinite(seconds) && seconds > 0) return `in ${seconds} s`;
  const reset = Number(headers["x-ratelimit-reset"]);
  if (headers["x-ratelimit-remaining"] === "0" && Number.isFinite(reset) && reset > 0 && reset < 1e11)
    return `after ${new Date(reset * 1000).toISOString()}`;
  return isSecondary ? "in a minute, and after more minutes if it says so again" : "later";
}

/** What GitHub says of a token's rights. */
export interface TokenRights {
  /** Whether a classic token has a scope for the request; undefined where GitHub does not say. */
  hasScope: boolean | undefined;
  /** What would give it the rights; undefined where GitHub does not say. */
  remedy: string | undefined;
}

/**
 * A token's rights by the headers that GitHub sends: `X-OAuth-Scopes` of a classic token with `X-Accepted-OAuth-Scopes`, or
 * `X-Accepted-GitHub-Permissions` (docs.github.com, "Troubleshooting the REST API").
 */
export function rightsOf({ headers }: HttpAnswer): TokenRights {
  const has = headers["x-oauth-scopes"];
  const accepted = listIn(headers["x-accepted-oauth-scopes"]);
  if (has !== undefined) {
    const scopes = listIn(has);
    const [first] = accepted;
    if (first === undefined) return { hasScope: undefined, remedy: undefined };
    if (accepted.some((each) => scopes.includes(each))) return { hasScope: true, remedy: undefined };
    const remedy = `give the token the scope ${accepted.join(" or ")} (it has ${scopes.join(", ") || "none"}): gh auth refresh -s ${first} for a token of gh, or https://github.com/settings/tokens`;
    return { hasScope: false, remedy };
  }
  const permissions = listIn(headers["x-accepted-github-permissions"]);
  if (permissions.length === 0) return { hasScope: undefined, remedy: undefined };
  const remedy = `give the token the permission ${permissions.join(" or ")}; a new or changed token may also wait for the approval of an owner of the organization`;
  return { hasScope: undefined, remedy };
}

/** Names as GitHub's headers list them; anything else in one is left out. */
function listIn(header: string | string[] | undefined): string[] {
  return `${header ?? ""}`
    .split(/[,;]\s*/)
    .map((each) => each.trim())
    .filter((each) => /^[a-z][a-z0-9_:=-]{0,60}$/i.test(each));
}
