// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the references of the ESC language look like templates
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { type Database, startDatabase } from "../../sandbox/database/database";
import { type CloudFixture, env, ORG, open, startCloud, TOKENS, team } from "./cloud-fixture";

const MANAGER = "canary-of-the-manager";

describe("rotation in the sandbox's Pulumi Cloud", () => {
  let cloud: CloudFixture;
  let database: Database;
  let folder: string;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "rotation-"));
    cloud = await startCloud({}, folder);
    const users = [
      { name: "rotation", password: MANAGER, isManager: true },
      { name: "orders_a" },
      { name: "orders_b" },
    ];
    database = await startDatabase({ seed: { name: "orders", users } });
    await cloud.environment(
      "sophia/managing",
      `values: {user: {username: rotation, password: {fn::secret: ${MANAGER}}}}`,
    );
    await cloud.environment("sophia/rotated", textFor(database.port));
  });
  afterEach(async () => {
    await cloud.close();
    await database.close();
    rmSync(folder, { recursive: true });
  });

  const textFor = (port: number) => `# who may rotate is in sophia/managing
values:
  db:
    fn::rotate::postgres:
      inputs:
        database:
          host: 127.0.0.1
          port: ${port}
          database: orders
          managingUser: \${environments.sophia.managing.user}
        rotateUsers: {username1: orders_a, username2: orders_b}
`;
  const rotate = (body: unknown = { paths: [] }, token = TOKENS.admin) =>
    cloud.call("POST", env("sophia/rotated", "/rotate"), { body, token });
  const credentials = async (token?: string) => {
    const { properties } = (await open(cloud, "sophia/rotated", token)).json;
    const plain = (user?: { value: Record<string, { value: string; secret?: boolean }> }) =>
      user && { username: user.value.username?.value ?? "", password: user.value.password?.value ?? "" };
    return { current: plain(properties.db.value.current), previous: plain(properties.db.value.previous) };
  };
  const login = async (user: { username: string; password: string } | undefined) => {
    const { host, port, name } = database;
    const client = new Client({
      host,
      port,
      database: name,
      user: user?.username,
      password: user?.password,
      ssl: false,
    });
    client.on("error", () => {});
    try {
      await client.connect();
      return (await client.query("SELECT current_user")).rows[0].current_user as string;
    } catch (error) {
      return (error as { code?: string }).code;
    } finally {
      await client.end().catch(() => {});
    }
  };
  const definition = async () => (await cloud.call("GET", env("sophia/rotated"))).text;
  const schedules = env("sophia/rotated", "/schedules");
  const schedule = async (body: unknown) => (await cloud.call("POST", schedules, { body })).json;
  const pass = async (at: string) =>
    (await cloud.call("POST", `/_sandbox/schedules/run?at=${at}`, { token: null })).json.environments;

  it("really changes the passwords, turn by turn: current and previous log in, the one before does not", async () => {
    assert.deepEqual(await credentials(), { current: undefined, previous: undefined });
    const { secretRotationEvent: event } = (await rotate()).json;
    assert.deepEqual(
      [event.status, event.preRotationRevision, event.postRotationRevision],
      ["succeeded", 2, 3],
    );
    const first = (await credentials()).current;
    assert.equal(await login(first), "orders_a");

    await rotate();
    const second = await credentials();
    assert.deepEqual(second.previous, first);
    assert.deepEqual([await login(second.current), await login(second.previous)], ["orders_b", "orders_a"]);

    await rotate();
    const third = await credentials();
    assert.deepEqual(third.previous, second.current);
    assert.deepEqual([await login(third.current), await login(third.previous)], ["orders_a", "orders_b"]);
    assert.equal(await login(first), "28P01");
  });

  it("keeps the definition as it is written and the state as ciphertext", async () => {
    const before = await definition();
    await rotate();
    const after = await definition();
    assert.ok(after.startsWith(before), after);
    assert.match(
      after,
      /state:\n +current:\n +username: "orders_a"\n +password:\n +fn::secret:\n +ciphertext: /,
    );
  });

  it("takes up credentials that are there already", async () => {
    const state = "state: {current: {username: orders_b, password: {fn::secret: known}}}";
    await cloud.call("PATCH", env("sophia/rotated"), { body: `${textFor(database.port)}      ${state}\n` });
    await rotate();
    const { current, previous } = await credentials();
    assert.equal(current?.username, "orders_a");
    assert.deepEqual(previous, { username: "orders_b", password: "known" });
  });

  it("needs the right to write, and those on what only rotating uses", async () => {
    await team(cloud, "writers", ["dev"], { "sophia/rotated": "open" });
    assert.equal((await rotate({ paths: [] }, TOKENS.dev)).status, 403);
    await team(cloud, "more", ["dev"], { "sophia/rotated": "write" });
    const refused = await rotate({ paths: [] }, TOKENS.dev);
    assert.equal(refused.status, 400);
    assert.match(refused.json.diagnostics[0].summary, /sophia\/managing/);
    await team(cloud, "managers", ["dev"], { "sophia/managing": "open" });
    assert.equal((await rotate({ paths: [] }, TOKENS.dev)).status, 200);
  });

  it("lets readers open the credentials without any right on the managing ones, and records no attempt", async () => {
    await rotate();
    await cloud.environment(
      "sophia/all",
      "imports: [sophia/rotated]\nvalues: {password: '${db.current.password}'}",
    );
    await team(cloud, "readers", ["dev"], { "sophia/rotated": "open", "sophia/all": "open" });
    assert.equal(await login((await credentials(TOKENS.dev)).current), "orders_a");
    assert.equal((await open(cloud, "sophia/all", TOKENS.dev)).status, 200);
    assert.equal((await open(cloud, "sophia/managing", TOKENS.dev)).status, 404);
    const denied = cloud.audit().filter((r) => r.outcome === "denied");
    assert.equal(denied.length, 1);
  });

  it("lets nobody write a rotator that uses what they may not read themselves", async () => {
    await team(cloud, "writers", ["dev"], { "sophia/rotated": "write" });
    const written = await cloud.call("PATCH", env("sophia/rotated"), {
      body: textFor(database.port),
      token: TOKENS.dev,
    });
    assert.equal(written.status, 400);
  });

  it("says which secret failed, changes nothing then, and keeps the rest", async () => {
    const rest = "  key:\n    fn::rotate::password:\n      inputs: {}\n";
    await cloud.call("PATCH", env("sophia/rotated"), { body: textFor(1) + rest });
    const { secretRotationEvent: event } = (await rotate()).json;
    assert.equal(event.status, "failed");
    assert.deepEqual(
      event.rotations.map((r: { environmentPath: string; status: string }) => [r.environmentPath, r.status]),
      [
        ["values.db", "failed"],
        ["values.key", "succeeded"],
      ],
    );
    assert.match(event.rotations[0].errorMessage, /orders_a.*ECONNREFUSED/);
    assert.match(await definition(), /key:[\s\S]*ciphertext/);
    assert.doesNotMatch((await definition()).split("key:")[0] ?? "", /state/);
  });

  it("rotates what it is asked for, refuses what is not there", async () => {
    const rest = "  key:\n    fn::rotate::password:\n      inputs: {}\n";
    await cloud.call("PATCH", env("sophia/rotated"), { body: textFor(database.port) + rest });
    assert.equal((await rotate({ Paths: ["key"] })).json.secretRotationEvent.rotations.length, 1);
    assert.deepEqual((await credentials()).current, undefined);
    for (const paths of [["nothing"], ["db.current"], ["]"]])
      assert.equal((await rotate({ paths })).status, 400);
  });

  it("does not run twice at once", async () => {
    const answers = await Promise.all([rotate(), rotate()]);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409]);
    assert.equal(await login((await credentials()).current), "orders_a");
  });

  it("tells of it: history, audit and webhooks, and no password anywhere", async () => {
    const told: string[] = [];
    const receiver = createServer((request, response) => {
      request.on("data", (data) => told.push(`${request.headers["pulumi-webhook-kind"]} ${data}`));
      request.on("end", () => response.end());
    }).listen(0, "127.0.0.1");
    await new Promise((done) => receiver.once("listening", done));
    const payloadUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
    const body = { displayName: "h", payloadUrl, active: true, filters: ["environment_rotation_succeeded"] };
    await cloud.call("POST", env("sophia/rotated", "/hooks"), { body });
    await rotate();
    await rotate();
    const { events } = (await cloud.call("GET", env("sophia/rotated", "/rotate/history"))).json;
    assert.deepEqual(
      events.map((e: { userID: string; postRotationRevision: number }) => [e.userID, e.postRotationRevision]),
      [
        ["ada", 4],
        ["ada", 3],
      ],
    );
    const { current, previous } = await credentials();
    await cloud.close(); // and with it, what is still being told
    await new Promise((done) => receiver.close(done));
    const audit = JSON.stringify(cloud.audit());
    assert.match(audit, /environment-rotated/);
    assert.ok(
      told.some((text) => text.startsWith("environment_rotation ") && text.includes('"succeeded"')),
      told[0],
    );
    const files = readFileSync(join(folder, "cloud.json"), "utf8");
    const texts = [audit, ...told, files, JSON.stringify(events)].join("\n");
    for (const secret of [current?.password, previous?.password, MANAGER])
      assert.ok(!texts.includes(secret ?? "?"));
  });

  it("runs on schedule, says when next, and what became of it", async () => {
    const made = await schedule({
      scheduleCron: "0 3 1 * *",
      secretRotationRequest: { environmentPath: "" },
    });
    const next = new Date(made.nextExecution);
    assert.deepEqual([next.getUTCDate(), next.getUTCHours(), made.lastExecuted], [1, 3, ""]);
    assert.deepEqual(await pass(new Date(next.getTime() - 1).toISOString()), []);
    assert.deepEqual(await pass(next.toISOString()), [`${ORG}/sophia/rotated`]);
    assert.equal(await login((await credentials()).current), "orders_a");
    const after = (await cloud.call("GET", `${schedules}/${made.id}`)).json;
    assert.ok(after.nextExecution > made.nextExecution && after.lastExecuted !== "");
    const { scheduleHistoryEvents: runs } = (await cloud.call("GET", `${schedules}/${made.id}/history`)).json;
    assert.deepEqual([runs.length, runs[0].result], [1, "succeeded"]);
    const { events } = (await cloud.call("GET", env("sophia/rotated", "/rotate/history"))).json;
    assert.equal(events[0].scheduledActionID, made.id);
    assert.deepEqual(await pass(next.toISOString()), []);
  });

  it("runs no schedule that is paused or over, and goes on after one that fails", async () => {
    const far = "2099-01-01T00:00:00Z";
    const made = await schedule({ scheduleCron: "0 3 1 * *" });
    await cloud.call("POST", `${schedules}/${made.id}/pause`);
    assert.deepEqual(await pass(far), []);
    await cloud.call("POST", `${schedules}/${made.id}/resume`);
    await database.close();
    assert.deepEqual(await pass(far), [`${ORG}/sophia/rotated`]);
    const { scheduleHistoryEvents: runs } = (await cloud.call("GET", `${schedules}/${made.id}/history`)).json;
    assert.equal(runs[0].result, "failed");
    await cloud.call("PATCH", `${schedules}/${made.id}`, { body: { scheduleOnce: "2099-01-01T00:00:00Z" } });
    assert.deepEqual(await pass(far), [`${ORG}/sophia/rotated`]);
    assert.equal((await cloud.call("GET", `${schedules}/${made.id}`)).json.nextExecution, "");
  });

  it("refuses schedules that are nonsense, too frequent, never or one too many", async () => {
    for (const scheduleCron of [
      "soon",
      "* * * * *",
      "0 3,4 1 * *",
      "0 0 31 2 *",
      "0 3 1 * * *",
      "99 3 1 * *",
    ])
      assert.equal(
        (await cloud.call("POST", schedules, { body: { scheduleCron } })).status,
        400,
        scheduleCron,
      );
    await schedule({ scheduleCron: "0 3 * * *" });
    assert.equal((await cloud.call("POST", schedules, { body: { scheduleCron: "0 3 1 * *" } })).status, 400);
  });
});

describe("the password rotator", () => {
  let cloud: CloudFixture;
  before(async () => {
    cloud = await startCloud();
  });
  after(() => cloud.close());

  async function passwordBy(inputs: string, name: string): Promise<string | undefined> {
    await cloud.environment(name, `values: {key: {fn::rotate::password: {inputs: ${inputs}}}}`);
    const { secretRotationEvent: event } = (await cloud.call("POST", env(name, "/rotate"), { body: {} }))
      .json;
    if (event.status !== "succeeded") return undefined;
    return (await open(cloud, name)).json.properties.key.value.current.value;
  }

  it("keeps to its rules", async () => {
    assert.match((await passwordBy("{}", "a/a")) ?? "", /^.{16}$/);
    assert.match(
      (await passwordBy("{length: 30, special: false, upper: false, numeric: false}", "a/b")) ?? "",
      /^[a-z]{30}$/,
    );
    const mixed = await passwordBy(
      "{length: 8, minUpper: 2, minSpecial: 2, overrideSpecial: '%', lower: false}",
      "a/c",
    );
    assert.match(mixed ?? "", /^(?=(.*[A-Z]){2})(?=(.*%){2})[A-Z0-9%]{8}$/);
  });

  it("refuses what cannot be kept to", async () => {
    for (const [index, inputs] of ["{length: 7}", "{length: 101}", "{length: 8, minLower: 9}"].entries())
      assert.equal(await passwordBy(inputs, `b/${index}`), undefined, inputs);
    assert.equal(
      await passwordBy("{lower: false, upper: false, numeric: false, special: false}", "b/none"),
      undefined,
    );
  });
});
