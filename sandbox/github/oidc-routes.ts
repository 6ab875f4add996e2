import type { Hono } from "hono";
import { z } from "zod";
import { organizationForMember, organizationForOwner, repositoryFor } from "./access";
import { body, type GitHubApp, type GitHubContext, type GitHubEnv, type GitHubParts } from "./github-app";
import type { Repository } from "./github-state";
import { hasImmutableSubject } from "./id-token-subject";

const Keys = z.array(z.string().regex(/^[A-Za-z0-9_]+$/, "a claim key holds letters, digits and _ only"));
const OfOrganization = z.object({ include_claim_keys: Keys });
const OfRepository = z.object({
  use_default: z.boolean(),
  include_claim_keys: Keys.optional(),
  use_immutable_subject: z.boolean().optional(),
});

const ORGANIZATION = "/orgs/:org/actions/oidc/customization/sub";
const REPOSITORY = "/repos/:owner/:repo/actions/oidc/customization/sub";

/** The template of `sub`: of an organization, and of each repository that asks for it. */
export function oidcRoutes(app: GitHubApp, parts: GitHubParts): void {
  app.get(ORGANIZATION, (c) => {
    const { subjectClaims } = organizationForMember(c, parts, ["read:org"]);
    return c.json({ include_claim_keys: subjectClaims });
  });

  app.put(ORGANIZATION, async (c) => {
    const { include_claim_keys: keys } = await body(c, OfOrganization);
    organizationForOwner(c, parts, ["write:org"]).subjectClaims = keys;
    parts.store.save();
    return c.json({}, 201);
  });

  app.get(REPOSITORY, (c) => c.json(json(repositoryFor(c, parts, "read", ["actions", "read"]))));

  app.put(REPOSITORY, async (c) => {
    const sent = await body(c, OfRepository);
    const repository = repositoryFor(c, parts, "admin");
    repository.subject = {
      useDefault: sent.use_default,
      claims: sent.use_default ? [] : (sent.include_claim_keys ?? []),
      immutable: sent.use_immutable_subject ?? repository.subject.immutable,
    };
    parts.store.save();
    return c.json({}, 201);
  });
}

function json(repository: Repository) {
  const { useDefault, claims } = repository.subject;
  const keys = claims.length > 0 ? { include_claim_keys: claims } : {};
  return { use_default: useDefault, ...keys, use_immutable_subject: hasImmutableSubject(repository) };
}

/** The documents by which others check id tokens: on github.com they are the issuer's own. */
export function discoveryRoutes(app: Hono<GitHubEnv>, parts: GitHubParts, issuer: string): void {
  app.get("/_actions/.well-known/openid-configuration", (c: GitHubContext) =>
    c.json({
      issuer,
      jwks_uri: `${new URL(c.req.url).origin}/_actions/.well-known/jwks`,
      subject_types_supported: ["public", "pairwise"],
      response_types_supported: ["id_token"],
      claims_supported: [
        ...["sub", "aud", "exp", "iat", "iss", "jti", "nbf", "ref", "sha", "repository", "repository_id"],
        ...[
          "repository_owner",
          "repository_owner_id",
          "run_id",
          "run_number",
          "run_attempt",
          "actor",
          "actor_id",
        ],
        ...["repository_visibility", "workflow", "workflow_ref", "workflow_sha", "head_ref", "base_ref"],
        ...["event_name", "ref_type", "ref_protected", "environment", "job_workflow_ref", "job_workflow_sha"],
        "runner_environment",
      ],
      id_token_signing_alg_values_supported: ["RS256"],
      scopes_supported: ["openid"],
    }),
  );
  app.get("/_actions/.well-known/jwks", (c: GitHubContext) => c.json(parts.keys.jwks()));
}
