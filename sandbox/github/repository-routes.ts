import { z } from "zod";
import { findRepository, organizationOf, repositoryFor } from "./access";
import { actorName, hasScope } from "./actor";
import { body, type GitHubApp, type GitHubContext, type GitHubParts } from "./github-app";
import { isArchived, needsAdmin, validationFailed } from "./github-error";
import type { Repository } from "./github-state";
import { fullRepository, minimalRepository } from "./repository-json";

const NAME = z.string().regex(/^[\w.-]+$/);

const Changes = z.object({ name: NAME.optional(), archived: z.boolean().optional() });

const Transfer = z.object({ new_owner: z.string(), new_name: NAME.optional() });

/** What its administrators do with a whole repository: rename, archive, transfer and delete. */
export function repositoryRoutes(app: GitHubApp, parts: GitHubParts): void {
  app.patch("/repos/:owner/:repo", async (c) => {
    const repository = repositoryFor(c, parts, "admin");
    const { name, archived } = await body(c, Changes);
    // An archived one can be unarchived, and nothing else of it can be changed.
    if (repository.archived === true && archived !== false) throw isArchived();
    if (name !== undefined) move(parts, repository, { owner: repository.owner, name });
    if (archived !== undefined) repository.archived = archived;
    if (archived === true) record(c, parts, repository, "archived");
    if (archived === false) record(c, parts, repository, "unarchived");
    if (name !== undefined) record(c, parts, repository, "rename");
    parts.store.save();
    return c.json(fullRepository(c, parts, repository));
  });

  app.post("/repos/:owner/:repo/transfer", async (c) => {
    const repository = repositoryFor(c, parts, "admin");
    const { new_owner: login, new_name: name = repository.name } = await body(c, Transfer);
    const target = organizationOf(c, parts, login);
    if (target.members[actorName(c.get("actor"))] === undefined)
      throw validationFailed("Repository", "new_owner", "invalid", `${login} cannot accept repositories`);
    const { owner } = repository;
    move(parts, repository, { owner: target.login, name });
    if (owner !== target.login) withdraw(parts, owner, repository);
    record(c, parts, repository, "transfer");
    parts.store.save();
    return c.json(minimalRepository(c, parts, repository), 202);
  });

  app.delete("/repos/:owner/:repo", (c) => {
    const repository = repositoryFor(c, parts, "admin");
    const accepted = ["delete_repo"];
    c.set("acceptedScopes", accepted);
    const actor = c.get("actor");
    if (actor.kind !== "user" || !hasScope(actor.scopes, accepted)) throw needsAdmin();
    const { state } = parts.store;
    state.repositories = state.repositories.filter((each) => each !== repository);
    state.moved = (state.moved ?? []).filter(({ id }) => id !== repository.id);
    withdraw(parts, repository.owner, repository);
    parts.git.remove(repository);
    record(c, parts, repository, "destroy");
    parts.store.save();
    return c.body(null, 204);
  });
}

/** Gives it its new address. The old one leads there until another repository takes it. */
function move(parts: GitHubParts, repository: Repository, to: Pick<Repository, "owner" | "name">): void {
  const { state } = parts.store;
  const other = findRepository(state, `${to.owner}/${to.name}`);
  if (other === repository && to.name === repository.name) return;
  if (other !== undefined && other !== repository)
    throw validationFailed("Repository", "name", "custom", "name already exists on this account");
  const { id, owner, name } = repository;
  const from = `${owner}/${name}`;
  state.moved = [...(state.moved ?? []).filter((each) => each.from !== from), { from, id }];
  parts.git.move(repository, to);
  repository.owner = to.owner;
  repository.name = to.name;
  // From now on its identities carry ids (docs: OIDC reference, immutable subject claims).
  repository.subject.immutable = true;
}

/** The organization's secrets are for its own repositories. */
function withdraw(parts: GitHubParts, login: string, { id }: Repository): void {
  const owner = parts.store.state.organizations.find((each) => each.login === login);
  for (const secret of Object.values(owner?.secrets ?? {}))
    secret.selected = secret.selected.filter((each) => each !== id);
}

function record(c: GitHubContext, parts: GitHubParts, { owner, name }: Repository, what: string): void {
  parts.audit.append({
    service: "github",
    actor: actorName(c.get("actor")),
    action: `repo.${what}`,
    target: `${owner}/${name}`,
    outcome: "success",
  });
}
