import assert from "node:assert/strict";
import { type CloudFixture, ORG, startCloud, TOKENS, team } from "./cloud-fixture";

const TEAMS = `/api/orgs/${ORG}/teams`;

describe("organizations and teams of the sandbox's Pulumi Cloud", () => {
  let cloud: CloudFixture;
  beforeEach(async () => {
    cloud = await startCloud();
  });
  afterEach(() => cloud.close());

  it("say who a token is and which organization is the default", async () => {
    const user = (await cloud.call("GET", "/api/user", { token: TOKENS.dev })).json;
    assert.deepEqual(
      [user.githubLogin, user.organizations[0].role, user.tokenInfo],
      ["dev", "member", undefined],
    );
    assert.deepEqual((await cloud.call("GET", "/api/user/organizations/default")).json, {
      GitHubLogin: ORG,
      Messages: [],
    });
    const bearer = { token: null, headers: { authorization: `Bearer ${TOKENS.dev}` } };
    assert.equal((await cloud.call("GET", "/api/user", bearer)).status, 200);
    assert.equal((await cloud.call("GET", "/api/capabilities", { token: null })).status, 200);
  });

  it("show and change the default environment permission", async () => {
    const settings = `/api/orgs/${ORG}/metadata`;
    assert.equal((await cloud.call("GET", settings)).json.defaultEnvironmentPermission, "none");
    const body = { setDefaultEnvironmentPermission: "open" };
    assert.equal(
      (await cloud.call("PATCH", `/api/orgs/${ORG}`, { body })).json.defaultEnvironmentPermission,
      "open",
    );
    assert.equal((await cloud.call("GET", settings)).json.defaultEnvironmentPermission, "open");
    const bad = { setDefaultEnvironmentPermission: "everything" };
    assert.equal((await cloud.call("PATCH", `/api/orgs/${ORG}`, { body: bad })).status, 400);
  });

  it("keep teams the way the provider reads them", async () => {
    await cloud.environment("sophia/group", "values: {}\n");
    await team(cloud, "ops", ["dev"], { "sophia/group": "open" }, "1h0m0s");
    const { json } = await cloud.call("GET", `${TEAMS}/ops`);
    assert.deepEqual([json.kind, json.members[0].githubLogin], ["pulumi", "dev"]);
    assert.deepEqual(json.environments, [
      { projectName: "sophia", envName: "group", permission: "open", maxOpenDuration: "1h0m0s" },
    ]);
    const change = { newDisplayName: "Operations", newDescription: "runs it" };
    assert.equal((await cloud.call("PATCH", `${TEAMS}/ops`, { body: change })).status, 204);
    await cloud.call("PATCH", `${TEAMS}/ops`, { body: { memberAction: "remove", member: "dev" } });
    const after = (await cloud.call("GET", `${TEAMS}/ops`)).json;
    assert.deepEqual([after.displayName, after.members], ["Operations", []]);
    assert.equal((await cloud.call("DELETE", `${TEAMS}/ops`)).status, 204);
    assert.equal((await cloud.call("GET", `${TEAMS}/ops`)).status, 404);
    assert.equal((await cloud.call("DELETE", `${TEAMS}/ops`)).status, 404);
  });

  it("replace a team's permission rather than keep two, and forget it with the environment", async () => {
    await cloud.environment("sophia/group", "values: {}\n");
    await team(cloud, "ops", [], { "sophia/group": "open" });
    const addEnvironmentPermission = { projectName: "sophia", envName: "group", permission: "read" };
    await cloud.call("PATCH", `${TEAMS}/ops`, { body: { addEnvironmentPermission } });
    assert.equal((await cloud.call("GET", `${TEAMS}/ops`)).json.environments.length, 1);
    await cloud.call("DELETE", `/api/esc/environments/${ORG}/sophia/group`);
    assert.deepEqual((await cloud.call("GET", `${TEAMS}/ops`)).json.environments, []);
  });

  it("refuse a permission for no environment, with a bad level or a duration that is not Go's", async () => {
    await cloud.environment("sophia/group", "values: {}\n");
    await team(cloud, "ops", []);
    const grant = async (change: object) => {
      const given = { projectName: "sophia", envName: "group", permission: "open", ...change };
      return (await cloud.call("PATCH", `${TEAMS}/ops`, { body: { addEnvironmentPermission: given } }))
        .status;
    };
    assert.equal(await grant({ envName: "missing" }), 404);
    assert.equal(await grant({ permission: "all" }), 400);
    for (const maxOpenDuration of [3600, "3600", "1 hour", "", "-1h", "h"])
      assert.equal(await grant({ maxOpenDuration }), 400, String(maxOpenDuration));
    for (const maxOpenDuration of ["1h0m0s", "1.5h", "90m", "500ms"])
      assert.equal(await grant({ maxOpenDuration }), 204);
  });

  it("refuse outsiders as members, second teams of a name, and members of GitHub teams", async () => {
    await team(cloud, "ops", []);
    const add = { memberAction: "add", member: "olga" };
    assert.equal((await cloud.call("PATCH", `${TEAMS}/ops`, { body: add })).status, 404);
    assert.equal((await cloud.call("POST", `${TEAMS}/pulumi`, { body: { name: "ops" } })).status, 409);
    assert.equal((await cloud.call("POST", `${TEAMS}/github`, { body: { name: "gh" } })).status, 400);
    assert.equal(
      (await cloud.call("POST", `${TEAMS}/github`, { body: { name: "gh", githubTeamID: 7 } })).status,
      201,
    );
    const member = { memberAction: "add", member: "dev" };
    assert.equal((await cloud.call("PATCH", `${TEAMS}/gh`, { body: member })).status, 400);
    const long = { newDisplayName: "x".repeat(101) };
    assert.equal((await cloud.call("PATCH", `${TEAMS}/ops`, { body: long })).status, 400);
  });

  it("let a team with a role for it read the trust in identities, and change none", async () => {
    const issuer = { name: "github", url: "https://issuer.example" };
    const { id } = (await cloud.call("POST", `/api/orgs/${ORG}/oidc/issuers`, { body: issuer })).json;
    await team(cloud, "audit", []);
    const { tokenValue: token } = (
      await cloud.call("POST", `${TEAMS}/audit/tokens`, { body: { name: "nightly" } })
    ).json;
    const policy = `/api/orgs/${ORG}/auth/policies/oidcissuers/${id}`;
    const statuses = async () => [
      (await cloud.call("GET", `/api/orgs/${ORG}/oidc/issuers`, { token })).status,
      (await cloud.call("GET", policy, { token })).status,
      (await cloud.call("DELETE", `/api/orgs/${ORG}/oidc/issuers/${id}`, { token })).status,
    ];
    assert.deepEqual(await statuses(), [403, 403, 403]);
    const give = async (...permissions: string[]) => {
      const details = { __type: "PermissionDescriptorAllow", permissions };
      const body = { name: permissions.join(), details };
      const role = (await cloud.call("POST", `/api/orgs/${ORG}/roles`, { body })).json;
      assert.equal((await cloud.call("POST", `${TEAMS}/audit/roles/${role.id}`)).status, 204);
    };
    await give("oidc_issuers:read");
    assert.deepEqual(await statuses(), [200, 403, 403]);
    await give("oidc_issuers:read", "auth_policies:read");
    assert.deepEqual(await statuses(), [200, 200, 403]);
  });

  it("keep roles, one a team, and ask for force to delete one in use", async () => {
    await team(cloud, "ops", []);
    const body = {
      name: "opener",
      description: "",
      uxPurpose: "role",
      details: { __type: "PermissionDescriptorAllow" },
    };
    const { id } = (await cloud.call("POST", `/api/orgs/${ORG}/roles`, { body })).json;
    assert.equal((await cloud.call("POST", `${TEAMS}/ops/roles/${id}`)).status, 204);
    assert.equal((await cloud.call("GET", `${TEAMS}/ops/roles`)).json.roles[0].name, "opener");
    assert.equal((await cloud.call("DELETE", `/api/orgs/${ORG}/roles/${id}`)).status, 400);
    assert.equal((await cloud.call("DELETE", `/api/orgs/${ORG}/roles/${id}?force=true`)).status, 204);
    assert.deepEqual((await cloud.call("GET", `${TEAMS}/ops/roles`)).json.roles, []);
  });

  it("keep change gates, with approvers in the shape the provider reads", async () => {
    const gate = {
      name: "production",
      enabled: true,
      rule: {
        ruleType: "approval_required",
        numApprovalsRequired: 1,
        eligibleApprovers: [{ eligibilityType: "team_member", teamName: "ops" }],
      },
      target: { actionTypes: ["open"], entityType: "environment", qualifiedName: "sophia/group" },
    };
    const made = await cloud.call("POST", `/api/change-gates/${ORG}`, { body: gate });
    assert.equal(made.status, 201);
    const path = `/api/change-gates/${ORG}/${made.json.id}`;
    assert.equal((await cloud.call("PUT", path, { body: { ...gate, enabled: false } })).json.enabled, false);
    const { rule } = (await cloud.call("GET", path)).json;
    assert.deepEqual([rule.numApprovalsRequired, rule.eligibleApprovers[0].name], [1, "ops"]);
    assert.equal((await cloud.call("DELETE", path)).status, 204);
    assert.equal((await cloud.call("GET", path)).status, 404);
  });

  it("name the field of a bad body and never repeat its value", async () => {
    const answer = await cloud.call("POST", `/api/orgs/${ORG}/tokens`, {
      body: { name: 12345678, description: "" },
    });
    assert.equal(answer.status, 400);
    assert.match(answer.json.message, /name/);
    assert.ok(!answer.text.includes("12345678"));
    const broken = await cloud.call("POST", `/api/orgs/${ORG}/tokens`, { body: '{"name": s3cr3t}' });
    assert.ok(broken.status === 400 && !broken.text.includes("s3cr3t"));
  });

  it("answer 404 in the service's shape for what the sandbox does not have", async () => {
    const answer = await cloud.call("GET", "/api/esc/providers");
    assert.deepEqual([answer.status, answer.json.code], [404, 404]);
  });
});
