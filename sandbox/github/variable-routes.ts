import { organizationForOwner, repositoryFor } from "./access";
import { type GitHubApp, type GitHubParts, param } from "./github-app";
import { notFound } from "./github-error";
import type { Variable } from "./github-state";
import { page } from "./pagination";
import { byName } from "./secret-rules";

/** Organization and repository variables, to read: the seed sets them. */
export function variableRoutes(app: GitHubApp, parts: GitHubParts): void {
  const organization = "/orgs/:org/actions/variables";
  const repository = "/repos/:owner/:repo/actions/variables";

  app.get(organization, (c) => {
    const all = byName(organizationForOwner(c, parts).variables);
    const variables = page(c, all).map((each) => ({ ...json(each), visibility: "all" }));
    return c.json({ total_count: all.length, variables });
  });

  app.get(`${organization}/:name`, (c) => {
    const variable = pick(organizationForOwner(c, parts).variables, param(c, "name"));
    return c.json({ ...json(variable), visibility: "all" });
  });

  app.get(repository, (c) => {
    const all = byName(repositoryFor(c, parts, "write", ["actions", "read"]).variables);
    return c.json({ total_count: all.length, variables: page(c, all).map(json) });
  });

  app.get(`${repository}/:name`, (c) => {
    const { variables } = repositoryFor(c, parts, "write", ["actions", "read"]);
    return c.json(json(pick(variables, param(c, "name"))));
  });
}

function pick(variables: Record<string, Variable>, name: string): Variable {
  const variable = variables[name.toUpperCase()];
  if (variable === undefined) throw notFound();
  return variable;
}

function json({ name, value, createdAt, updatedAt }: Variable) {
  return { name, value, created_at: createdAt, updated_at: updatedAt };
}
