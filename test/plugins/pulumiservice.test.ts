import assert from "node:assert/strict";
import { reveal, secret } from "../../toolchain/plugins/provider/wire";
import { cloudSettings, defaultApiUrl } from "../../toolchain/plugins/pulumiservice/cloud-settings";
import { formatDuration, parseDuration } from "../../toolchain/plugins/pulumiservice/go-duration";
import { pulumiserviceProvider } from "../../toolchain/plugins/pulumiservice/pulumiservice-provider";
import { type Plugin, type Stored, startPlugin } from "./plugin-client";
import { pulumiserviceFunctions, pulumiserviceRoutes } from "./pulumiservice-lives";
import { type Recorder, startRecorder } from "./recorder";

const environment = "pulumiservice:index:Environment";
const permission = "pulumiservice:index:TeamEnvironmentPermission";
const team = "pulumiservice:index:Team";
const path = "/api/esc/environments/acme/default/app";

describe("the stand-in for the pulumiservice provider", () => {
  let cloud: Recorder;
  let plugin: Plugin;

  beforeEach(async () => {
    cloud = await startRecorder(pulumiserviceRoutes());
    plugin = await startPlugin(pulumiserviceProvider);
    await plugin.configure({ apiUrl: cloud.url, accessToken: secret("pul-t") });
  });
  afterEach(async () => {
    plugin.close();
    await cloud.close();
  });

  const given = { organization: "acme", project: "default", name: "app", yaml: "values: {}" };
  const revealed = (stored: Stored) => reveal(stored) as Stored;

  it("creates an environment with four calls, and sends no ETag", async () => {
    const created = await plugin.create(environment, given);
    assert.equal(cloud.calls.find((call) => call.method === "PATCH")?.headers.etag, undefined);
    assert.equal(cloud.calls[0]?.headers.authorization, "token pul-t");
    assert.deepEqual(cloud.taken(), [
      "POST /api/esc/environments/acme/yaml/check?showSecrets=false",
      "POST /api/esc/environments/acme",
      `PATCH ${path}`,
      `GET ${path}/metadata`,
    ]);
    assert.equal(created.id, "acme/default/app");
    assert.deepEqual(created.state.yaml, secret("values: {}"));
    assert.deepEqual([created.state.revision, created.state.environmentId], [3, "uuid-1"]);
  });

  it("trims the text, takes an asset, and makes it secret", async () => {
    const asset = {
      "4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17",
      text: "\n values: {}\n",
    };
    for (const yaml of [asset, " values: {} ", secret("values: {}")]) {
      const checked = await plugin.check(environment, { ...given, yaml });
      assert.deepEqual(checked.inputs.yaml, secret("values: {}"));
    }
    const { failures } = await plugin.check(environment, {
      organization: "acme",
      project: "a/b",
      name: "app",
    });
    assert.deepEqual(failures, [
      "project: 'project' property contains `/` illegal character",
      "yaml: missing required property 'yaml'",
    ]);
  });

  it("reports an update that was refused as done, with revision 0", async () => {
    const created = revealed(await plugin.create(environment, given));
    cloud.routes[`PATCH ${path}`] = { status: 403, body: { code: 403, message: "Forbidden" } };
    const updated = await plugin.update(environment, created, { ...given, yaml: "values: {a: 1}" });
    assert.equal(updated.state.revision, 0);
    assert.deepEqual(updated.state.yaml, secret("values: {a: 1}"));
    cloud.routes[`PATCH ${path}`] = {
      status: 400,
      body: { code: 400, message: "bad", diagnostics: [{ summary: "no such key" }] },
    };
    await assert.rejects(
      plugin.update(environment, created, given),
      /failed to update environment.*no such key/,
    );
  });

  it("takes any error while reading for an environment that is gone", async () => {
    const created = await plugin.create(environment, given);
    cloud.routes[`GET ${path}`] = { status: 401, body: { code: 401, message: "Unauthorized" } };
    assert.equal(await plugin.refresh(environment, created), undefined);
  });

  it("leaves an environment behind when its text cannot be written", async () => {
    cloud.routes[`PATCH ${path}`] = { status: 409, body: { code: 409, message: "Conflict" } };
    await assert.rejects(
      plugin.create(environment, given),
      /failed to push yaml into environment.*\[409\] Conflict/,
    );
    assert.ok(!cloud.taken().some((call) => call.startsWith("DELETE")));
  });

  it("replaces an environment on another name, deleting first", async () => {
    const created = revealed(await plugin.create(environment, given));
    const diff = await plugin.diff(environment, created, { ...given, name: "other" });
    assert.deepEqual(diff, { changed: ["name!"], deleteFirst: true });
  });

  it("changes a permission by taking it away and giving it again: two calls", async () => {
    const inputs = {
      organization: "acme",
      team: "ops",
      project: "default",
      environment: "app",
      permission: "open",
    };
    const created = await plugin.create(permission, inputs);
    const diff = await plugin.diff(permission, created, { ...inputs, permission: "write" });
    assert.deepEqual(diff, { changed: ["permission!"], deleteFirst: true });
    cloud.taken();
    await plugin.delete(permission, created);
    await plugin.create(permission, { ...inputs, permission: "write" });
    assert.deepEqual(
      cloud.calls.map((call) => Object.keys(JSON.parse(call.body))[0]),
      ["removeEnvironment", "addEnvironmentPermission"],
    );
    assert.deepEqual(cloud.taken(), ["PATCH /api/orgs/acme/teams/ops", "PATCH /api/orgs/acme/teams/ops"]);
    delete cloud.routes["GET /api/orgs/acme/teams/ops"];
    await assert.rejects(
      plugin.refresh(permission, created),
      /failed to get team environment permission.*404/,
    );
  });

  it("keeps a team whose member could not be added, and says why", async () => {
    cloud.routes["PATCH /api/orgs/acme/teams/ops"] = {
      status: 404,
      body: { code: 404, message: "no such user" },
    };
    const inputs = { organizationName: "acme", teamType: "pulumi", name: "ops", members: ["ghost"] };
    await assert.rejects(plugin.create(team, inputs), /404 API error: no such user/);
  });

  it("lists the organization's members from both lists and every page, each once, and not the organization itself", async () => {
    const [both, refused] = Object.values(pulumiserviceFunctions);
    assert.ok(both !== undefined && refused !== undefined);
    Object.assign(cloud.routes, both.routes);
    assert.deepEqual(await plugin.invoke(both.token, both.args), {
      members: [
        { username: "ann", role: "member", roleName: "member", virtualAdmin: false },
        { username: "bob", role: "admin", roleName: "admin", virtualAdmin: true },
        { username: "cat", roleId: "r1", roleName: "reviewer", virtualAdmin: false },
      ],
    });
    assert.deepEqual(cloud.taken(), [
      "GET /api/orgs/acme/members?type=backend",
      "GET /api/orgs/acme/members?continuationToken=next&type=backend",
      "GET /api/orgs/acme/members?type=frontend",
    ]);
    Object.assign(cloud.routes, refused.routes);
    await assert.rejects(
      plugin.invoke(refused.token, refused.args),
      /failed to list organization members: .*403 API error: Forbidden/,
    );
  });

  it("never creates settings, which every environment has", async () => {
    const inputs = { orgName: "acme", projectName: "default", envName: "app", deletionProtected: true };
    const created = plugin.create("pulumiservice:api/esc:EnvironmentSettings", inputs);
    await assert.rejects(created, /resource already exists; use the `import` resource option/);
  });

  it("previews without a call, and names a resource it does not stand in for", async () => {
    const planned = await plugin.create(environment, given, true);
    assert.deepEqual([planned.id, cloud.taken()], ["", []]);
    const unknown = plugin.check("pulumiservice:index:Stack", {});
    await assert.rejects(
      unknown,
      /has no resource pulumiservice:index:Stack\. Remedy: install the real plugin/,
    );
  });

  it("takes a file backend's address as its own, and says so only when it is used", async () => {
    assert.equal(
      defaultApiUrl({ PULUMI_BACKEND_URL: "file:///state", PULUMI_API: "http://b" }),
      "file:///state",
    );
    assert.equal(defaultApiUrl({ PULUMI_API: "http://b" }), "http://b");
    assert.equal(defaultApiUrl({}), "https://api.pulumi.com");
    assert.throws(() => cloudSettings({}, { PULUMI_HOME: "/nowhere" }), /pulumi access token not found/);
    await plugin.configure({ apiUrl: "file:///state", accessToken: "t" });
    const inputs = { organization: "acme", name: "github", url: "https://issuer" };
    const created = plugin.create("pulumiservice:index:OidcIssuer", inputs);
    await assert.rejects(
      created,
      /Post "file:\/\/\/api\/orgs\/acme\/oidc\/issuers": unsupported protocol scheme "file"/,
    );
  });

  it("reads and writes durations as Go does", () => {
    const durations = {
      "1h": "1h0m0s",
      "90m": "1h30m0s",
      "45s": "45s",
      "2m1.5s": "2m1.5s",
      "1h0m0s": "1h0m0s",
    };
    for (const [given, printed] of Object.entries(durations)) {
      assert.equal(formatDuration(parseDuration(given) ?? Number.NaN), printed);
    }
    assert.deepEqual(
      [parseDuration("an hour"), parseDuration("1d"), parseDuration("")],
      [undefined, undefined, undefined],
    );
  });
});
