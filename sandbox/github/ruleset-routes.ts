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
import { GitHubError, validationFailed } from "./github-error";
import { newId, type Repository, type Ruleset } from "./github-state";
import { page } from "./pagination";
import { bypassOf, coversBranch, rulesetsOf } from "./ruleset-state";
import { findRuleset, SENT, storedRuleset } from "./sent-ruleset";
import { toSeconds } from "./timestamps";

const BASE = "/repos/:owner/:repo/rulesets";

/** Rulesets of repositories. */
export function rulesetRoutes(app: GitHubApp, parts: GitHubParts): void {
  app.get("/repos/:owner/:repo/rules/branches/:branch{.+}", (c) => {
    const repository = repositoryFor(c, parts, "read", ["metadata", "read"]);
    const active = rulesetsOf(parts, repository).filter(
      (each) => each.enforcement === "active" && coversBranch(each, repository, param(c, "branch")),
    );
    const rules = active.flatMap((ruleset) => {
      const { source, source_type } = sourceOf(repository, ruleset);
      return ruleset.rules.map((rule) => ({
        ...ruleJson(rule),
        ruleset_source_type: source_type,
        ruleset_source: source,
        ruleset_id: ruleset.id,
      }));
    });
    return c.json(page(c, rules));
  });

  app.get(BASE, (c) => {
    const repository = repositoryFor(c, parts, "read", ["metadata", "read"]);
    const targets = c.req.query("targets")?.split(",");
    const own = c.req.query("includes_parents") === "false";
    const known = own ? (repository.rulesets ?? []) : rulesetsOf(parts, repository);
    const all = known.filter(({ target }) => targets?.includes(target) ?? true);
    return c.json(page(c, all).map((each) => summary(c, repository, each)));
  });

  app.post(BASE, async (c) => {
    const sent = await body(c, SENT);
    const repository = repositoryFor(c, parts, "admin");
    checkPlan(parts, repository, sent.target);
    const known = repository.rulesets ?? [];
    if (known.some(({ name }) => name === sent.name))
      throw validationFailed("Ruleset", "name", "custom", "Name must be unique");
    const at = toSeconds(parts.now());
    const ruleset: Ruleset = { id: newId(), createdAt: at, ...storedRuleset(sent), updatedAt: at };
    record(c, parts, repository, ruleset, "create");
    repository.rulesets = [...known, ruleset];
    parts.store.save();
    return c.json(full(c, parts, repository, ruleset), 201);
  });

  app.get(`${BASE}/:id`, (c) => {
    const repository = repositoryFor(c, parts, "read", ["metadata", "read"]);
    return c.json(full(c, parts, repository, findRuleset(c, rulesetsOf(parts, repository))));
  });

  app.put(`${BASE}/:id`, async (c) => {
    const sent = await body(c, SENT);
    const repository = repositoryFor(c, parts, "admin");
    const ruleset = findRuleset(c, repository.rulesets);
    checkPlan(parts, repository, sent.target);
    record(c, parts, repository, ruleset, "update");
    Object.assign(ruleset, storedRuleset(sent), { updatedAt: toSeconds(parts.now()) });
    parts.store.save();
    return c.json(full(c, parts, repository, ruleset));
  });

  app.delete(`${BASE}/:id`, (c) => {
    const repository = repositoryFor(c, parts, "admin");
    const ruleset = findRuleset(c, repository.rulesets);
    record(c, parts, repository, ruleset, "destroy");
    repository.rulesets = (repository.rulesets ?? []).filter((each) => each !== ruleset);
    parts.store.save();
    return c.body(null, 204);
  });
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

function ruleJson({ type, parameters }: Ruleset["rules"][number]) {
  return { type, ...(parameters === undefined ? {} : { parameters }) };
}

/** Whose ruleset it is. */
function sourceOf({ owner, name, rulesets = [] }: Repository, ruleset: Ruleset) {
  return rulesets.includes(ruleset)
    ? { source_type: "Repository", source: `${owner}/${name}` }
    : { source_type: "Organization", source: owner };
}

function summary(c: GitHubContext, repository: Repository, ruleset: Ruleset) {
  const { source_type, source } = sourceOf(repository, ruleset);
  const place = source_type === "Repository" ? `repos/${source}` : `orgs/${source}`;
  return {
    id: ruleset.id,
    name: ruleset.name,
    target: ruleset.target,
    source_type,
    source,
    enforcement: ruleset.enforcement,
    node_id: nodeId("RepositoryRuleset", ruleset.id),
    _links: {
      self: { href: `${apiUrl(c)}/${place}/rulesets/${ruleset.id}` },
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
      : {
          conditions: {
            ...ruleset.conditions,
            ref_name: { include: [], exclude: [], ...ruleset.conditions.ref_name },
          },
        }),
    rules: ruleset.rules.map(ruleJson),
    ...(isAdmin ? { bypass_actors: ruleset.bypass_actors } : {}),
    current_user_can_bypass: bypassOf(parts, repository, actor, ruleset),
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
