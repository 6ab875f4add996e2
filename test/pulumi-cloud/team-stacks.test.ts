import assert from "node:assert/strict";
import { type CloudFixture, ORG, startCloud, TOKENS, team } from "./cloud-fixture";

const PROJECT = `/api/stacks/${ORG}/program`;
const STACK = `${PROJECT}/production`;
const START = { config: {}, metadata: {}, options: {} };

describe("what a team may do with stacks", () => {
  let cloud: CloudFixture;
  beforeEach(async () => {
    cloud = await startCloud({ defaultStackPermission: "none" });
    const made = await cloud.call("POST", PROJECT, { body: { stackName: "production" } });
    assert.equal(made.status, 200, made.text);
    await team(cloud, "ci", ["dev"]);
  });
  afterEach(() => cloud.close());

  const give = async (change: object) =>
    assert.equal((await cloud.call("PATCH", `/api/orgs/${ORG}/teams/ci`, { body: change })).status, 204);
  const permit = (permission: number) =>
    give({ addStackPermission: { projectName: "program", stackName: "production", permission } });
  const teamToken = async (): Promise<string> =>
    (await cloud.call("POST", `/api/orgs/${ORG}/teams/ci/tokens`, { body: { name: "ci" } })).json.tokenValue;

  /** Status codes of everything one may try, by what it is. */
  const attempts = async (token: string): Promise<Record<string, number>> => {
    const status = async (method: string, path: string, body?: unknown) =>
      (await cloud.call(method, STACK + path, body === undefined ? { token } : { token, body })).status;
    return {
      read: await status("GET", ""),
      export: await status("GET", "/export"),
      decrypt: await status("POST", "/batch-decrypt", { ciphertexts: [] }),
      preview: await status("POST", "/preview", START),
      tags: await status("PATCH", "/tags", {}),
      update: await status("POST", "/update", START),
      refresh: await status("POST", "/refresh", START),
      destroy: await status("POST", "/destroy", START),
      rename: await status("POST", "/rename", { newName: "production", newProject: "program" }),
      delete: await status("DELETE", ""),
    };
  };
  const READING = ["read", "export", "decrypt", "preview"];
  const WRITING = ["tags", "update", "refresh", "destroy"];
  const refused = (tried: Record<string, number>) => Object.keys(tried).filter((name) => tried[name] === 403);

  it("is nothing until somebody gives it a permission", async () => {
    const token = await teamToken();
    assert.deepEqual(refused(await attempts(token)), [...READING, ...WRITING, "rename", "delete"]);
    assert.deepEqual((await cloud.call("GET", "/api/user/stacks", { token })).json.stacks, []);
  });

  it("is previews and secrets, and no change, with read", async () => {
    await permit(101);
    assert.deepEqual(refused(await attempts(await teamToken())), [...WRITING, "rename", "delete"]);
  });

  it("is updates, and neither renaming nor deleting, with edit", async () => {
    await permit(102);
    assert.deepEqual(refused(await attempts(await teamToken())), ["rename", "delete"]);
  });

  it("is everything with admin", async () => {
    await permit(103);
    assert.deepEqual(refused(await attempts(await teamToken())), []);
  });

  it("holds for its members as for its tokens, is listed, and ends with it", async () => {
    await permit(101);
    assert.equal((await cloud.call("GET", STACK, { token: TOKENS.dev })).status, 200);
    const stacks = [{ projectName: "program", stackName: "production", permission: 101 }];
    assert.deepEqual((await cloud.call("GET", `/api/orgs/${ORG}/teams/ci`)).json.stacks, stacks);
    await give({ removeStack: { projectName: "program", stackName: "production" } });
    assert.equal((await cloud.call("GET", STACK, { token: TOKENS.dev })).status, 403);
  });

  it("is a preview's alone: no update can be begun as a preview that writes", async () => {
    await permit(101);
    const token = await teamToken();
    const dry = await cloud.call("POST", `${STACK}/update`, {
      token,
      body: { ...START, options: { dryRun: true } },
    });
    assert.equal(dry.status, 200);
    const tags = { "pulumi:project": "program", owner: "somebody" };
    const path = `${STACK}/update/${dry.json.updateID}`;
    assert.equal((await cloud.call("POST", path, { token, body: { tags } })).status, 200);
    const { version, tags: kept } = (await cloud.call("GET", STACK)).json;
    assert.deepEqual([version, kept], [0, {}]);
  });

  it("is besides what the organization lets every member do", async () => {
    await cloud.close();
    cloud = await startCloud({ defaultStackPermission: "read" });
    await cloud.call("POST", PROJECT, { body: { stackName: "production" } });
    await team(cloud, "ci", []);
    assert.deepEqual(refused(await attempts(await teamToken())), [...WRITING, "rename", "delete"]);
  });

  it("is everything with a stack that it made itself", async () => {
    const token = await teamToken();
    const made = await cloud.call("POST", PROJECT, { token, body: { stackName: "own" } });
    assert.equal(made.status, 200, made.text);
    assert.equal((await cloud.call("DELETE", `${PROJECT}/own`, { token })).status, 204);
  });

  it("refuses a level that the specification does not have", async () => {
    const body = { addStackPermission: { projectName: "program", stackName: "production", permission: 1 } };
    assert.equal((await cloud.call("PATCH", `/api/orgs/${ORG}/teams/ci`, { body })).status, 400);
  });
});
