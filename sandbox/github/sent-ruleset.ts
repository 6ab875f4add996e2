import { z } from "zod";
import { type GitHubContext, param } from "./github-app";
import { notFound } from "./github-error";
import type { Ruleset } from "./github-state";

const Rule = z.object({ type: z.string(), parameters: z.record(z.string(), z.unknown()).nullish() });
const Names = z.object({ include: z.array(z.string()), exclude: z.array(z.string()) }).partial();
/** A ruleset as people send it. */
export const SENT = z.object({
  name: z.string().min(1),
  target: z.enum(["branch", "tag", "push"]).default("branch"),
  enforcement: z.enum(["disabled", "active", "evaluate"]),
  bypass_actors: z
    .array(
      z.object({
        actor_id: z.number().int().nullish(),
        actor_type: z.string(),
        bypass_mode: z.enum(["always", "pull_request", "exempt"]).default("always"),
      }),
    )
    .nullish(),
  conditions: z.object({ ref_name: Names, repository_name: Names }).partial().nullish(),
  rules: z.array(Rule).nullish(),
});

/** What a pull request rule says where its maker leaves it out. */
const PULL_REQUEST = {
  required_approving_review_count: 0,
  dismiss_stale_reviews_on_push: false,
  require_code_owner_review: false,
  require_last_push_approval: false,
  required_review_thread_resolution: false,
  allowed_merge_methods: ["merge", "squash", "rebase"],
};

/** A sent ruleset as it is kept, with GitHub's defaults. */
export function storedRuleset(sent: z.infer<typeof SENT>): Omit<Ruleset, "id" | "createdAt" | "updatedAt"> {
  return {
    name: sent.name,
    target: sent.target,
    enforcement: sent.enforcement,
    conditions: sent.conditions ?? null,
    bypass_actors: (sent.bypass_actors ?? []).map((each) => ({ ...each, actor_id: each.actor_id ?? null })),
    rules: (sent.rules ?? []).map(({ type, parameters }) => ({
      type,
      ...(type === "pull_request" ? { parameters: { ...PULL_REQUEST, ...parameters } } : {}),
      ...(type !== "pull_request" && parameters ? { parameters } : {}),
    })),
  };
}

/** The one of a path's `:id`. @throws GitHubError 404 */
export function findRuleset(c: GitHubContext, rulesets: readonly Ruleset[] = []): Ruleset {
  const found = rulesets.find(({ id }) => String(id) === param(c, "id"));
  if (found === undefined) throw notFound();
  return found;
}
