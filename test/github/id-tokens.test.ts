import assert from "node:assert/strict";
import { createPublicKey, type JsonWebKey } from "node:crypto";
import jwt from "jsonwebtoken";
import { ORG, refusal, type StartedGitHub, startGitHub } from "./started-github";

const ISSUER = "https://token.actions.githubusercontent.com";
const SUBJECT = "repo:ai-cherry/other:environment:production";
const CLAIMS = {
  sub: SUBJECT,
  aud: "urn:pulumi",
  actor: "owner",
  repository: `${ORG}/other`,
  ref: "refs/heads/main",
};

describe("id tokens", () => {
  let github: StartedGitHub;
  beforeEach(async () => {
    github = await startGitHub();
  });
  afterEach(() => github.close());
  const sign = (repo = "other") => github.service.hostOf(`${ORG}/${repo}`).signIdToken({ ...CLAIMS });
  const decoded = (token: string) => jwt.decode(token, { json: true }) ?? assert.fail("no token");

  it("can be checked with the key that discovery leads to, and with no other", async () => {
    const discovery = (await (
      await fetch(`${github.url}/_actions/.well-known/openid-configuration`)
    ).json()) as {
      issuer: string;
      jwks_uri: string;
    };
    assert.equal(discovery.issuer, ISSUER);
    const { keys } = (await (await fetch(discovery.jwks_uri)).json()) as {
      keys: (JsonWebKey & { kid: string })[];
    };
    const token = sign();
    const header = jwt.decode(token, { complete: true })?.header;
    assert.equal(header?.alg, "RS256");
    const key = keys.find((each) => each.kid === header?.kid) ?? assert.fail("no such key");
    const claims = jwt.verify(token, createPublicKey({ key, format: "jwk" }), {
      algorithms: ["RS256"],
      issuer: ISSUER,
      audience: "urn:pulumi",
      clockTimestamp: github.clock.now().getTime() / 1000,
    });
    assert.equal((claims as jwt.JwtPayload).sub, SUBJECT);
    assert.ok(!("d" in key), "the private half is not published");
    const other = await startGitHub();
    try {
      const outsider = other.service.hostOf(`${ORG}/other`).signIdToken({ ...CLAIMS });
      assert.throws(() => jwt.verify(outsider, createPublicKey({ key, format: "jwk" })), /invalid signature/);
    } finally {
      await other.close();
    }
  });

  it("live five minutes and carry what only GitHub knows", () => {
    const { iss, iat, exp, nbf, repository_visibility, actor_id } = decoded(sign());
    const now = github.clock.now().getTime() / 1000;
    assert.deepEqual({ iss, iat, exp, nbf }, { iss: ISSUER, iat: now, exp: now + 300, nbf: now - 600 });
    assert.equal(repository_visibility, "private");
    assert.match(String(actor_id), /^\d+$/);
  });

  it("come from the issuer that the sandbox was given", async () => {
    const other = await startGitHub({ issuer: "https://token.example.com" });
    try {
      assert.equal(
        decoded(other.service.hostOf(`${ORG}/site`).signIdToken(CLAIMS)).iss,
        "https://token.example.com",
      );
    } finally {
      await other.close();
    }
  });

  it("carry ids in the subject of repositories made after 2026-07-15, and of those that ask for it", async () => {
    const immutable = (repo: string) => github.service.hostOf(`${ORG}/${repo}`).repository.immutableSubject;
    assert.equal(immutable("carrier"), true);
    assert.equal(immutable("other"), false);
    await github.octokit().request("PUT /repos/{owner}/{repo}/actions/oidc/customization/sub", {
      ...{ owner: ORG, repo: "other", use_default: true, use_immutable_subject: true },
    });
    assert.equal(immutable("other"), true);
  });

  it("follow the organization's template only where the repository asks for one", async () => {
    const { rest } = github.octokit();
    const include_claim_keys = ["repo", "context", "ref"];
    await rest.oidc.updateOidcCustomSubTemplateForOrg({ org: ORG, include_claim_keys });
    assert.deepEqual((await rest.oidc.getOidcCustomSubTemplateForOrg({ org: ORG })).data, {
      include_claim_keys,
    });
    assert.equal(decoded(sign()).sub, SUBJECT);
    const repository = { owner: ORG, repo: "other" };
    await rest.actions.setCustomOidcSubClaimForRepo({ ...repository, use_default: false });
    assert.equal(decoded(sign()).sub, `${SUBJECT}:ref:refs/heads/main`);
    const own = { use_default: false, include_claim_keys: ["repository"] };
    await rest.actions.setCustomOidcSubClaimForRepo({ ...repository, ...own });
    assert.equal(decoded(sign()).sub, "repository:ai-cherry/other");
    const { data } = await rest.actions.getCustomOidcSubClaimForRepo(repository);
    assert.deepEqual(data, { ...own, use_immutable_subject: false });
  });

  it("have their template changed by owners only", async () => {
    const change = { org: ORG, include_claim_keys: ["repo"] };
    const { rest } = github.octokit("member-token");
    assert.equal((await refusal(rest.oidc.updateOidcCustomSubTemplateForOrg(change))).status, 403);
  });
});
