import { type AskRepository, listOf, type Rule } from "./carrier-facts";
import { covers } from "./path-patterns";

/** What keeps a token from committing files to a branch directly. */
export interface CommitRules {
  /** Each rule that stops it, in words; empty: none that GitHub shows. */
  stops: readonly string[];
  /** What GitHub does not show this token; empty: it showed everything. */
  hidden: readonly string[];
}

/** A rule of a branch, and whose ruleset it is of. */
interface SourcedRule extends Rule {
  ruleset_id?: number;
  ruleset_source_type?: string;
  ruleset_source?: string;
}

interface ShownRuleset {
  name?: string;
  /** Of the token that asks; only at a repository's address (REST, Rules). */
  current_user_can_bypass?: string;
  enforcement?: string;
  rules?: Rule[];
}

/**
 * Rules of a branch that stop a commit by the contents API, in words (GitHub's documentation, "Available rules for
 * rulesets"). Others, such as those about force pushes or names, let it pass.
 */
const STOPPING: Readonly<Record<string, string>> = {
  pull_request: "changes need a pull request",
  update: "nobody may update the branch",
  required_status_checks: "status checks must pass first",
  merge_queue: "changes need the merge queue",
  required_signatures: "commits need a verified signature",
  required_deployments: "deployments must succeed first",
  workflows: "workflows must pass first",
  code_scanning: "code scanning must pass first",
};

/**
 * What stops a direct commit of files to a branch by the token that asks: rulesets of the repository and of its
 * organization that it may not bypass, and the classic protection of the branch. Three requests where there is none.
 *
 * @param paths the files, for rulesets that restrict paths.
 */
export async function commitRules(
  branch: string,
  paths: readonly string[],
  ask: AskRepository,
): Promise<CommitRules> {
  const [ofBranch, ofPushes, classic] = [
    await byRulesets(branch, ask),
    await byPushRulesets(paths, ask),
    await byProtection(branch, ask),
  ];
  const all = [ofBranch, ofPushes, classic];
  return { stops: all.flatMap(({ stops }) => stops), hidden: all.flatMap(({ hidden }) => hidden) };
}

async function byRulesets(branch: string, ask: AskRepository): Promise<CommitRules> {
  const path = `/rules/branches/${encodeURIComponent(branch)}?per_page=100`;
  const rules = await listOf<SourcedRule>(ask(path));
  if (rules === undefined) return { stops: [], hidden: ["the rules of the branch"] };
  const stopping = rules.filter(({ type }) => STOPPING[type] !== undefined);
  const ids = [...new Set(stopping.map(({ ruleset_id: id }) => id))];
  const found = await Promise.all(
    ids.map(async (id) => {
      const own = stopping.filter((rule) => rule.ruleset_id === id);
      const shown =
        id === undefined ? undefined : ((await ask(`/rulesets/${id}`)) as ShownRuleset | undefined);
      if (mayBypass(shown)) return [];
      const [{ ruleset_source_type: kind = "", ruleset_source: source = "" } = {}] = own;
      const whose = kind === "Organization" ? ` of the organization ${source}` : "";
      const named = shown?.name === undefined ? "a ruleset" : `the ruleset "${shown.name}"`;
      return [`${named}${whose}: ${own.map(({ type }) => STOPPING[type]).join(", ")}`];
    }),
  );
  return { stops: found.flat(), hidden: [] };
}

/** `pull_requests_only` lets someone merge without a review, and commit nothing. */
function mayBypass(ruleset: ShownRuleset | undefined): boolean {
  return ["always", "exempt"].includes(ruleset?.current_user_can_bypass ?? "");
}

async function byPushRulesets(paths: readonly string[], ask: AskRepository): Promise<CommitRules> {
  const path = "/rulesets?includes_parents=true&targets=push&per_page=100";
  const all = await listOf<{ id: number; enforcement: string }>(ask(path));
  // Public repositories have none, and GitHub lists them to whoever may read the repository.
  const active = (all ?? []).filter(({ enforcement }) => enforcement === "active");
  const found = await Promise.all(
    active.map(async ({ id }) => {
      const shown = (await ask(`/rulesets/${id}`)) as ShownRuleset | undefined;
      if (mayBypass(shown)) return [];
      const patterns = (shown?.rules ?? []).flatMap(
        ({ parameters }) => parameters?.restricted_file_paths ?? [],
      );
      const hit = paths.filter((each) => patterns.some((pattern) => covers(pattern, each)));
      return hit.length === 0 ? [] : [`the ruleset "${shown?.name}": nobody may push ${hit.join(" and ")}`];
    }),
  );
  return { stops: found.flat(), hidden: [] };
}

/** A classic branch protection, as administrators of the repository see it. */
interface Protection {
  enforce_admins?: { enabled?: boolean };
  required_pull_request_reviews?: { bypass_pull_request_allowances?: Allowed };
  required_status_checks?: { contexts?: string[]; checks?: unknown[] };
  required_signatures?: { enabled?: boolean };
  restrictions?: Allowed;
  lock_branch?: { enabled?: boolean };
}

interface Allowed {
  users?: { login?: string }[];
  teams?: unknown[];
  apps?: unknown[];
}

async function byProtection(branch: string, ask: AskRepository): Promise<CommitRules> {
  const name = encodeURIComponent(branch);
  const shown = (await ask(`/branches/${name}`)) as
    | { protected?: boolean; protection?: { enabled?: boolean } }
    | undefined;
  // `protected` also tells of rulesets; `protection` of the classic one alone.
  if (shown?.protected !== true || shown.protection?.enabled === false) return { stops: [], hidden: [] };
  const found = (await ask(`/branches/${name}/protection`)) as Protection | undefined;
  if (found === undefined)
    return { stops: [], hidden: ["the protection of the branch, which it shows to administrators alone"] };
  const repository = (await ask("")) as { permissions?: { admin?: boolean } } | undefined;
  if (repository?.permissions?.admin === true && found.enforce_admins?.enabled !== true)
    return { stops: [], hidden: [] };
  const reviews = found.required_pull_request_reviews;
  const words = [
    ...(found.lock_branch?.enabled ? ["the branch is locked"] : []),
    ...(reviews
      ? [withExceptions("changes need a pull request", reviews.bypass_pull_request_allowances)]
      : []),
    ...(found.restrictions ? [withExceptions("not everyone may push", found.restrictions)] : []),
    ...((found.required_status_checks?.contexts?.length ?? 0) > 0 ? ["status checks must pass first"] : []),
    ...(found.required_signatures?.enabled ? ["commits need a verified signature"] : []),
  ];
  return { stops: words.length === 0 ? [] : [`its branch protection: ${words.join(", ")}`], hidden: [] };
}

/** Whether the token belongs to one of them, GitHub does not tell here; who is named is said. */
function withExceptions(words: string, { users = [], teams = [], apps = [] }: Allowed = {}): string {
  const slug = (each: unknown) => String((each as { slug?: unknown }).slug ?? "");
  const named = [...users.map(({ login = "" }) => login), ...teams.map(slug), ...apps.map(slug)];
  return named.length === 0 ? words : `${words} except for ${named.join(", ")}`;
}
