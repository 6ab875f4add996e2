import { organizationForOwner } from "./access";
import { nodeId } from "./account-json";
import { apiUrl, body, type GitHubApp, type GitHubContext, type GitHubParts } from "./github-app";
import { newId, type Ruleset } from "./github-state";
import { page } from "./pagination";
import { findRuleset, SENT, storedRuleset } from "./sent-ruleset";
import { toSeconds } from "./timestamps";

/** Rulesets of an organization, made and removed by its owners. */
export function organizationRulesetRoutes(app: GitHubApp, parts: GitHubParts): void {
  const json = (c: GitHubContext, owner: string, ruleset: Ruleset) => ({
    ...(({ id, name, target, enforcement }) => ({ id, name, target, enforcement }))(ruleset),
    source_type: "Organization",
    source: owner,
    node_id: nodeId("RepositoryRuleset", ruleset.id),
    _links: { self: { href: `${apiUrl(c)}/orgs/${owner}/rulesets/${ruleset.id}` } },
    created_at: ruleset.createdAt,
    updated_at: ruleset.updatedAt,
  });

  app.get("/orgs/:org/rulesets", (c) => {
    const organization = organizationForOwner(c, parts);
    return c.json(page(c, organization.rulesets ?? []).map((each) => json(c, organization.login, each)));
  });

  app.post("/orgs/:org/rulesets", async (c) => {
    const sent = await body(c, SENT);
    const organization = organizationForOwner(c, parts);
    const at = toSeconds(parts.now());
    const ruleset: Ruleset = { id: newId(), createdAt: at, ...storedRuleset(sent), updatedAt: at };
    organization.rulesets = [...(organization.rulesets ?? []), ruleset];
    parts.store.save();
    return c.json(json(c, organization.login, ruleset), 201);
  });

  app.delete("/orgs/:org/rulesets/:id", (c) => {
    const organization = organizationForOwner(c, parts);
    const ruleset = findRuleset(c, organization.rulesets);
    organization.rulesets = (organization.rulesets ?? []).filter((each) => each !== ruleset);
    parts.store.save();
    return c.body(null, 204);
  });
}
