import { z } from "zod";
import { repositoryFor } from "./access";
import { nodeId } from "./account-json";
import { actorName } from "./actor";
import {
  apiUrl,
  body,
  type GitHubApp,
  type GitHubContext,
  type GitHubParts,
  param,
  webUrl,
} from "./github-app";
import { GitHubError, notFound, validationFailed } from "./github-error";
import { newId, type Repository, type Ruleset } from "./github-state";
import { page } from "./pagination";
import { coversBranch, mayBypass } from "./ruleset-state";
import { toSeconds } from "./timestamps";

const Rule = z.object({ type: z.string(), parameters: z.record(z.string(), z.unknown()).nullish() });
const Sent = z.object({
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
  conditions: z
    .object({
      ref_name: z.object({ include: z.array(z.string()), exclude: z.array(z.string()) }).partial(),
    })
    .nullish(),
  rules: z.array(Rule).nullish(),
});

const BASE = "/repos/:owner/:repo/rulesets";

/** What a pull request rule says where its maker leaves it out. */
const PULL_REQUEST = {
  required_approving_review_count: 0,
  dismiss_stale_reviews_on_push: false,
  require_code_owner_review: false,
  require_last_push_approval: false,
  required_review_thread_resolution: false,
  allowed_merge_methods: ["merge", "squash", "rebase"],
};

/** Rulesets of a repository. The sandbox's organizations have none of their own. */
export function rulesetRoutes(app: GitHubApp, parts: GitHubParts): void {
  app.get("/repos/:owner/:repo/rules/branches/:branch{.+}", (c) => {
    const repository = repositoryFor(c, parts, "read", ["metadata", "read"]);
    const active = (repository.rulesets ?? []).filter(
      (each) => each.enforcement === "active" && coversBranch(each, repository, param(c, "branch")),
    );
    const rules = active.flatMap((ruleset) =>
      ruleset.rules.map((rule) => ({
        ...ruleJson(rule),
        ruleset_source_type: "Repository",
        ruleset_source: `${repository.owner}/${repository.name}`,
        ruleset_id: ruleset.id,
      })),
    );
    return c.json(page(c, rules));
  });

  app.get(BASE, (c) => {
    const repository = repositoryFor(c, parts, "read", ["metadata", "read"]);
    const targets = c.req.query("targets")?.split(",");
    const all = (repository.rulesets ?? []).filter(({ target }) => targets?.includes(target) ?? true);
    return c.json(page(c, all).map((each) => summary(c, repository, each)));
  });

  app.post(BASE, async (c) => {
    const sent = await body(c, Sent);
    const repository = repositoryFor(c, parts, "admin");
    checkPlan(parts, repository, sent.target);
    const known = repository.rulesets ?? [];
    if (known.some(({ name }) => name === sent.name))
      throw validationFailed("Ruleset", "name", "custom", "Name must be unique");
    const at = toSeconds(parts.now());
    const ruleset: Ruleset = { id: newId(), createdAt: at, ...stored(sent), updatedAt: at };
    record(c, parts, repository, ruleset, "create");
    repository.rulesets = [...known, ruleset];
    parts.store.save();
    return c.json(full(c, parts, repository, ruleset), 201);
  });

  app.get(`${BASE}/:id`, (c) => {
    const repository = repositoryFor(c, parts, "read", ["metadata", "read"]);
    return c.json(full(c, parts, repository, find(c, repository)));
  });

  app.put(`${BASE}/:id`, async (c) => {
    const sent = await body(c, Sent);
    const repository = repositoryFor(c, parts, "admin");
    const ruleset = find(c, repository);
    checkPlan(parts, repository, sent.target);
    record(c, parts, repository, ruleset, "update");
    Object.assign(ruleset, stored(sent), { updatedAt: toSeconds(parts.now()) });
    parts.store.save();
    return c.json(full(c, parts, repository, ruleset));
  });

  app.delete(`${BASE}/:id`, (c) => {
    const repository = repositoryFor(c, parts, "admin");
    const ruleset = find(c, repository);
    record(c, parts, repository, ruleset, "destroy");
    repository.rulesets = (repository.rulesets ?? []).filter((each) => each !== ruleset);
    parts.store.save();
    return c.body(null, 204);
  });
}

function stored(sent: z.infer<typeof Sent>): Omit<Ruleset, "id" | "createdAt" | "updatedAt"> {
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

/**
 * Rulesets of private repositories need GitHub Team, and push rulesets are for private and internal ones alone (docs,
 * "About rulesets"). The words for the plan are GitHub's; those for the target are the sandbox's.
 */
function checkPlan(parts: GitHubParts, repository: Repository, target: Ruleset["target"]): void {
  const plan = parts.store.state.organizations.find(({ login }) => login === repository.owner)?.plan;
  if (repository.private && plan === "free")
    throw new GitHubError(
      403,
      "Upgrade to GitHub Pro or make this repository public to enable this feature.",
    );
  if (!repository.private && target === "push")
    throw validationFailed("Ruleset", "target", "custom", "push rulesets are not available here");
}

function find(c: GitHubContext, repository: Repository): Ruleset {
  const found = (repository.rulesets ?? []).find(({ id }) => String(id) === param(c, "id"));
  if (found === undefined) throw notFound();
  return found;
}

function ruleJson({ type, parameters }: Ruleset["rules"][number]) {
  return { type, ...(parameters === undefined ? {} : { parameters }) };
}

function summary(c: GitHubContext, repository: Repository, ruleset: Ruleset) {
  const source = `${repository.owner}/${repository.name}`;
  return {
    id: ruleset.id,
    name: ruleset.name,
    target: ruleset.target,
    source_type: "Repository",
    source,
    enforcement: ruleset.enforcement,
    node_id: nodeId("RepositoryRuleset", ruleset.id),
    _links: {
      self: { href: `${apiUrl(c)}/repos/${source}/rulesets/${ruleset.id}` },
      html: { href: `${webUrl(c)}/${source}/rules/${ruleset.id}` },
    },
    created_at: ruleset.createdAt,
    updated_at: ruleset.updatedAt,
  };
}

/** The list of who may pass is shown to those alone who may change the ruleset (docs, REST, Rules). */
function full(c: GitHubContext, parts: GitHubParts, repository: Repository, ruleset: Ruleset) {
  const actor = c.get("actor");
  const organization = parts.store.state.organizations.find(({ login }) => login === repository.owner);
  const isAdmin =
    actor.kind === "user" &&
    (organization?.members[actor.login] === "admin" || repository.collaborators[actor.login] === "admin");
  return {
    ...summary(c, repository, ruleset),
    ...(ruleset.conditions === null
      ? {}
      : { conditions: { ref_name: { include: [], exclude: [], ...ruleset.conditions.ref_name } } }),
    rules: ruleset.rules.map(ruleJson),
    ...(isAdmin ? { bypass_actors: ruleset.bypass_actors } : {}),
    current_user_can_bypass: mayBypass(parts, repository, actor, ruleset) ? "always" : "never",
  };
}

function record(
  c: GitHubContext,
  parts: GitHubParts,
  repository: Repository,
  { id, name }: Ruleset,
  event: "create" | "update" | "destroy",
): void {
  parts.audit.append({
    service: "github",
    actor: actorName(c.get("actor")),
    action: `repository_ruleset.${event}`,
    target: `${repository.owner}/${repository.name}`,
    outcome: "success",
    details: { ruleset_id: id, ruleset_name: name },
  });
}
