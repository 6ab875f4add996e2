import assert from "node:assert/strict";
import { type CloudFixture, env, ORG, startCloud, TOKENS } from "../pulumi-cloud/cloud-fixture";
import { skip } from "../skip";
import { noDescription, pulumiContract } from "./pulumi-contract";
import { servedRoutes } from "./served-routes";

/** Served, and no part of the described API. */
const OWN: Readonly<Record<string, string>> = {
  "POST /_sandbox/schedules/run": "the sandbox's own",
  "POST /api/esc/environments/:org/:project/:env/schedules/:id": "as the provider spells PATCH",
};
const ENV = env("app/base");
const TEXT = 'values:\n  plain: 1\n  list: ["a"]\n  key:\n    fn::secret: s3cr3t\n';

describe("the sandbox's Pulumi Cloud, held to the service's own description", function () {
  this.timeout(60_000);
  let cloud: CloudFixture;

  before(async function () {
    if (noDescription !== undefined) skip(this, noDescription);
    cloud = await startCloud({
      edition: "business-critical",
      teams: [{ name: "ops", members: ["dev"] }],
    });
    await cloud.environment("app/base", TEXT);
  });
  after(() => cloud?.close());

  // biome-ignore lint/suspicious/noExplicitAny: tests look into the vendor's JSON
  const ask = async (method: string, path: string, body?: unknown, token?: string): Promise<any> => {
    const options = token === undefined ? { body } : { body, headers: { authorization: token } };
    const answer = await cloud.call(method, path, options);
    assert.ok(answer.status < 400, `${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.json;
  };

  it("describes every route that is served, but for those named with a reason", () => {
    const served = servedRoutes(cloud.service.app, /^$/)
      .filter(({ name }) => !/ \/api\/stacks\//.test(name))
      .filter(({ name }) => OWN[name] === undefined);
    assert.ok(served.length > 100);
    const unknown = served.filter(({ method, sample }) => !pulumiContract()?.operationOf(method, sample));
    assert.deepEqual(
      unknown.map(({ name }) => name),
      [],
    );
  });

  it("answers who somebody is, and what organizations are", async () => {
    const ways = ["/api/user", "/api/user/organizations/default", "/api/user/stacks", "/api/capabilities"];
    for (const path of [...ways, ...["", "/metadata", "/members"].map((part) => `/api/orgs/${ORG}${part}`)])
      await ask("GET", path);
    await ask("PATCH", `/api/orgs/${ORG}`, { setDefaultStackPermission: 0 });
    for (const path of ["auditlogs?startTime=9999999999", "auditlogs/v2"])
      await ask("GET", `/api/orgs/${ORG}/${path}`);
    const path = `/api/orgs/${ORG}/auditlogs/export/config`;
    const newS3Configuration = { s3BucketName: "b", s3PathPrefix: "p", iamRoleArn: "arn:aws:iam::1:role/r" };
    await ask("POST", path, { newEnabled: true, newS3Configuration });
    await ask("GET", path);
    await ask("DELETE", path);
  });

  it("answers an environment's texts, openings and checks", async () => {
    for (const path of ["", `/${ORG}`, `/${ORG}/tags`]) await ask("GET", `/api/esc/environments${path}`);
    await ask("HEAD", ENV);
    for (const path of ["", "/decrypt", "/versions", "/versions/2", "/versions/2/decrypt", "/metadata"])
      await ask("GET", ENV + path);
    for (const path of ["/check", "/check?showSecrets=true", "/versions/2/check"])
      await ask("POST", ENV + path);
    await ask("POST", `${ENV}/versions/2/open`);
    const { id } = await ask("POST", `${ENV}/open`);
    for (const path of ["", "?property=key", "?property=list[0]"])
      await ask("GET", `${ENV}/open/${id}${path}`);
    const yaml = `/api/esc/environments/${ORG}/yaml`;
    for (const show of [false, true]) await ask("POST", `${yaml}/check?showSecrets=${show}`, TEXT);
    await ask("GET", `${yaml}/open/${(await ask("POST", `${yaml}/open`, TEXT)).id}`);
    const { ciphertexts } = await ask("POST", `${ENV}/encrypt-secrets`, { plaintexts: ["x"] });
    await ask("POST", `${ENV}/decrypt-secrets`, { ciphertexts });
    await ask("POST", `${ENV}/clone`, { name: "copy" });
    await ask("GET", `${ENV}/referrers`);
    await ask("GET", `${ENV}/settings`);
    await ask("PATCH", `${ENV}/settings`, { deletionProtected: false });
  });

  it("gives one property at the address that ESC's SDKs ask, and no session where there is none", async () => {
    const { id } = await ask("POST", `${ENV}/open`);
    assert.deepEqual((await ask("GET", `${ENV}/open//${id}?property=key`)).value, "s3cr3t");
    assert.equal((await cloud.call("GET", `${ENV}/open//none?property=key`)).status, 404);
    const other = { token: TOKENS.dev };
    assert.equal((await cloud.call("GET", `${ENV}/open//${id}?property=key`, other)).status, 404);
  });

  it("answers tags of an environment and of its revisions, retraction and rotation", async () => {
    await ask("POST", `${ENV}/tags`, { name: "owner", value: "x" });
    for (const path of ["/tags", "/tags/owner"]) await ask("GET", ENV + path);
    await ask("PATCH", `${ENV}/tags/owner`, { currentTag: { value: "x" }, newTag: { value: "y" } });
    await ask("DELETE", `${ENV}/tags/owner`);
    await ask("POST", `${ENV}/versions/tags`, { name: "good", revision: 2 });
    for (const path of ["/versions/tags", "/versions/tags/good", "/versions"]) await ask("GET", ENV + path);
    await ask("PATCH", `${ENV}/versions/tags/good`, { revision: 2 });
    await ask("DELETE", `${ENV}/versions/tags/good`);
    await ask("PATCH", ENV, `${TEXT}  more: 2\n`);
    await ask("POST", `${ENV}/versions/2/retract`, { reason: "old" });
    await ask("GET", `${ENV}/versions`);
    await cloud.environment("app/rotated", ROTATED);
    await ask("POST", `${env("app/rotated")}/rotate`, { paths: [] });
    await ask("GET", `${env("app/rotated")}/rotate/history`);
  });

  it("answers schedules", async () => {
    const { id } = await ask("POST", `${ENV}/schedules`, {
      scheduleCron: "0 3 1 * *",
      secretRotationRequest: {},
    });
    for (const path of ["", `/${id}`, `/${id}/history`]) await ask("GET", `${ENV}/schedules${path}`);
    await ask("PATCH", `${ENV}/schedules/${id}`, { scheduleOnce: "2099-01-01T00:00:00Z" });
    for (const what of ["pause", "resume"]) await ask("POST", `${ENV}/schedules/${id}/${what}`);
    await ask("DELETE", `${ENV}/schedules/${id}`);
  });

  it("answers webhooks of organizations and of environments", async () => {
    for (const base of [`/api/orgs/${ORG}/hooks`, `${ENV}/hooks`]) {
      const hook = { name: "news", displayName: "News", payloadUrl: "http://127.0.0.1:9", active: true };
      await ask("POST", base, hook);
      for (const path of ["", "/news"]) await ask("GET", base + path);
      await ask("PATCH", `${base}/news`, hook);
      const { id } = await ask("POST", `${base}/news/ping`);
      await ask("GET", `${base}/news/deliveries`);
      await ask("POST", `${base}/news/deliveries/${id}/redeliver`);
      await ask("DELETE", `${base}/news`);
    }
  });

  it("answers teams, roles, tokens and trust", async () => {
    const orgs = `/api/orgs/${ORG}`;
    await ask("POST", `${orgs}/teams/pulumi`, { name: "dev", displayName: "Dev", description: "" });
    await ask("POST", `${orgs}/teams/github`, { githubTeamID: 7 });
    await ask("PATCH", `${orgs}/teams/dev`, { memberAction: "add", member: "dev" });
    const grant = { projectName: "app", envName: "base", permission: "open", maxOpenDuration: "1h0m0s" };
    await ask("PATCH", `${orgs}/teams/dev`, { addEnvironmentPermission: grant });
    for (const path of ["", "/dev", "/github-7"]) await ask("GET", `${orgs}/teams${path}`);
    const details = { __type: "PermissionDescriptorAllow", permissions: ["environment:read"] };
    const { id: role } = await ask("POST", `${orgs}/roles`, { name: "reader", description: "", details });
    await ask("POST", `${orgs}/teams/dev/roles/${role}`);
    for (const path of ["roles", `roles/${role}`, "teams/dev/roles", "teams/dev"])
      await ask("GET", `${orgs}/${path}`);
    await ask("PATCH", `${orgs}/roles/${role}`, { name: "looker" });
    await ask("DELETE", `${orgs}/teams/dev/roles/${role}`);
    await ask("DELETE", `${orgs}/roles/${role}`);
    for (const base of [`${orgs}/tokens`, `${orgs}/teams/dev/tokens`]) {
      const { id } = await ask("POST", base, { name: base.slice(-12), description: "", admin: false });
      await ask("GET", base);
      await ask("DELETE", `${base}/${id}`);
    }
    await ask("DELETE", `${orgs}/teams/dev`);
    const issuers = `${orgs}/oidc/issuers`;
    const { id } = await ask("POST", issuers, { name: "github", url: "https://token.example.com" });
    for (const path of ["", `/${id}`]) await ask("GET", issuers + path);
    await ask("PATCH", `${issuers}/${id}`, { maxExpiration: 600 });
    const policy = await ask("GET", `${orgs}/auth/policies/oidcissuers/${id}`);
    const rule = { decision: "allow", tokenType: "organization", rules: { sub: "repo:a/b:*" } };
    await ask("PATCH", `${orgs}/auth/policies/${policy.id}`, { policies: [rule] });
    await ask("DELETE", `${issuers}/${id}`);
  });

  it("answers approvals", async () => {
    const rule = {
      ruleType: "approval_required",
      eligibleApprovers: [
        { eligibilityType: "team_member", teamName: "ops" },
        { eligibilityType: "specific_user", userLogin: "dev" },
      ],
    };
    const target = { actionTypes: ["update"], entityType: "environment", qualifiedName: "app/base" };
    const gates = `/api/change-gates/${ORG}`;
    const gate = { name: "two", enabled: true, rule: { ...rule, numApprovalsRequired: 1 }, target };
    const { id } = await ask("POST", gates, gate);
    for (const path of ["", `/${id}`]) await ask("GET", gates + path);
    await ask("PUT", `${gates}/${id}`, { ...gate, rule: { ...rule, allowSelfApproval: true } });
    const propose = async (text: string) => (await ask("POST", `${ENV}/drafts`, text)).changeRequestId;
    const request = await propose(TEXT);
    await ask("GET", `${ENV}/drafts/${request}`);
    await ask("PATCH", `${ENV}/drafts/${request}`, `${TEXT}  more: 3\n`);
    const requests = `/api/change-requests/${ORG}`;
    await ask("POST", `${requests}/${request}/submit`, { description: "more" });
    const dev = `token ${TOKENS.dev}`;
    await ask("PATCH", `/api/orgs/${ORG}/teams/ops`, {
      addEnvironmentPermission: { projectName: "app", envName: "base", permission: "read" },
    });
    const approval = { revisionNumber: 2, comment: "" };
    await ask("POST", `${requests}/${request}/approve`, approval, dev);
    await ask("DELETE", `${requests}/${request}/approve`, undefined, dev);
    await ask("POST", `${requests}/${request}/approve`, approval, dev);
    for (const path of ["", `/${request}`]) await ask("GET", requests + path);
    await ask("POST", `${requests}/${request}/apply`);
    await ask("POST", `${requests}/${await propose(TEXT)}/close`);
    await ask("DELETE", `${gates}/${id}`);
    await ask("DELETE", env("app/copy"));
  });

  it("was asked all that it serves here; the exchange of tokens is asked in trust-of-jobs.test.ts", () => {
    const served = servedRoutes(cloud.service.app, /^$/).map(({ name }) => name);
    const here = served.filter((name) => !/ \/api\/stacks\//.test(name) && OWN[name] !== "the sandbox's own");
    assert.deepEqual(
      here.filter((name) => !cloud.answered.has(name)),
      ["POST /api/oauth/token", "POST /api/esc/environments/:org/:project/:env/schedules/:id"],
    );
  });
});

const ROTATED = "values:\n  password:\n    fn::rotate::password:\n      inputs: {}\n";
