import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import jwt from "jsonwebtoken";
import { issuerOf } from "../../src/access/issuers";
import { programRules, programTeam, syncRules, type TrustRule } from "../../src/access/trust";
import { parseSettings, type Settings } from "../../src/catalog/settings";
import { type Answer, type CloudFixture, env, ORG, open, startCloud, team } from "./cloud-fixture";

const AUDIENCE = `urn:pulumi:org:${ORG}`;
const ISSUER = issuerOf({});
const STACK = `/api/stacks/${ORG}/program/production`;
const START = { config: {}, metadata: {}, options: {} };

const { settings } = parseSettings({
  githubOrganization: "acme-corp",
  pulumiOrganization: ORG,
  application: "shop",
  appRoot: "shop",
  environments: '["production"]',
  organizationStack: "production",
  carriers: '["shop.web"]',
  programRepository: "infra",
});
const SETTINGS = settings as Settings;
const CARRIER = { name: "shop.web", id: 7 };
const PROGRAM = { name: "infra", id: 8 };
const RULES: readonly TrustRule[] = [
  ...syncRules(SETTINGS, [{ environment: "production", team: "shop-production-sync" }], [CARRIER]),
  ...programRules(SETTINGS, ["production", "staging"], PROGRAM),
];

/** Claims as GitHub makes them (docs, OIDC reference). */
interface Job {
  repository: string;
  repository_id: string;
  ref: string;
  event_name: string;
  environment?: string;
  base_ref?: string;
  workflow_ref: string;
  sub: string;
}
const MAIN = { ref: "refs/heads/main", event_name: "push", base_ref: "" };
const file = (repository: string, name: string, ref = MAIN.ref) =>
  `acme-corp/${repository}/.github/workflows/${name}@${ref}`;
const sync: Job = {
  ...MAIN,
  repository: "acme-corp/shop.web",
  repository_id: "7",
  environment: "production",
  workflow_ref: file("shop.web", "sync_secrets.yml"),
  sub: "repo:acme-corp/shop.web:environment:production",
};
const up: Job = {
  ...MAIN,
  repository: "acme-corp/infra",
  repository_id: "8",
  environment: "program-production",
  workflow_ref: file("infra", "deploy.yml"),
  sub: "repo:acme-corp/infra:environment:program-production",
};
const preview: Job = {
  ...up,
  ref: "refs/pull/5/merge",
  event_name: "pull_request",
  base_ref: "main",
  environment: "program-preview",
  workflow_ref: file("infra", "pull-request.yml", "refs/pull/5/merge"),
  sub: "repo:acme-corp/infra:environment:program-preview",
};
const audit: Job = {
  ...up,
  event_name: "schedule",
  environment: "program-audit",
  workflow_ref: file("infra", "nightly.yml"),
  sub: "repo:acme-corp/infra:environment:program-audit",
};

type Wish = { kind: "team"; team: string } | { kind: "admin" } | { kind: "organization" };
const SYNC: Wish = { kind: "team", team: "shop-production-sync" };
const PREVIEW: Wish = { kind: "team", team: programTeam(SETTINGS, "preview") };
const AUDIT: Wish = { kind: "team", team: programTeam(SETTINGS, "audit") };
const ADMIN: Wish = { kind: "admin" };

describe("GitHub's jobs under the program's own rules, in the sandbox's Pulumi Cloud", () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  let cloud: CloudFixture;
  let keys: Server;
  let policy: string;

  before(async () => {
    const jwks = { keys: [{ ...publicKey.export({ format: "jwk" }), kid: "k1", alg: "RS256", use: "sig" }] };
    keys = createServer((_, response) =>
      response.setHeader("content-type", "application/json").end(JSON.stringify(jwks)),
    );
    await new Promise<void>((done) => keys.listen(0, "127.0.0.1", done));
    const jwksUrl = `http://127.0.0.1:${(keys.address() as AddressInfo).port}/jwks`;
    cloud = await startCloud({ issuers: { [ISSUER]: jwksUrl }, defaultStackPermission: "none" });
    const body = { name: "github-actions", url: ISSUER, maxExpiration: 3600 };
    const { id } = (await cloud.call("POST", `/api/orgs/${ORG}/oidc/issuers`, { body })).json;
    policy = (await cloud.call("GET", `/api/orgs/${ORG}/auth/policies/oidcissuers/${id}`)).json.id;
    await setRules(RULES);
    await cloud.call("POST", `/api/stacks/${ORG}/program`, { body: { stackName: "production" } });
    await cloud.environment(
      "default/shop-production-api-keys",
      "values:\n  key:\n    fn::secret: s3cr3t-value\n",
    );
    await team(cloud, "shop-production-sync", [], { "default/shop-production-api-keys": "write" });
    await team(cloud, programTeam(SETTINGS, "audit"), [], { "default/shop-production-api-keys": "read" });
    await team(cloud, programTeam(SETTINGS, "preview"), []);
    const addStackPermission = { projectName: "program", stackName: "production", permission: 101 };
    const path = `/api/orgs/${ORG}/teams/${programTeam(SETTINGS, "preview")}`;
    assert.equal((await cloud.call("PATCH", path, { body: { addStackPermission } })).status, 204);
  });
  after(async () => {
    await cloud.close();
    keys.close();
  });

  const setRules = async (rules: readonly TrustRule[]) => {
    const policies = rules.map((rule) => ({ authorizedPermissions: [], ...rule }));
    const answer = await cloud.call("PATCH", `/api/orgs/${ORG}/auth/policies/${policy}`, {
      body: { policies },
    });
    assert.equal(answer.status, 200, answer.text);
  };
  const exchange = (job: Job, wish: Wish, expiration = 900): Promise<Answer> => {
    const claims = { iss: ISSUER, aud: AUDIENCE, ...job };
    const options = { algorithm: "RS256", keyid: "k1", expiresIn: 300 } as const;
    const body = {
      audience: AUDIENCE,
      grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
      subject_token_type: "urn:ietf:params:oauth:token-type:id_token",
      requested_token_type: `urn:pulumi:token-type:access_token:${wish.kind === "team" ? "team" : "organization"}`,
      scope: wish.kind === "team" ? `team:${wish.team}` : wish.kind === "admin" ? "admin" : "",
      subject_token: jwt.sign(claims, privateKey, options),
      expiration,
    };
    const headers = { "content-type": "application/json" };
    return cloud.call("POST", "/api/oauth/token", { token: null, body, headers });
  };
  const tokenOf = async (job: Job, wish: Wish, expiration?: number): Promise<string> => {
    const { status, json, text } = await exchange(job, wish, expiration);
    assert.equal(status, 200, text);
    return json.access_token;
  };
  const refused = async (job: Job, wish: Wish) => {
    const { status, json } = await exchange(job, wish);
    assert.deepEqual([status, json.error], [400, "invalid_request"]);
  };
  const status = async (method: string, path: string, token: string, body?: unknown) =>
    (await cloud.call(method, path, body === undefined ? { token } : { token, body })).status;

  it("get their own token in both forms of the subject", async () => {
    const withIds = { ...sync, sub: "repo:acme-corp@1/shop.web@7:environment:production" };
    for (const job of [sync, withIds]) await tokenOf(job, SYNC);
    await tokenOf(preview, PREVIEW);
    await tokenOf(audit, AUDIT);
    await tokenOf(up, ADMIN);
  });

  it("get nobody else's", async () => {
    const wishes = [SYNC, PREVIEW, AUDIT, ADMIN, { kind: "organization" } as const];
    const own = new Map<Job, Wish>([
      [sync, SYNC],
      [preview, PREVIEW],
      [audit, AUDIT],
    ]);
    for (const [job, mine] of own) for (const wish of wishes) if (wish !== mine) await refused(job, wish);
    for (const wish of [SYNC, PREVIEW, AUDIT]) await refused(up, wish);
  });

  const neighbours: [string, Job, Wish][] = [
    [
      "a repository whose name the '.' would match",
      { ...sync, repository: "acme-corp/shopxweb", repository_id: "9" },
      SYNC,
    ],
    ["another repository that took the name", { ...sync, repository_id: "9" }, SYNC],
    [
      "a repository of the same name with another owner",
      { ...up, repository: "evil/infra", repository_id: "9" },
      ADMIN,
    ],
    ["another branch", { ...up, ref: "refs/heads/mains" }, ADMIN],
    ["a tag with the branch's name", { ...up, ref: "refs/tags/main" }, ADMIN],
    [
      "a pull request in the deployment's environment",
      { ...preview, environment: "program-production" },
      ADMIN,
    ],
    ["a pull request into another branch", { ...preview, base_ref: "release" }, PREVIEW],
    ["a push in the previews' environment", { ...up, environment: "program-preview" }, PREVIEW],
    [
      "another workflow of the carrier, in the same environment",
      { ...sync, workflow_ref: file("shop.web", "lint.yml") },
      SYNC,
    ],
    [
      "a workflow whose name ends like the sync's",
      { ...sync, workflow_ref: file("shop.web", "own_sync_secrets.yml") },
      SYNC,
    ],
    ["the audit's workflow in a stack's environment", { ...up, workflow_ref: audit.workflow_ref }, ADMIN],
    [
      "the deployment's workflow in the audit's environment",
      { ...audit, workflow_ref: up.workflow_ref },
      AUDIT,
    ],
    ["the sync of another environment", { ...sync, environment: "staging" }, SYNC],
    [
      "a job without an environment",
      {
        ...MAIN,
        repository: "acme-corp/infra",
        repository_id: "8",
        workflow_ref: up.workflow_ref,
        sub: "repo:acme-corp/infra:ref:refs/heads/main",
      },
      ADMIN,
    ],
    [
      "a sync job of the program's repository, were it a carrier",
      { ...up, environment: "production" },
      ADMIN,
    ],
  ];
  for (const [what, job, wish] of neighbours) it(`are not ${what}`, () => refused(job, wish));

  it("would be a neighbour without the repository's id: a '.' has no escape", async () => {
    const trusting = RULES.map((rule) => {
      const { repository_id: _, ...rules } = rule.rules;
      return { ...rule, rules } as TrustRule;
    });
    await setRules(trusting);
    try {
      await tokenOf({ ...sync, repository: "acme-corp/shopxweb", repository_id: "9" }, SYNC);
    } finally {
      await setRules(RULES);
    }
  });

  it("preview and change nothing, as a pull request", async () => {
    const token = await tokenOf(preview, PREVIEW);
    assert.equal(await status("POST", `${STACK}/preview`, token, START), 200);
    for (const kind of ["update", "refresh", "destroy"])
      assert.equal(await status("POST", `${STACK}/${kind}`, token, START), 403, kind);
    assert.equal(await status("DELETE", STACK, token), 403);
    assert.equal(await status("GET", env("default/shop-production-api-keys"), token), 404);
    const body = { name: "more", displayName: "more", description: "" };
    assert.equal(await status("POST", `/api/orgs/${ORG}/teams/pulumi`, token, body), 403);
    assert.equal(await status("GET", `/api/orgs/${ORG}/oidc/issuers`, token), 403);
  });

  it("read, and open and write nothing, as the audit", async () => {
    const token = await tokenOf(audit, AUDIT);
    const path = "default/shop-production-api-keys";
    assert.equal(await status("GET", env(path), token), 200);
    assert.equal((await open(cloud, path, token)).status, 403);
    assert.equal(await status("GET", env(path, "/decrypt"), token), 403);
    assert.equal(await status("PATCH", env(path), token, "values: {}\n"), 403);
    assert.equal(await status("DELETE", env(path), token), 403);
    assert.equal(await status("GET", STACK, token), 403);
  });

  it("update and administer, as the branch's deployment, until the token's hour is over", async () => {
    const token = await tokenOf(up, ADMIN, 1);
    assert.equal(await status("POST", `${STACK}/update`, token, START), 200);
    assert.equal(await status("GET", `/api/orgs/${ORG}/oidc/issuers`, token), 200);
    await new Promise((done) => setTimeout(done, 1050));
    assert.equal(await status("GET", `/api/orgs/${ORG}/oidc/issuers`, token), 401);
  });
});
