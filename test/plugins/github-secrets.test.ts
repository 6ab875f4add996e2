import assert from "node:assert/strict";
import sodium from "libsodium-wrappers";
import { gitHubProvider } from "../../toolchain/plugins/github/github-provider";
import { isUnknown, reveal, secret } from "../../toolchain/plugins/provider/wire";
import { type Plugin, startPlugin } from "./plugin-client";
import { type Recorder, startRecorder } from "./recorder";

const organizationSecret = "github:index/actionsOrganizationSecret:ActionsOrganizationSecret";
const access = "github:index/actionsOrganizationSecretRepositories:ActionsOrganizationSecretRepositories";
const environmentSecret = "github:index/actionsEnvironmentSecret:ActionsEnvironmentSecret";
const repositorySecret = "github:index/actionsSecret:ActionsSecret";
const secretsPath = "/api/v3/orgs/acme/actions/secrets";
const times = { created_at: "2026-01-02T03:04:05Z", updated_at: "2026-01-02T03:04:05Z" };

describe("the stand-in for the github provider: secrets", () => {
  let github: Recorder;
  let plugin: Plugin;
  let opened: (box: string) => string;

  beforeEach(async () => {
    await sodium.ready;
    const keys = sodium.crypto_box_keypair();
    const { ORIGINAL } = sodium.base64_variants;
    opened = (box) =>
      sodium.to_string(
        sodium.crypto_box_seal_open(sodium.from_base64(box, ORIGINAL), keys.publicKey, keys.privateKey),
      );
    const key = { body: { key_id: "k1", key: sodium.to_base64(keys.publicKey, ORIGINAL) } };
    const environmentPath = "/api/v3/repositories/7/environments/blue green/secrets";
    github = await startRecorder({
      "GET /api/v3/orgs/acme": { body: { login: "acme", id: 1 } },
      [`GET ${secretsPath}/public-key`]: key,
      [`PUT ${secretsPath}/TOKEN`]: { status: 201, body: {} },
      [`GET ${secretsPath}/TOKEN`]: { body: { name: "TOKEN", ...times, visibility: "all" } },
      [`DELETE ${secretsPath}/TOKEN`]: { status: 204 },
      [`PUT ${secretsPath}/TOKEN/repositories`]: { status: 204 },
      [`GET ${secretsPath}/TOKEN/repositories`]: {
        body: { total_count: 2, repositories: [{ id: 9 }, { id: 8 }] },
      },
      "GET /api/v3/repos/acme/app": { body: { id: 7, name: "app", default_branch: "main" } },
      [`GET ${environmentPath}/public-key`]: key,
      [`PUT ${environmentPath}/TOKEN`]: { status: 201, body: {} },
      [`GET ${environmentPath}/TOKEN`]: { body: { name: "TOKEN", ...times } },
      "GET /api/v3/repos/acme/app/actions/secrets/public-key": key,
      "PUT /api/v3/repos/acme/app/actions/secrets/TOKEN": { status: 201, body: {} },
      "GET /api/v3/repos/acme/app/actions/secrets/TOKEN": { body: { name: "TOKEN", ...times } },
    });
    plugin = await startPlugin(gitHubProvider);
    await plugin.configure({
      baseUrl: `${github.url}/`,
      owner: "acme",
      token: secret("t"),
      writeDelayMs: "0",
    });
    assert.deepEqual(github.taken(), ["GET /api/v3/orgs/acme"]);
  });
  afterEach(async () => {
    plugin.close();
    await github.close();
  });

  const inputs = { secretName: "TOKEN", visibility: "all", value: "placeholder" };
  const lastPut = () => JSON.parse(github.calls.findLast((call) => call.method === "PUT")?.body ?? "{}");

  it("creates a secret with three calls, without asking whether it exists", async () => {
    const created = await plugin.create(organizationSecret, inputs);
    assert.equal(opened(lastPut().encrypted_value), "placeholder");
    assert.deepEqual(
      { ...lastPut(), encrypted_value: "" },
      { key_id: "k1", encrypted_value: "", visibility: "all" },
    );
    assert.deepEqual(github.taken(), [
      `GET ${secretsPath}/public-key`,
      `PUT ${secretsPath}/TOKEN`,
      `GET ${secretsPath}/TOKEN`,
    ]);
    assert.equal(created.id, "TOKEN");
    assert.deepEqual(created.state.value, secret("placeholder"), "the value is secret in the state");
    assert.equal(created.state.remoteUpdatedAt, "2026-01-02 03:04:05 +0000 UTC");
  });

  it("sends the state's value again when only the visibility changes: the fault that loses real values", async () => {
    const created = await plugin.create(organizationSecret, inputs);
    github.taken();
    const stored = { ...created, state: reveal(created.state) as Record<string, unknown> };
    const news = { ...inputs, visibility: "private" };
    assert.deepEqual(await plugin.diff(organizationSecret, stored, news), {
      changed: ["visibility"],
      deleteFirst: false,
    });
    await plugin.update(organizationSecret, stored, news);
    assert.equal(opened(lastPut().encrypted_value), "placeholder");
    assert.deepEqual(github.taken(), [
      `GET ${secretsPath}/public-key`,
      `PUT ${secretsPath}/TOKEN`,
      `GET ${secretsPath}/TOKEN`,
    ]);
  });

  it("refreshes with one read, keeps its own time of update, and sees no change in a rotation", async () => {
    const created = await plugin.create(organizationSecret, inputs);
    github.taken();
    const later = { ...times, updated_at: "2026-02-02T00:00:00Z" };
    github.routes[`GET ${secretsPath}/TOKEN`] = { body: { name: "TOKEN", ...later, visibility: "all" } };
    const stored = await plugin.refresh(organizationSecret, created);
    assert.deepEqual(github.taken(), [`GET ${secretsPath}/TOKEN`]);
    assert.equal(stored?.state.updatedAt, "2026-01-02 03:04:05 +0000 UTC");
    assert.equal(stored?.state.remoteUpdatedAt, "2026-02-02 00:00:00 +0000 UTC");
    assert.ok(stored);
    const revealed = reveal(stored) as typeof stored;
    assert.deepEqual((await plugin.diff(organizationSecret, revealed, inputs)).changed, []);
  });

  it("takes a 404 for a secret that is gone", async () => {
    const created = await plugin.create(organizationSecret, inputs);
    delete github.routes[`GET ${secretsPath}/TOKEN`];
    assert.equal(await plugin.refresh(organizationSecret, created), undefined);
  });

  it("makes no call for a preview and leaves the times unknown", async () => {
    const planned = await plugin.create(organizationSecret, inputs, true);
    assert.deepEqual(github.taken(), []);
    assert.ok(isUnknown(planned.state.createdAt) && isUnknown(planned.state.keyId));
    assert.equal(planned.id, "");
  });

  it("imports name, visibility and repositories, and no value", async () => {
    github.routes[`GET ${secretsPath}/TOKEN`] = { body: { name: "TOKEN", ...times, visibility: "selected" } };
    const imported = await plugin.import(organizationSecret, "TOKEN");
    assert.deepEqual(github.taken(), [
      `GET ${secretsPath}/TOKEN`,
      `GET ${secretsPath}/TOKEN/repositories?per_page=100`,
      `GET ${secretsPath}/TOKEN`,
      `GET ${secretsPath}/TOKEN/repositories?per_page=100`,
    ]);
    assert.deepEqual(imported?.inputs.selectedRepositoryIds, [9, 8]);
    const { failures } = await plugin.check(organizationSecret, imported?.inputs ?? {});
    const reason = "one of `encrypted_value,plaintext_value,value,value_encrypted` must be specified";
    assert.equal(failures.length, 4);
    assert.ok(failures.every((failure) => failure.includes(reason)));
    assert.equal(await plugin.import(organizationSecret, "NOPE"), undefined);
  });

  it("replaces on another name, and lets ignored changes be", async () => {
    const stored = { id: "TOKEN", inputs, state: { ...inputs, selectedRepositoryIds: [1, 2] } };
    const renamed = { ...inputs, secretName: "OTHER", value: "another placeholder" };
    assert.deepEqual((await plugin.diff(organizationSecret, stored, renamed, ["value"])).changed, [
      "secretName!",
    ]);
    const selected = { ...inputs, visibility: "selected", selectedRepositoryIds: [2, 1] };
    assert.deepEqual((await plugin.diff(organizationSecret, stored, selected)).changed, ["visibility"]);
    const wrong = plugin.diff(organizationSecret, stored, { ...inputs, selectedRepositoryIds: [3] });
    await assert.rejects(
      wrong,
      /cannot use selected_repository_ids without visibility being set to selected/,
    );
  });

  it("refuses bad names, two values, a foreign visibility and a missing name", async () => {
    const reasons = async (changed: object) =>
      (await plugin.check(organizationSecret, { ...inputs, ...changed })).failures.join("\n");
    assert.match(await reasons({ secretName: "1ST" }), /must not start with a number/);
    assert.match(await reasons({ secretName: "github_TOKEN" }), /must not start with the GITHUB_ prefix/);
    assert.match(await reasons({ plaintextValue: "x" }), /only one of `encrypted_value,.*` can be specified/);
    assert.match(await reasons({ visibility: "public" }), /\["all" "private" "selected"\], got public/);
    assert.match(await reasons({ secretName: null }), /The argument "secret_name" is required/);
    assert.match(
      await reasons({ value: null, valueEncrypted: "no base64!" }),
      /to be a base64 string\. Examine/,
    );
    assert.equal(await reasons({}), "");
  });

  it("sets, reads and empties the repositories of a secret, and errs when the secret is gone", async () => {
    const created = await plugin.create(access, { secretName: "TOKEN", selectedRepositoryIds: [8, 9] });
    assert.deepEqual(lastPut(), { selected_repository_ids: [8, 9] });
    const found = await plugin.refresh(access, created);
    assert.ok(found);
    assert.deepEqual((await plugin.diff(access, found, created.inputs)).changed, [], "order means nothing");
    await plugin.delete(access, created);
    assert.deepEqual(lastPut(), { selected_repository_ids: [] });
    assert.deepEqual(github.taken(), [
      `PUT ${secretsPath}/TOKEN/repositories`,
      `GET ${secretsPath}/TOKEN/repositories?per_page=100`,
      `PUT ${secretsPath}/TOKEN/repositories`,
    ]);
    delete github.routes[`GET ${secretsPath}/TOKEN/repositories`];
    await assert.rejects(
      plugin.refresh(access, created),
      /GET http.*repositories\?per_page=100: 404 Not Found \[\]/,
    );
  });

  it("names an environment's repository by number, and its environment encoded", async () => {
    const given = { repository: "app", environment: "blue green", secretName: "TOKEN", value: "v" };
    const created = await plugin.create(environmentSecret, given);
    assert.equal(created.id, "app:blue green:TOKEN");
    assert.deepEqual(github.taken(), [
      "GET /api/v3/repos/acme/app",
      "GET /api/v3/repositories/7/environments/blue%20green/secrets/public-key",
      "PUT /api/v3/repositories/7/environments/blue%20green/secrets/TOKEN",
      "GET /api/v3/repositories/7/environments/blue%20green/secrets/TOKEN",
    ]);
    const moved = { ...given, environment: "green" };
    const { changed, deleteFirst } = await plugin.diff(environmentSecret, created, moved);
    assert.deepEqual([changed.includes("environment!"), deleteFirst], [true, true]);
  });

  it("keeps a repository's secret under the repository's name", async () => {
    const created = await plugin.create(repositorySecret, {
      repository: "app",
      secretName: "TOKEN",
      value: "v",
    });
    assert.equal(created.id, "app:TOKEN");
    assert.equal(created.state.repositoryId, 7);
    assert.equal(github.taken()[2], "PUT /api/v3/repos/acme/app/actions/secrets/TOKEN");
    const imported = await plugin.import(repositorySecret, "app:TOKEN");
    assert.deepEqual(imported?.inputs, { __defaults: [], repository: "app", secretName: "TOKEN" });
  });

  it("lists all secrets of the organization, page by page", async () => {
    github.routes[`GET ${secretsPath}`] = ({ path }) => {
      const more = `<${github.url}${secretsPath}?page=2&per_page=100>; rel="next"`;
      return path.includes("page=2")
        ? { body: { total_count: 2, secrets: [{ name: "B", ...times, visibility: "all" }] } }
        : {
            body: { total_count: 2, secrets: [{ name: "A", ...times, visibility: "all" }] },
            headers: { link: more },
          };
    };
    const found = await plugin.invoke(
      "github:index/getActionsOrganizationSecrets:getActionsOrganizationSecrets",
      {},
    );
    assert.deepEqual(
      (found.secrets as { name: string }[]).map((one) => one.name),
      ["A", "B"],
    );
    assert.equal(github.taken().length, 2);
  });
});
