import assert from "node:assert/strict";
import { type CloudFixture, env, startCloud } from "./cloud-fixture";

describe("revisions and tags of ESC environments", () => {
  let cloud: CloudFixture;
  beforeEach(async () => {
    cloud = await startCloud();
    await cloud.environment("sophia/group", "values:\n  n: 2\n");
    for (const n of [3, 4]) await cloud.call("PATCH", env("sophia/group"), { body: `values:\n  n: ${n}\n` });
  });
  afterEach(() => cloud.close());

  const numbers = async (query: string): Promise<number[]> =>
    (await cloud.call("GET", env("sophia/group", `/versions${query}`))).json.map(
      (r: { number: number }) => r.number,
    );

  it("are listed newest first, page by page until an empty page", async () => {
    assert.deepEqual(await numbers("?before=0&count=2"), [4, 3]);
    assert.deepEqual(await numbers("?before=3&count=2"), [2, 1]);
    assert.deepEqual(await numbers("?before=1&count=2"), []);
    assert.equal((await cloud.call("GET", env("sophia/group", "/versions?before=x"))).status, 400);
  });

  it("are read by number and by tag, 404 for unknown ones", async () => {
    await cloud.call("POST", env("sophia/group", "/versions/tags"), {
      body: { name: "stable", revision: 3 },
    });
    for (const version of ["3", "stable"]) {
      const answer = await cloud.call("GET", env("sophia/group", `/versions/${version}`));
      assert.deepEqual([answer.text, answer.headers.get("pulumi-esc-revision")], ["values:\n  n: 3\n", "3"]);
    }
    for (const version of ["9", "unknown", "constructor"])
      assert.equal(
        (await cloud.call("GET", env("sophia/group", `/versions/${version}`))).status,
        404,
        version,
      );
  });

  it("are imported by the version an import names", async () => {
    await cloud.call("POST", env("sophia/group", "/versions/tags"), {
      body: { name: "stable", revision: 2 },
    });
    for (const [version, n] of [
      ["@stable", 2],
      ["@3", 3],
      ["", 4],
    ] as const) {
      const name = `all${n}`;
      await cloud.environment(`sophia/${name}`, `imports: [sophia/group${version}]\n`);
      const { id } = (await cloud.call("POST", env(`sophia/${name}`, "/open"))).json;
      const value = await cloud.call("GET", env(`sophia/${name}`, `/open/${id}?property=n`));
      assert.equal(value.json.value, n);
    }
  });

  it("tags: 404 when unknown, 409 when there, list ends with an empty page", async () => {
    const tags = env("sophia/group", "/versions/tags");
    assert.equal((await cloud.call("PATCH", `${tags}/stable`, { body: { revision: 2 } })).status, 404);
    assert.equal((await cloud.call("POST", tags, { body: { name: "stable", revision: 2 } })).status, 204);
    assert.equal((await cloud.call("POST", tags, { body: { name: "stable" } })).status, 409);
    assert.equal((await cloud.call("PATCH", `${tags}/stable`, { body: { revision: 3 } })).status, 204);
    assert.equal((await cloud.call("GET", `${tags}/stable`)).json.revision, 3);
    assert.equal((await cloud.call("GET", `${tags}/latest`)).json.revision, 4);
    const first = (await cloud.call("GET", `${tags}?after=&count=500`)).json;
    assert.deepEqual(
      [first.tags.map((t: { name: string }) => t.name), first.nextToken],
      [["latest", "stable"], "stable"],
    );
    assert.deepEqual((await cloud.call("GET", `${tags}?after=stable`)).json.tags, []);
    assert.equal((await cloud.call("DELETE", `${tags}/stable`)).status, 204);
    for (const name of ["latest", "1st", "a b", ""])
      assert.equal((await cloud.call("POST", tags, { body: { name } })).status, 400, name);
    assert.equal((await cloud.call("POST", tags, { body: { name: "far", revision: 99 } })).status, 404);
  });

  it("retracted ones can no longer be read, and their tags move to the one before", async () => {
    await cloud.call("POST", env("sophia/group", "/versions/tags"), {
      body: { name: "stable", revision: 3 },
    });
    const retract = (version: string) =>
      cloud.call("POST", env("sophia/group", `/versions/${version}/retract`), { body: { reason: "wrong" } });
    assert.equal((await retract("3")).status, 204);
    assert.equal((await cloud.call("GET", env("sophia/group", "/versions/3"))).status, 404);
    assert.equal((await cloud.call("GET", env("sophia/group", "/versions/tags/stable"))).json.revision, 2);
    assert.equal((await retract("4")).status, 400, "the latest");
    assert.equal((await retract("1")).status, 400, "nothing before it");
    const history = (await cloud.call("GET", env("sophia/group", "/versions"))).json;
    assert.equal(history[1].retracted.replacement, 2);
  });

  it("environment tags: the list's token is 0, a change names the value it saw", async () => {
    const tags = env("sophia/group", "/tags");
    assert.equal((await cloud.call("GET", `${tags}/owner`)).status, 404);
    assert.equal(
      (await cloud.call("POST", tags, { body: { name: "owner", value: "platform" } })).status,
      200,
    );
    assert.equal((await cloud.call("POST", tags, { body: { name: "owner", value: "x" } })).status, 409);
    const list = (await cloud.call("GET", tags)).json;
    assert.deepEqual([list.nextToken, list.tags.owner.value], ["0", "platform"]);
    const change = (seen: string) => ({
      body: { currentTag: { value: seen }, newTag: { value: "security" } },
    });
    assert.equal((await cloud.call("PATCH", `${tags}/owner`, change("old"))).status, 400);
    assert.equal((await cloud.call("PATCH", `${tags}/owner`, change("platform"))).json.value, "security");
    assert.equal((await cloud.call("DELETE", `${tags}/owner`)).status, 204);
  });

  it("schedules change by PATCH and by POST, and need exactly one kind of time", async () => {
    const path = env("sophia/group", "/schedules");
    const made = await cloud.call("POST", path, {
      body: { scheduleCron: "0 0 * * 0", secretRotationRequest: {} },
    });
    assert.deepEqual([made.status, made.json.kind], [200, "environment_rotation"]);
    for (const method of ["PATCH", "POST"]) {
      const changed = await cloud.call(method, `${path}/${made.json.id}`, {
        body: { scheduleCron: "0 1 * * *" },
      });
      assert.equal(changed.json.scheduleCron, "0 1 * * *", method);
    }
    const once = { scheduleOnce: "2030-01-01T00:00:00Z" };
    const changed = (await cloud.call("PATCH", `${path}/${made.json.id}`, { body: once })).json;
    assert.deepEqual([changed.scheduleOnce, changed.scheduleCron], ["2030-01-01 00:00:00", undefined]);
    await cloud.call("POST", `${path}/${made.json.id}/pause`);
    assert.equal((await cloud.call("GET", path)).json.schedules[0].paused, true);
    for (const body of [
      {},
      { ...once, scheduleCron: "0 0 * * 0" },
      { scheduleCron: "soon" },
      { scheduleOnce: "soon" },
    ])
      assert.equal((await cloud.call("POST", path, { body })).status, 400, JSON.stringify(body));
    assert.equal((await cloud.call("DELETE", `${path}/${made.json.id}`)).status, 200);
    assert.equal((await cloud.call("GET", `${path}/${made.json.id}`)).status, 404);
  });
});
