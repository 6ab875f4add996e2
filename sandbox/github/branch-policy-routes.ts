import { z } from "zod";
import { repositoryFor } from "./access";
import { nodeId } from "./account-json";
import { findEnvironment } from "./environments";
import { body, type GitHubApp, type GitHubContext, type GitHubParts, param } from "./github-app";
import { GitHubError, notFound } from "./github-error";
import { type Environment, newId } from "./github-state";

const BASE = "/repos/:owner/:repo/environments/:environment/deployment-branch-policies";

const Pattern = z.object({ name: z.string().min(1), type: z.enum(["branch", "tag"]).default("branch") });

type BranchPattern = Environment["branchPatterns"][number];

/** The branch and tag patterns of an environment with custom branch policies. */
export function branchPolicyRoutes(app: GitHubApp, parts: GitHubParts): void {
  app.get(BASE, (c) => {
    const { branchPatterns } = findEnvironment(c, repositoryFor(c, parts, "read", ["actions", "read"]));
    return c.json({ total_count: branchPatterns.length, branch_policies: branchPatterns.map(json) });
  });

  app.post(BASE, async (c) => {
    repositoryFor(c, parts, "admin");
    const sent = await body(c, Pattern);
    const environment = findEnvironment(c, repositoryFor(c, parts, "admin"));
    if (environment.branchPolicy !== "custom") {
      throw new GitHubError(404, "Not Found", {
        errors: "The environment has no custom branch policies: set custom_branch_policies first",
      });
    }
    const known = environment.branchPatterns.find(
      (each) => each.name === sent.name && each.type === sent.type,
    );
    if (known !== undefined) return c.body(null, 303);
    const pattern = { id: newId(), ...sent };
    environment.branchPatterns.push(pattern);
    parts.store.save();
    return c.json(json(pattern));
  });

  app.get(`${BASE}/:id`, (c) => c.json(json(find(c, parts, "read").pattern)));

  app.put(`${BASE}/:id`, async (c) => {
    const { name } = await body(c, Pattern);
    const { pattern } = find(c, parts, "admin");
    pattern.name = name;
    parts.store.save();
    return c.json(json(pattern));
  });

  app.delete(`${BASE}/:id`, (c) => {
    const { environment, pattern } = find(c, parts, "admin");
    environment.branchPatterns = environment.branchPatterns.filter((each) => each !== pattern);
    parts.store.save();
    return c.body(null, 204);
  });
}

function find(c: GitHubContext, parts: GitHubParts, level: "read" | "admin") {
  const environment = findEnvironment(
    c,
    repositoryFor(c, parts, level, level === "read" ? ["actions", "read"] : undefined),
  );
  const pattern = environment.branchPatterns.find((each) => String(each.id) === param(c, "id"));
  if (pattern === undefined) throw notFound();
  return { environment, pattern };
}

function json({ id, name, type }: BranchPattern) {
  return { id, node_id: nodeId("DeploymentBranchPolicy", id), name, type };
}
