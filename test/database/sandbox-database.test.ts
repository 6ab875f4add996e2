import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { projectNames } from "../../sandbox/project-names";
import { readSeed } from "../../sandbox/read-seed";
import { type Sandbox, startSandbox } from "../../sandbox/sandbox";

describe("the database of a sandbox", () => {
  let folder: string;
  let sandbox: Sandbox | undefined;
  const seed = readSeed(join(__dirname, "../../sandbox/seed.yaml"), projectNames(join(__dirname, "../..")));

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "sandbox-"));
  });
  after(async () => {
    await sandbox?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function start() {
    await sandbox?.close();
    sandbox = await startSandbox({ folder, seed });
    const { tokens } = sandbox;
    const { host = "", port = 0, name = "" } = sandbox.database ?? {};
    const password = tokens.database;
    const client = new Client({ host, port, database: name, user: "rotation", password, ssl: false });
    await client.connect();
    return { client, tokens };
  }

  it("has a manager whose password is made once and kept, and comes to a sandbox that had none", async () => {
    await (await start()).client.end();
    const { database: made, ...older } = JSON.parse(readFileSync(join(folder, "tokens.json"), "utf8"));
    const again = await start();
    assert.equal(again.tokens.database, made);
    await again.client.query("ALTER USER orders_a WITH PASSWORD 'x'");
    await again.client.end();
    writeFileSync(join(folder, "tokens.json"), JSON.stringify(older));
    rmSync(join(folder, "database"), { recursive: true });
    const later = await start();
    assert.notEqual(later.tokens.database, made);
    assert.equal(later.tokens.github, older.github);
    await later.client.end();
  });

  it("is none where the seed has none", async () => {
    await sandbox?.close();
    const { database: _, ...without } = seed;
    sandbox = await startSandbox({ folder, seed: without });
    assert.equal(sandbox.database, undefined);
  });
});
