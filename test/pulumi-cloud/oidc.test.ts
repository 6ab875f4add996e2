import assert from "node:assert/strict";
import { createHmac, generateKeyPairSync, type KeyObject } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import jwt from "jsonwebtoken";
import { skip } from "../skip";
import { type Answer, type CloudFixture, env, ORG, open, startCloud, team } from "./cloud-fixture";
import { findPulumi, PulumiCli } from "./pulumi-cli";

const ISSUER = "https://token.actions.githubusercontent.com";
const AUDIENCE = `urn:pulumi:org:${ORG}`;
const SUBJECT = "repo:payready/sophia:ref:refs/heads/main";
const rule = (change: object = {}) => ({
  decision: "allow",
  tokenType: "team",
  teamName: "sync",
  authorizedPermissions: [],
  rules: { aud: AUDIENCE, sub: SUBJECT },
  ...change,
});

const binary = findPulumi();

describe("OIDC token exchange of the sandbox's Pulumi Cloud", () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const outsider = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  let cloud: CloudFixture;
  let keys: Server;
  let policyId: string;
  let issuerId: string;

  beforeEach(async () => {
    const jwks = { keys: [{ ...publicKey.export({ format: "jwk" }), kid: "k1", alg: "RS256", use: "sig" }] };
    keys = createServer((_, response) =>
      response.setHeader("content-type", "application/json").end(JSON.stringify(jwks)),
    );
    await new Promise<void>((done) => keys.listen(0, "127.0.0.1", done));
    cloud = await startCloud({
      issuers: { [ISSUER]: `http://127.0.0.1:${(keys.address() as AddressInfo).port}/jwks` },
    });
    const body = { name: "github", url: ISSUER, maxExpiration: 3600 };
    issuerId = (await cloud.call("POST", `/api/orgs/${ORG}/oidc/issuers`, { body })).json.id;
    policyId = (await cloud.call("GET", `/api/orgs/${ORG}/auth/policies/oidcissuers/${issuerId}`)).json.id;
    await cloud.environment("sophia/group", "values:\n  key:\n    fn::secret: s3cr3t-value\n");
    await team(cloud, "sync", [], { "sophia/group": "open" });
  });
  afterEach(async () => {
    await cloud.close();
    keys.close();
  });

  const setPolicies = async (...policies: object[]) => {
    const answer = await cloud.call("PATCH", `/api/orgs/${ORG}/auth/policies/${policyId}`, {
      body: { policies },
    });
    assert.equal(answer.status, 200, answer.text);
  };
  const sign = (claims: object = {}, key: KeyObject = privateKey, options: jwt.SignOptions = {}) =>
    jwt.sign({ iss: ISSUER, aud: AUDIENCE, sub: SUBJECT, repository: "payready/sophia", ...claims }, key, {
      algorithm: "RS256",
      keyid: "k1",
      ...("exp" in claims ? {} : { expiresIn: 300 }),
      ...options,
    });
  const exchange = (token: string, change: Record<string, string> = {}, form = false): Promise<Answer> => {
    const body = {
      audience: AUDIENCE,
      grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
      subject_token_type: "urn:ietf:params:oauth:token-type:id_token",
      requested_token_type: "urn:pulumi:token-type:access_token:team",
      scope: "team:sync",
      subject_token: token,
      ...change,
    };
    const type = form ? "application/x-www-form-urlencoded" : "application/json";
    const sent = form ? new URLSearchParams(body).toString() : body;
    return cloud.call("POST", "/api/oauth/token", {
      token: null,
      body: sent,
      headers: { "content-type": type },
    });
  };
  const refused = async (answer: Promise<Answer>, words: RegExp, code = "invalid_request") => {
    const { status, json } = await answer;
    assert.deepEqual([status, json?.error], [400, code], JSON.stringify(json));
    assert.match(json.error_description, words);
  };

  it("gives a team token that does what the team may, from JSON and from a form", async () => {
    await setPolicies(rule());
    for (const form of [false, true]) {
      const { status, json } = await exchange(sign(), {}, form);
      assert.equal(status, 200, JSON.stringify(json));
      assert.equal(json.issued_token_type, "urn:pulumi:token-type:access_token:team");
      assert.deepEqual([json.token_type, json.scope, json.expires_in], ["token", "team:sync", 3600]);
      assert.equal(
        (await open(cloud, "sophia/group", json.access_token)).json.properties.key.value,
        "s3cr3t-value",
      );
      const user = await cloud.call("GET", "/api/user", { token: json.access_token });
      assert.deepEqual([user.json.tokenInfo.organization, user.json.tokenInfo.team], [ORG, "sync"]);
      assert.equal(
        (await cloud.call("DELETE", env("sophia/group"), { token: json.access_token })).status,
        403,
      );
    }
  });

  it("denies everything until somebody allows it", () =>
    refused(exchange(sign()), /no policy speaks of team tokens/));

  it("lets a deny beat an allow", async () => {
    await setPolicies(rule(), rule({ decision: "deny", rules: { repository: "payready/*" } }));
    await refused(exchange(sign()), /policy 2 denies/);
  });

  it("names the claims that did not match, and no value", async () => {
    await setPolicies(
      rule({ rules: { aud: AUDIENCE, sub: "repo:payready/other:*", job_workflow_ref: "x" } }),
    );
    const answer = exchange(sign());
    await refused(answer, /policy 1: claim "sub", claim "job_workflow_ref" did not match/);
    assert.ok(!(await answer).text.includes("refs/heads/main"));
  });

  it("does not trust an allow without claim rules", async () => {
    await setPolicies(rule({ rules: {} }));
    await refused(exchange(sign()), /policy 1 has no claim rules/);
  });

  it("refuses other teams, other kinds of token and admin scope without authorizedPermissions", async () => {
    await team(cloud, "admins", []);
    await setPolicies(rule(), rule({ tokenType: "organization", teamName: undefined }));
    await refused(exchange(sign(), { scope: "team:admins" }), /no policy speaks of team tokens for 'admins'/);
    const organization = { requested_token_type: "urn:pulumi:token-type:access_token:organization" };
    await refused(
      exchange(sign(), { ...organization, scope: "admin" }),
      /organization tokens with scope admin/,
    );
    assert.equal((await exchange(sign(), { ...organization, scope: "" })).status, 200);
    const personal = {
      requested_token_type: "urn:pulumi:token-type:access_token:personal",
      scope: "user:ada",
    };
    await refused(exchange(sign(), personal), /no policy speaks of personal tokens/);
  });

  it("gives admin organization tokens and personal tokens where a policy says so", async () => {
    await setPolicies(
      rule({ tokenType: "organization", teamName: undefined, authorizedPermissions: ["admin"] }),
      rule({ tokenType: "personal", teamName: undefined, userLogin: "dev" }),
    );
    const organization = {
      requested_token_type: "urn:pulumi:token-type:access_token:organization",
      scope: "admin",
    };
    const admin = (await exchange(sign(), organization)).json.access_token;
    assert.equal((await cloud.call("GET", `/api/orgs/${ORG}/oidc/issuers`, { token: admin })).status, 200);
    const personal = {
      requested_token_type: "urn:pulumi:token-type:access_token:personal",
      scope: "user:dev",
    };
    const dev = (await exchange(sign(), personal)).json.access_token;
    assert.equal((await cloud.call("GET", "/api/user", { token: dev })).json.githubLogin, "dev");
  });

  it("refuses tokens that are expired, early, unsigned, signed by others or by the public key as a secret", async () => {
    await setPolicies(rule());
    const now = Math.floor(Date.now() / 1000);
    await refused(exchange(sign({ exp: now - 10 })), /claim "exp"/);
    await refused(exchange(sign({ nbf: now + 100 })), /claim "nbf"/);
    await refused(exchange(sign({}, outsider)), /signature/);
    await refused(exchange(sign({}, privateKey, { keyid: "k2" })), /header "kid" names no RSA key/);
    const [, payload] = sign().split(".");
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const none = `${encode({ alg: "none", kid: "k1" })}.${payload}.`;
    await refused(exchange(none), /signature/);
    const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
    const head = `${encode({ alg: "HS256", kid: "k1" })}.${payload}`;
    await refused(
      exchange(`${head}.${createHmac("sha256", pem).update(head).digest("base64url")}`),
      /signature/,
    );
    await refused(exchange("no-jwt"), /not a JWT/);
  });

  it("refuses tokens of unregistered issuers, and for other audiences unless a rule names them", async () => {
    await setPolicies(rule({ rules: { sub: SUBJECT } }));
    await refused(exchange(sign({ iss: "https://evil.example" })), /claim "iss"/);
    await refused(exchange(sign({ aud: "urn:pulumi:org:elsewhere" })), /claim "aud"/);
    await refused(exchange(sign(), { audience: "urn:pulumi:org:elsewhere" }), /claim "iss"/);
    await refused(exchange(sign(), { audience: "payready" }), /audience must be/, "invalid_target");
    await setPolicies(rule({ rules: { sub: SUBJECT, aud: "sts.amazonaws.com" } }));
    assert.equal((await exchange(sign({ aud: ["sts.amazonaws.com"] }))).status, 200);
  });

  it("caps the life of a token and ends it", async () => {
    await setPolicies(rule());
    assert.equal((await exchange(sign(), { expiration: "999999" })).json.expires_in, 3600);
    assert.equal((await exchange(sign(), { expiration: "0" })).json.expires_in, 3600);
    const { json } = await exchange(sign(), { expiration: "1" });
    assert.equal(json.expires_in, 1);
    await new Promise((done) => setTimeout(done, 1050));
    assert.equal((await cloud.call("GET", "/api/user", { token: json.access_token })).status, 401);
  });

  it("refuses malformed requests by parameter", async () => {
    await refused(exchange(sign(), { grant_type: "refresh_token" }), /grant_type/, "unsupported_grant_type");
    await refused(exchange(sign(), { subject_token_type: "x" }), /subject_token_type/);
    await refused(exchange(sign(), { requested_token_type: "x" }), /requested_token_type/);
    await refused(exchange(sign(), { scope: "sync" }), /scope/, "invalid_scope");
    await refused(exchange(sign(), { expiration: "-1" }), /expiration/);
    await refused(exchange(""), /subject_token is missing/);
  });

  it("keeps thumbprints when an update sends null, refuses an empty policy and a second registration", async () => {
    const path = `/api/orgs/${ORG}/oidc/issuers/${issuerId}`;
    const before = (await cloud.call("GET", path)).json;
    assert.equal(before.thumbprints.length, 1);
    const body = { name: "renamed", thumbprints: null, maxExpiration: 60 };
    const after = (await cloud.call("PATCH", path, { body })).json;
    assert.deepEqual(
      [after.name, after.maxExpiration, after.thumbprints],
      ["renamed", 60, before.thumbprints],
    );
    const policy = `/api/orgs/${ORG}/auth/policies/${policyId}`;
    assert.equal((await cloud.call("PATCH", policy, { body: { policies: [] } })).status, 400);
    const again = { name: "other", url: `${ISSUER}/` };
    assert.equal((await cloud.call("POST", `/api/orgs/${ORG}/oidc/issuers`, { body: again })).status, 400);
    assert.equal((await cloud.call("DELETE", path)).status, 204);
    assert.equal((await cloud.call("GET", path)).status, 404);
  });

  it("has no team tokens in the Team edition", async () => {
    await cloud.close();
    cloud = await startCloud({ edition: "team" });
    const body = { name: "sync", displayName: "sync", description: "" };
    const answer = await cloud.call("POST", `/api/orgs/${ORG}/teams/pulumi`, { body });
    assert.equal(answer.status, 400);
    assert.match(answer.json.message, /teams need enterprise or business-critical/);
  });

  it("is what `pulumi login --oidc-token` uses", async function () {
    if (binary === undefined) skip(this, "no pulumi in PULUMI_BIN or PATH");
    await setPolicies(rule());
    const cli = new PulumiCli(binary, cloud);
    try {
      const login = ["login", cloud.url, "--oidc-org", ORG, "--oidc-team"];
      const options = { token: "", input: "" };
      const refusedRun = await cli.run([...login, "other", "--oidc-token", sign()], options);
      assert.match(refusedRun.stderr, /no policy speaks of team tokens for 'other'/);
      const done = await cli.run([...login, "sync", "--oidc-token", sign()], options);
      assert.equal(done.code, 0, done.stderr);
      const opened = await cli.run(["env", "open", `${ORG}/sophia/group`], options);
      assert.equal(JSON.parse(opened.stdout).key, "s3cr3t-value", opened.stderr);
    } finally {
      cli.remove();
    }
  });

  it("audits exchanges and refusals with the subject that asked", async () => {
    await setPolicies(rule());
    await exchange(sign());
    await exchange(sign(), { scope: "team:other" });
    const lines = cloud.audit().filter((r) => r.action === "oidc-token-exchange");
    assert.deepEqual(
      lines.map((r) => [r.actor, r.target, r.outcome]),
      [
        [`oidc:github:${SUBJECT}`, ORG, "success"],
        [`oidc:github:${SUBJECT}`, ORG, "denied"],
      ],
    );
  });
});
