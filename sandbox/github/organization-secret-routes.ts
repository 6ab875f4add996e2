import { z } from "zod";
import { organizationForOwner } from "./access";
import { actorName } from "./actor";
import { apiUrl, body, type GitHubApp, type GitHubContext, type GitHubParts, param } from "./github-app";
import { GitHubError, notFound, validationFailed } from "./github-error";
import type { Organization, OrganizationSecret, Repository } from "./github-state";
import { page } from "./pagination";
import { minimalRepository } from "./repository-json";
import { byName, ORGANIZATION_SECRETS, places, reseal, secretJson, secretName, shelve } from "./secret-rules";
import { toSeconds } from "./timestamps";

const Ids = z.array(z.union([z.number(), z.string()]).pipe(z.coerce.number<number | string>().int()));

const PutSecret = z.object({
  visibility: z.enum(["all", "private", "selected"]),
  encrypted_value: z.string().optional(),
  key_id: z.string().optional(),
  selected_repository_ids: Ids.optional(),
});

const PutRepositories = z.object({ selected_repository_ids: Ids });

const BASE = "/orgs/:org/actions/secrets";

/** Organization secrets and the repositories that may read them. */
export function organizationSecretRoutes(app: GitHubApp, parts: GitHubParts): void {
  app.get(BASE, (c) => {
    const organization = organizationForOwner(c, parts);
    const all = byName(organization.secrets);
    const secrets = page(c, all).map((secret) => json(c, organization, secret));
    return c.json({ total_count: all.length, secrets });
  });

  app.get(`${BASE}/public-key`, (c) => {
    organizationForOwner(c, parts);
    return c.json(parts.keys.publicKey());
  });

  app.get(`${BASE}/:name`, (c) => {
    const organization = organizationForOwner(c, parts);
    return c.json(json(c, organization, find(c, organization)));
  });

  app.put(`${BASE}/:name`, (c) => put(c, parts));

  app.delete(`${BASE}/:name`, (c) => {
    const organization = organizationForOwner(c, parts);
    const secret = find(c, organization);
    record(c, parts, organization, secret, "remove");
    delete organization.secrets[secret.name];
    parts.store.save();
    return c.body(null, 204);
  });

  selectedRepositoryRoutes(app, parts);
}

function selectedRepositoryRoutes(app: GitHubApp, parts: GitHubParts): void {
  const SELECTED = `${BASE}/:name/repositories`;

  app.get(SELECTED, (c) => {
    const { secret } = selectable(c, parts);
    const all = parts.store.state.repositories.filter((each) => secret.selected.includes(each.id));
    const repositories = page(c, all).map((each) => minimalRepository(c, parts, each));
    return c.json({ total_count: all.length, repositories });
  });

  app.put(SELECTED, async (c) => {
    const { organization, secret } = selectable(c, parts);
    const { selected_repository_ids: ids } = await body(c, PutRepositories);
    for (const id of ids) repositoryOf(parts, organization, id);
    return select(c, parts, organization, secret, [...new Set(ids)]);
  });

  app.put(`${SELECTED}/:id{[0-9]+}`, (c) => {
    const { organization, secret } = selectable(c, parts);
    const { id } = repositoryOf(parts, organization, Number(param(c, "id")), notFound());
    return select(c, parts, organization, secret, [...new Set([...secret.selected, id])]);
  });

  app.delete(`${SELECTED}/:id{[0-9]+}`, (c) => {
    const { organization, secret } = selectable(c, parts);
    const { id } = repositoryOf(parts, organization, Number(param(c, "id")), notFound());
    return select(
      c,
      parts,
      organization,
      secret,
      secret.selected.filter((each) => each !== id),
    );
  });
}

/**
 * Create or update. What the body leaves out is reset, as on GitHub: no `selected_repository_ids` means none
 * (external-secrets#6514). The one exception is the value: a body without it changes only who may read it.
 */
async function put(c: GitHubContext, parts: GitHubParts): Promise<Response> {
  const organization = organizationForOwner(c, parts);
  const name = secretName(param(c, "name"));
  const sent = await body(c, PutSecret);
  const ids = sent.selected_repository_ids ?? [];
  if (sent.visibility !== "selected" && ids.length > 0) {
    const message = "You can only provide a list of repository ids when the visibility is set to 'selected'";
    throw validationFailed("OrganizationSecret", "selected_repository_ids", "invalid", message);
  }
  for (const id of ids) repositoryOf(parts, organization, id);
  const ciphertext = await reseal(parts.keys, sent, places.organization(organization.id, name));
  const secret = {
    name,
    ciphertext,
    updatedAt: toSeconds(parts.now()),
    visibility: sent.visibility,
    selected: [...new Set(ids)],
  };
  const isNew = organization.secrets[name] === undefined;
  const shelf = { ...organization.secrets };
  shelve<OrganizationSecret>(shelf, secret, ORGANIZATION_SECRETS);
  record(c, parts, organization, secret, isNew ? "create" : "update");
  organization.secrets = shelf;
  parts.store.save();
  return isNew ? c.json({}, 201) : c.body(null, 204);
}

function find(c: GitHubContext, organization: Organization): OrganizationSecret {
  const secret = organization.secrets[param(c, "name").toUpperCase()];
  if (secret === undefined) throw notFound();
  return secret;
}

/** @throws GitHubError 409 unless the visibility is `selected`, in GitHub's words (go-github#2036). */
function selectable(c: GitHubContext, parts: GitHubParts) {
  const organization = organizationForOwner(c, parts);
  const secret = find(c, organization);
  if (secret.visibility !== "selected" && c.req.method !== "GET") {
    const errors =
      "You cannot update selected repositories for a secret when the visibility is not set to 'selected'";
    throw new GitHubError(409, "Conflict", { errors });
  }
  return { organization, secret };
}

function repositoryOf(
  parts: GitHubParts,
  organization: Organization,
  id: number,
  otherwise: GitHubError = validationFailed("OrganizationSecret", "selected_repository_ids", "invalid"),
): Repository {
  const found = parts.store.state.repositories.find(
    (each) => each.id === id && each.owner === organization.login,
  );
  if (found === undefined) throw otherwise;
  return found;
}

/** `updated_at` moves with the list too (terraform-provider-github#1924): it does not date the value. */
function select(
  c: GitHubContext,
  parts: GitHubParts,
  organization: Organization,
  secret: OrganizationSecret,
  selected: number[],
): Response {
  record(c, parts, organization, secret, "update");
  secret.selected = selected;
  secret.updatedAt = toSeconds(parts.now());
  parts.store.save();
  return c.body(null, 204);
}

function record(
  c: GitHubContext,
  parts: GitHubParts,
  organization: Organization,
  secret: { name: string; visibility: string },
  verb: "create" | "update" | "remove",
): void {
  parts.audit.append({
    service: "github",
    actor: actorName(c.get("actor")),
    action: `org.${verb}_actions_secret`,
    target: `${organization.login}/${secret.name}`,
    outcome: "success",
    details: { key: secret.name, visibility: secret.visibility },
  });
}

function json(c: GitHubContext, organization: Organization, secret: OrganizationSecret) {
  const { visibility, name } = secret;
  const list = `${apiUrl(c)}/orgs/${organization.login}/actions/secrets/${name}/repositories`;
  const link = visibility === "selected" ? { selected_repositories_url: list } : {};
  return { ...secretJson(secret), visibility, ...link };
}
