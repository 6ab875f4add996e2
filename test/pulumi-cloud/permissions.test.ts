import assert from "node:assert/strict";
import { type CloudFixture, env, ORG, open, startCloud, TOKENS, team } from "./cloud-fixture";

const GROUP = "values:\n  plain: visible\n  key:\n    fn::secret: s3cr3t-value\n";
const COMPOSITE = "imports:\n  - sophia/group\nvalues:\n  copy: ${key}\n";

describe("permissions on ESC environments", () => {
  let cloud: CloudFixture;
  beforeEach(async () => {
    cloud = await startCloud();
    await cloud.environment("sophia/group", GROUP);
    await cloud.environment("sophia/all", COMPOSITE);
  });
  afterEach(() => cloud.close());

  /** What a member with a level may do to `sophia/group`, as status codes. */
  const attempts = async (): Promise<Record<string, number>> => {
    const as = { token: TOKENS.dev };
    const status = async (method: string, rest: string, body?: unknown) =>
      (await cloud.call(method, env("sophia/group", rest), body === undefined ? as : { ...as, body })).status;
    return {
      get: await status("GET", ""),
      decrypt: await status("GET", "/decrypt"),
      open: await status("POST", "/open"),
      showCheck: await status("POST", "/check?showSecrets=true"),
      patch: await status("PATCH", "", GROUP),
      tag: await status("POST", "/tags", { name: `t${Math.random()}`, value: "v" }),
      settings: await status("PATCH", "/settings", {}),
      delete: await status("DELETE", ""),
    };
  };
  const all = (from: number, ok: string[]) => ({
    ...Object.fromEntries(
      ["get", "decrypt", "open", "showCheck", "patch", "tag", "settings", "delete"].map((name) => [
        name,
        from,
      ]),
    ),
    ...Object.fromEntries(ok.map((name) => [name, 200])),
  });

  it("hide an environment from who may not even read it", async () => {
    assert.deepEqual(await attempts(), all(404, []));
    assert.deepEqual(
      (await cloud.call("GET", `/api/esc/environments/${ORG}`, { token: TOKENS.dev })).json.environments,
      [],
    );
  });

  const allowed = {
    read: ["get"],
    open: ["get", "decrypt", "open", "showCheck"],
    write: ["get", "decrypt", "open", "showCheck", "patch", "tag"],
    admin: ["get", "decrypt", "open", "showCheck", "patch", "tag", "settings", "delete"],
  };
  for (const [level, ok] of Object.entries(allowed)) {
    it(`of level ${level} allow ${ok.join(", ")} and refuse the rest with 403`, async () => {
      await team(cloud, "devs", ["dev"], { "sophia/group": level });
      assert.deepEqual(await attempts(), all(403, ok));
    });
    it(`of level ${level} count the same as the organization's default`, async () => {
      await cloud.call("PATCH", `/api/orgs/${ORG}`, { body: { setDefaultEnvironmentPermission: level } });
      assert.deepEqual(await attempts(), all(403, ok));
    });
  }

  it("let nobody open a composite who may not open what it imports", async () => {
    await team(cloud, "devs", ["dev"], { "sophia/all": "open" });
    const refused = await open(cloud, "sophia/all", TOKENS.dev);
    assert.equal(refused.status, 400);
    assert.match(refused.json.diagnostics[0].summary, /Not Found: environment 'payready\/sophia\/group'/);
    await team(cloud, "more", ["dev"], { "sophia/group": "read" });
    assert.match(
      (await open(cloud, "sophia/all", TOKENS.dev)).json.diagnostics[0].summary,
      /needs the permission 'open'/,
    );
    await team(cloud, "most", ["dev"], { "sophia/group": "open" });
    assert.equal((await open(cloud, "sophia/all", TOKENS.dev)).json.properties.copy.value, "s3cr3t-value");
  });

  it("let nobody reveal by a text of their own what they may only read", async () => {
    await team(cloud, "devs", ["dev"], { "sophia/group": "read" });
    const read = (await cloud.call("GET", env("sophia/group"), { token: TOKENS.dev })).text;
    for (const body of [read, COMPOSITE]) {
      for (const path of [
        `/api/esc/environments/${ORG}/yaml/check?showSecrets=true`,
        `/api/esc/environments/${ORG}/yaml/open`,
      ]) {
        const answer = await cloud.call("POST", path, { token: TOKENS.dev, body });
        assert.equal(answer.status, 400, path);
        assert.ok(!answer.text.includes("s3cr3t-value"));
      }
      const checked = await cloud.call("POST", `/api/esc/environments/${ORG}/yaml/check`, {
        token: TOKENS.dev,
        body,
      });
      assert.equal(checked.status, 200);
      assert.ok(!checked.text.includes("s3cr3t-value"));
    }
  });

  it("end an open session with the right to it, and bind it to who opened it", async () => {
    await team(cloud, "devs", ["dev"], { "sophia/group": "open" });
    const { id } = (await cloud.call("POST", env("sophia/group", "/open"), { token: TOKENS.dev })).json;
    const path = env("sophia/group", `/open/${id}`);
    assert.equal((await cloud.call("GET", path, { token: TOKENS.dev })).status, 200);
    assert.equal((await cloud.call("GET", path)).status, 404, "another person's session");
    assert.equal(
      (await cloud.call("GET", env("sophia/all", `/open/${id}`))).status,
      404,
      "another environment",
    );
    const removeEnvironment = { projectName: "sophia", envName: "group" };
    await cloud.call("PATCH", `/api/orgs/${ORG}/teams/devs`, { body: { removeEnvironment } });
    assert.equal((await cloud.call("GET", path, { token: TOKENS.dev })).status, 404);
  });

  it("shorten a session to maxOpenDuration", async () => {
    await team(cloud, "devs", ["dev"], { "sophia/group": "open" }, "50ms");
    const { id } = (
      await cloud.call("POST", env("sophia/group", "/open?duration=2h0m0s"), { token: TOKENS.dev })
    ).json;
    await new Promise((done) => setTimeout(done, 80));
    assert.equal(
      (await cloud.call("GET", env("sophia/group", `/open/${id}`), { token: TOKENS.dev })).status,
      404,
    );
  });

  it("of a team token are its team's, and the organization's default as everybody's (docs, access tokens)", async () => {
    await team(cloud, "sync", [], { "sophia/group": "write" });
    const made = await cloud.call("POST", `/api/orgs/${ORG}/teams/sync/tokens`, { body: { name: "ci" } });
    const token = made.json.tokenValue;
    assert.equal((await cloud.call("PATCH", env("sophia/group"), { token, body: GROUP })).status, 200);
    assert.equal((await cloud.call("GET", env("sophia/all"), { token })).status, 404);
    await cloud.call("PATCH", `/api/orgs/${ORG}`, { body: { setDefaultEnvironmentPermission: "read" } });
    assert.equal((await cloud.call("GET", env("sophia/all"), { token })).status, 200);
    assert.equal((await cloud.call("POST", env("sophia/all", "/open"), { token })).status, 403);
    assert.equal((await cloud.call("GET", `/api/orgs/${ORG}/tokens`, { token })).status, 403);
    await cloud.call("DELETE", `/api/orgs/${ORG}/teams/sync`);
    assert.equal((await cloud.call("GET", env("sophia/group"), { token })).status, 401);
  });

  it("of organization tokens are the default, and everything for admin ones", async () => {
    const make = async (name: string, admin: boolean) =>
      (await cloud.call("POST", `/api/orgs/${ORG}/tokens`, { body: { name, description: "", admin } })).json;
    const [plain, admin] = [await make("plain", false), await make("admin", true)];
    assert.equal((await cloud.call("GET", env("sophia/group"), { token: plain.tokenValue })).status, 404);
    assert.equal(
      (await cloud.call("POST", env("sophia/group", "/open"), { token: admin.tokenValue })).status,
      200,
    );
    const listed = await cloud.call("GET", `/api/orgs/${ORG}/tokens`);
    assert.deepEqual(listed.json.tokens.map((t: { name: string }) => t.name).sort(), ["admin", "plain"]);
    assert.ok(!listed.text.includes(plain.tokenValue));
    assert.equal((await cloud.call("DELETE", `/api/orgs/${ORG}/tokens/${admin.id}`)).status, 204);
    assert.equal((await cloud.call("GET", env("sophia/group"), { token: admin.tokenValue })).status, 401);
  });

  it("let only administrators create environments where the default is none", async () => {
    const body = { project: "sophia", name: "mine" };
    const path = `/api/esc/environments/${ORG}`;
    assert.equal((await cloud.call("POST", path, { token: TOKENS.dev, body })).status, 403);
    await cloud.call("PATCH", `/api/orgs/${ORG}`, { body: { setDefaultEnvironmentPermission: "write" } });
    assert.equal((await cloud.call("POST", path, { token: TOKENS.dev, body })).status, 200);
  });

  it("are asked for by every route of teams, issuers, tokens, webhooks, gates and the audit log", async () => {
    const paths = ["tokens", "oidc/issuers", "hooks", "auditlogs/v2"].map((path) => [
      "GET",
      `/api/orgs/${ORG}/${path}`,
    ]);
    paths.push(
      ["POST", `/api/orgs/${ORG}/teams/pulumi`],
      ["PATCH", `/api/orgs/${ORG}`],
      ["GET", `/api/change-gates/${ORG}`],
    );
    paths.push(["POST", `/api/orgs/${ORG}/roles`]);
    for (const [method = "", path = ""] of paths) {
      const body = method === "GET" ? {} : { body: { name: "x" } };
      assert.equal((await cloud.call(method, path, { token: TOKENS.dev, ...body })).status, 403, path);
      assert.equal((await cloud.call(method, path, { token: TOKENS.other, ...body })).status, 404, path);
      assert.equal((await cloud.call(method, path, { token: null, ...body })).status, 401, path);
    }
  });
});

describe("the audit log of environments", () => {
  it("names who read, opened and wrote what, imports and refusals included, never a value", async () => {
    const cloud = await startCloud();
    try {
      await cloud.environment("sophia/group", GROUP);
      await cloud.environment("sophia/all", COMPOSITE);
      await team(cloud, "devs", ["dev"], { "sophia/group": "read" });
      await cloud.call("GET", env("sophia/group"), { token: TOKENS.dev });
      await cloud.call("GET", env("sophia/group", "/decrypt"));
      await cloud.call("POST", env("sophia/group", "/open"), { token: TOKENS.dev });
      await open(cloud, "sophia/all");
      const lines = cloud.audit().map((r) => `${r.actor} ${r.action} ${r.target} ${r.outcome}`);
      for (const line of [
        "ada environment-created payready/sophia/group success",
        "ada environment-updated payready/sophia/group success",
        "dev environment-read payready/sophia/group success",
        "ada environment-decrypted payready/sophia/group success",
        "dev environment-unauthorized-open payready/sophia/group denied",
        "ada environment-open payready/sophia/all success",
        "ada environment-open payready/sophia/group success",
        "ada environment-read-open payready/sophia/all success",
      ])
        assert.ok(lines.includes(line), line);
      assert.ok(!JSON.stringify(cloud.audit()).includes("s3cr3t-value"));
      const asked = await cloud.call(
        "GET",
        `/api/orgs/${ORG}/auditlogs/v2?eventFilter=environment-decrypted`,
      );
      assert.equal(asked.json.auditLogEvents.length, 1);
      assert.equal(asked.json.auditLogEvents[0].user.githubLogin, "ada");
      assert.equal((await cloud.call("GET", `/api/orgs/${ORG}/auditlogs`)).status, 400);
      const now = Math.ceil(Date.now() / 1000);
      const v1 = await cloud.call("GET", `/api/orgs/${ORG}/auditlogs?startTime=${now}`);
      assert.ok(v1.json.auditLogEvents.length >= 8);
    } finally {
      await cloud.close();
    }
  });
});
