/**
 * A GET of GitHub's REST API below `/repos/OWNER/REPOSITORY`: the answer's JSON, or undefined for a 404, by which GitHub
 * also hides what a token may not see.
 *
 * @throws what the caller's client throws for every other failure.
 */
export type AskRepository = (path: string) => Promise<unknown>;

/** A rule of a ruleset, as far as it is looked at. */
export interface Rule {
  type: string;
  parameters?: {
    required_approving_review_count?: number;
    require_code_owner_review?: boolean;
    required_reviewers?: { file_patterns?: string[]; minimum_approvals?: number }[];
    restricted_file_paths?: string[];
  };
}

/** What is known of a branch; undefined where GitHub does not show it. */
export interface BranchFacts {
  /** Reviews that a change of the branch needs; "none" where it needs no pull request. */
  reviews: number | "none" | undefined;
  /** Whether the branch can be rewritten by a force push. */
  forcePush: boolean | undefined;
}

/** A classic branch protection, as GitHub shows it to administrators of the repository. */
interface Classic {
  required_pull_request_reviews?: {
    required_approving_review_count?: number;
    require_code_owner_reviews?: boolean;
  };
  allow_force_pushes?: { enabled?: boolean };
}

/** @param rules active rules of the branch; undefined where GitHub does not show them. */
export async function branchFacts(
  branch: string,
  rules: readonly Rule[] | undefined,
  ask: AskRepository,
): Promise<BranchFacts> {
  const counts = (rules ?? [])
    .filter(({ type }) => type === "pull_request")
    .map(({ parameters }) => parameters?.required_approving_review_count ?? 0);
  const noForce = (rules ?? []).some(({ type }) => type === "non_fast_forward");
  if (counts.some((count) => count > 0) && noForce) return { reviews: Math.max(...counts), forcePush: false };
  const classic = await classicProtection(branch, ask);
  if (classic === undefined || rules === undefined) return { reviews: undefined, forcePush: undefined };
  const reviews = classic.required_pull_request_reviews;
  if (reviews !== undefined) counts.push(reviews.required_approving_review_count ?? 0);
  const blocked = classic.allow_force_pushes?.enabled === false;
  return { reviews: counts.length === 0 ? "none" : Math.max(...counts), forcePush: !noForce && !blocked };
}

/** Empty when the branch has none; undefined when GitHub does not show whether it has. */
async function classicProtection(branch: string, ask: AskRepository): Promise<Classic | undefined> {
  const name = encodeURIComponent(branch);
  const found = (await ask(`/branches/${name}`)) as { protected?: boolean } | undefined;
  if (found === undefined) return undefined;
  if (found.protected !== true) return {};
  return (await ask(`/branches/${name}/protection`)) as Classic | undefined;
}

/** Whose review the two files need. */
export interface FileFacts {
  /** Patterns of files that a push ruleset keeps everyone from changing, or that named reviewers must approve. */
  guarded: readonly string[];
  /** CODEOWNERS, where a review by code owners is required; undefined: it is not, or there is no such file. */
  codeOwners: string | undefined;
  /** Whether GitHub showed all of it. */
  complete: boolean;
}

/** Where GitHub looks for code owners, in its order; the first that is there counts (docs, "About code owners"). */
const CODEOWNERS = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"] as const;

/** @param rules as of `branchFacts`. */
export async function fileFacts(
  branch: string,
  rules: readonly Rule[] | undefined,
  ask: AskRepository,
): Promise<FileFacts> {
  const pushRules = await pushRulesOf(ask);
  const classic = await classicProtection(branch, ask);
  const reviewed = (rules ?? []).flatMap(({ parameters }) => parameters?.required_reviewers ?? []);
  const byOwners =
    (rules ?? []).some(({ parameters }) => parameters?.require_code_owner_review === true) ||
    classic?.required_pull_request_reviews?.require_code_owner_reviews === true;
  return {
    guarded: [
      ...reviewed.flatMap((each) => ((each.minimum_approvals ?? 0) > 0 ? (each.file_patterns ?? []) : [])),
      ...(pushRules ?? []).flatMap(({ parameters }) => parameters?.restricted_file_paths ?? []),
    ],
    codeOwners: byOwners ? await firstText(CODEOWNERS, branch, ask) : undefined,
    complete: rules !== undefined && pushRules !== undefined && classic !== undefined,
  };
}

/** Rules of the active push rulesets, the organization's too; undefined where GitHub does not list them. */
async function pushRulesOf(ask: AskRepository): Promise<Rule[] | undefined> {
  const path = "/rulesets?includes_parents=true&targets=push&per_page=100";
  const all = await listOf<{ id: number; enforcement: string }>(ask(path));
  if (all === undefined) return undefined;
  const active = all.filter(({ enforcement }) => enforcement === "active");
  const found = await Promise.all(active.map(({ id }) => ask(`/rulesets/${id}`)));
  if (found.includes(undefined)) return undefined;
  return found.flatMap((each) => (each as { rules?: Rule[] }).rules ?? []);
}

async function firstText(
  paths: readonly string[],
  branch: string,
  ask: AskRepository,
): Promise<string | undefined> {
  for (const path of paths) {
    const found = (await ask(`/contents/${path}?ref=${encodeURIComponent(branch)}`)) as
      | { content?: string }
      | undefined;
    if (found?.content !== undefined) return Buffer.from(found.content, "base64").toString("utf8");
  }
  return undefined;
}

/** The items of a list; undefined where GitHub does not show it. */
export async function listOf<Item>(answer: Promise<unknown>): Promise<Item[] | undefined> {
  const found = await answer;
  return Array.isArray(found) ? (found as Item[]) : undefined;
}
