import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { Client, escapeIdentifier, escapeLiteral } from "pg";
import { type Database, type DatabaseSeed, startDatabase } from "../../sandbox/database/database";
import { parseStatement } from "../../sandbox/database/statement";

const SEED: DatabaseSeed = {
  name: "orders",
  users: [
    { name: "rotation", password: "manager's \\ own", isManager: true },
    { name: "orders_a", password: "first" },
    { name: "orders_b" },
  ],
};

describe("the sandbox's database", () => {
  let database: Database;
  const clients: Client[] = [];

  beforeEach(async () => {
    database = await startDatabase({ seed: SEED });
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.end();
    await database.close();
  });

  async function login(user: string, password: string, name = "orders"): Promise<Client> {
    const { host, port } = database;
    const client = new Client({ host, port, database: name, user, password, ssl: false });
    client.on("error", () => {});
    await client.connect();
    clients.push(client);
    return client;
  }
  const codeOf = async (promise: Promise<unknown>) =>
    promise.then(
      () => "success",
      (error: { code?: string }) => error.code,
    );

  it("lets in who knows the password, and knows who they are", async () => {
    const client = await login("orders_a", "first");
    assert.deepEqual((await client.query("SELECT current_user")).rows, [{ current_user: "orders_a" }]);
    assert.deepEqual((await client.query("select 1;")).rows, [{ "?column?": "1" }]);
  });

  it("lets in nobody else: a wrong password, no password yet, an unknown user, another database", async () => {
    assert.equal(await codeOf(login("orders_a", "wrong")), "28P01");
    assert.equal(await codeOf(login("orders_b", "")), "28P01");
    assert.equal(await codeOf(login("nobody", "first")), "28P01");
    assert.equal(await codeOf(login("constructor", "first")), "28P01");
    assert.equal(await codeOf(login("orders_a", "first", "elsewhere")), "3D000");
  });

  it("gives a user the password that a manager sets, and takes the old one from them", async () => {
    const manager = await login("rotation", "manager's \\ own");
    await manager.query("ALTER USER orders_a WITH PASSWORD 'second'");
    assert.equal(await codeOf(login("orders_a", "first")), "28P01");
    await login("orders_a", "second");
    await manager.query(`ALTER ROLE "orders_b" PASSWORD 'new'`);
    await login("orders_b", "new");
  });

  it("lets others change their own password alone", async () => {
    const client = await login("orders_a", "first");
    assert.equal(await codeOf(client.query("ALTER USER rotation WITH PASSWORD 'mine'")), "42501");
    await client.query("ALTER USER orders_a WITH PASSWORD 'own'");
    await login("orders_a", "own");
    await login("rotation", "manager's \\ own");
  });

  it("refuses users that are not there and what it cannot do, and goes on", async () => {
    const manager = await login("rotation", "manager's \\ own");
    assert.equal(await codeOf(manager.query("ALTER USER nobody WITH PASSWORD 'x'")), "42704");
    assert.equal(await codeOf(manager.query("ALTER USER toString WITH PASSWORD 'x'")), "42704");
    assert.equal(await codeOf(manager.query("DROP TABLE orders")), "0A000");
    assert.equal(await codeOf(manager.query("SELECT $1::text", ["x"])), "0A000");
    assert.equal((await manager.query("SELECT 1")).rowCount, 1);
  });

  it("survives what is not PostgreSQL at all", async () => {
    const socket = connect(database.port, database.host);
    await new Promise((done) => socket.write("GET / HTTP/1.1\r\n\r\n", done));
    socket.destroy();
    await login("orders_a", "first");
  });

  it("keeps digests and no passwords, in a file for its owner alone, until it is reset", async () => {
    const folder = mkdtempSync(join(tmpdir(), "database-"));
    const file = join(folder, "database.json");
    await database.close();
    database = await startDatabase({ seed: SEED, file });
    const manager = await login("rotation", "manager's \\ own");
    await manager.query("ALTER USER orders_a WITH PASSWORD 'canary-of-a'");
    assert.ok(!/canary|first|manager's/.test(readFileSync(file, "utf8")));
    assert.equal(statSync(file).mode & 0o777, 0o600);
    await database.close();
    database = await startDatabase({ seed: SEED, file });
    await login("orders_a", "canary-of-a");
    await database.reset();
    await login("orders_a", "first");
    rmSync(folder, { recursive: true });
  });

  it("prints neither passwords nor statements", async () => {
    const printed: unknown[] = [];
    const real = { log: console.log, error: console.error };
    console.log = console.error = (...texts: unknown[]) => printed.push(...texts);
    try {
      const manager = await login("rotation", "manager's \\ own");
      await manager.query("ALTER USER orders_a WITH PASSWORD 'canary'");
      await codeOf(manager.query("ALTER USER orders_a PASSWORD canary"));
      await codeOf(login("orders_a", "wrong"));
    } finally {
      Object.assign(console, real);
    }
    assert.deepEqual(printed, []);
  });
});

describe("a statement that changes a password", () => {
  it("is understood whatever name and password pg quotes", () => {
    const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 });
    const password = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.string({ unit: fc.constantFrom("'", "\\", "E", '"', "\n") }),
    );
    fc.assert(
      fc.property(name, password, (user, text) => {
        const sql = `ALTER USER ${escapeIdentifier(user)} WITH PASSWORD ${escapeLiteral(text)}`;
        assert.deepEqual(parseStatement(sql), { kind: "alter", user, password: text });
      }),
    );
  });

  it("is not understood with anything around it", () => {
    for (const sql of [
      "ALTER USER a WITH PASSWORD 'x'; DROP TABLE b",
      "ALTER USER a WITH PASSWORD 'x' 'y'",
      "ALTER USER a b WITH PASSWORD 'x'",
      "ALTER USER a WITH PASSWORD x",
      "ALTER USER '' WITH PASSWORD 'x'",
      "",
    ])
      assert.equal(parseStatement(sql), undefined, sql);
  });
});
