import { z } from "zod";
import { organizationOf, repositoryFor } from "./access";
import { actorName } from "./actor";
import { findEnvironment } from "./environments";
import { body, type GitHubApp, type GitHubContext, type GitHubParts, param } from "./github-app";
import { notFound } from "./github-error";
import type { StoredSecret } from "./github-state";
import { page } from "./pagination";
import { byName, places, REPOSITORY_SECRETS, reseal, secretJson, secretName, shelve } from "./secret-rules";
import { toSeconds } from "./timestamps";
import { visibleSecrets } from "./visible-secrets";

const PutSecret = z.object({ encrypted_value: z.string(), key_id: z.string() });

/** Where the secrets of a path are kept. */
interface Shelf {
  kind: "repo" | "environment";
  secrets: Record<string, StoredSecret>;
  place: (name: string) => string;
  target: string;
}

/** Secrets of a repository and of its environments: the same five endpoints twice. */
export function repositorySecretRoutes(app: GitHubApp, parts: GitHubParts): void {
  routesAt(app, parts, "/repos/:owner/:repo/actions/secrets", repositoryShelf);
  routesAt(app, parts, "/repos/:owner/:repo/environments/:environment/secrets", environmentShelf);

  app.get("/repos/:owner/:repo/actions/organization-secrets", (c) => {
    const repository = repositoryFor(c, parts, "write");
    const all = visibleSecrets(organizationOf(c, parts, repository.owner), repository);
    return c.json({ total_count: all.length, secrets: page(c, all).map(secretJson) });
  });
}

type FindShelf = (c: GitHubContext, parts: GitHubParts) => Shelf;

function repositoryShelf(c: GitHubContext, parts: GitHubParts): Shelf {
  const repository = repositoryFor(c, parts, "write");
  c.set("acceptedScopes", ["repo"]);
  return {
    kind: "repo",
    secrets: repository.secrets,
    place: (name) => places.repository(repository.id, name),
    target: `${repository.owner}/${repository.name}`,
  };
}

function environmentShelf(c: GitHubContext, parts: GitHubParts): Shelf {
  const repository = repositoryFor(c, parts, "write");
  c.set("acceptedScopes", ["repo"]);
  const environment = findEnvironment(c, repository);
  return {
    kind: "environment",
    secrets: environment.secrets,
    place: (name) => places.environment(environment.id, name),
    target: `${repository.owner}/${repository.name}/${environment.name}`,
  };
}

function routesAt(app: GitHubApp, parts: GitHubParts, base: string, shelfOf: FindShelf): void {
  app.get(base, (c) => {
    const all = byName(shelfOf(c, parts).secrets);
    return c.json({ total_count: all.length, secrets: page(c, all).map(secretJson) });
  });

  app.get(`${base}/public-key`, (c) => {
    shelfOf(c, parts);
    return c.json(parts.keys.publicKey());
  });

  app.get(`${base}/:name`, (c) => c.json(secretJson(find(c, shelfOf(c, parts)))));

  app.put(`${base}/:name`, async (c) => {
    shelfOf(c, parts);
    const name = secretName(param(c, "name"));
    const sent = await body(c, PutSecret);
    const shelf = shelfOf(c, parts);
    const ciphertext = await reseal(parts.keys, sent, shelf.place(name));
    const isNew = shelf.secrets[name] === undefined;
    const full = { ...shelf.secrets };
    shelve(full, { name, ciphertext, updatedAt: toSeconds(parts.now()) }, REPOSITORY_SECRETS);
    record(c, parts, shelf, name, isNew ? "create" : "update");
    Object.assign(shelf.secrets, full);
    parts.store.save();
    return isNew ? c.json({}, 201) : c.body(null, 204);
  });

  app.delete(`${base}/:name`, (c) => {
    const shelf = shelfOf(c, parts);
    const { name } = find(c, shelf);
    record(c, parts, shelf, name, "remove");
    delete shelf.secrets[name];
    parts.store.save();
    return c.body(null, 204);
  });
}

function find(c: GitHubContext, shelf: Shelf): StoredSecret {
  const secret = shelf.secrets[param(c, "name").toUpperCase()];
  if (secret === undefined) throw notFound();
  return secret;
}

function record(
  c: GitHubContext,
  parts: GitHubParts,
  shelf: Shelf,
  name: string,
  verb: "create" | "update" | "remove",
): void {
  parts.audit.append({
    service: "github",
    actor: actorName(c.get("actor")),
    action: `${shelf.kind}.${verb}_actions_secret`,
    target: `${shelf.target}/${name}`,
    outcome: "success",
    details: { key: name },
  });
}
