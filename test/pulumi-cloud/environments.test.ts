import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CloudFixture, env, ORG, open, startCloud, TOKENS } from "./cloud-fixture";

const SECRET = "s3cr3t-value-of-the-test";
const TEXT = `values:\n  plain: visible\n  key:\n    fn::secret: ${SECRET}\n`;

describe("ESC environments of the sandbox", () => {
  let cloud: CloudFixture;
  beforeEach(async () => {
    cloud = await startCloud();
  });
  afterEach(() => cloud.close());

  it("starts an environment empty at revision 1 and makes a revision of each change", async () => {
    const body = { project: "sophia", name: "group" };
    assert.equal((await cloud.call("POST", `/api/esc/environments/${ORG}`, { body })).status, 200);
    const fresh = await cloud.call("GET", env("sophia/group"));
    assert.deepEqual([fresh.text, fresh.headers.get("pulumi-esc-revision")], ["", "1"]);
    const changed = await cloud.call("PATCH", env("sophia/group"), { body: TEXT });
    assert.deepEqual(
      [changed.status, changed.text, changed.headers.get("pulumi-esc-revision")],
      [200, "{}", "2"],
    );
  });

  it("refuses a second environment of the same name, and names the language does not allow", async () => {
    await cloud.environment("sophia/group", TEXT);
    const again = { project: "sophia", name: "group" };
    assert.equal((await cloud.call("POST", `/api/esc/environments/${ORG}`, { body: again })).status, 409);
    for (const name of ["", "a/b", "a b", "ä", "x".repeat(101)]) {
      const answer = await cloud.call("POST", `/api/esc/environments/${ORG}`, {
        body: { project: "sophia", name },
      });
      assert.equal(answer.status, 400, name);
    }
  });

  it("answers a definition with its secrets in ciphertext, and in plaintext only on decrypt", async () => {
    await cloud.environment("sophia/group", TEXT);
    const read = await cloud.call("GET", env("sophia/group"));
    assert.match(read.headers.get("content-type") ?? "", /^application\/x-yaml/);
    assert.match(read.text, /plain: visible/);
    assert.match(read.text, /ciphertext: \S+/);
    assert.ok(!read.text.includes(SECRET));
    assert.match((await cloud.call("GET", env("sophia/group", "/decrypt"))).text, new RegExp(SECRET));
  });

  it("opens an environment to its values", async () => {
    await cloud.environment("sophia/group", TEXT);
    const opened = await open(cloud, "sophia/group");
    assert.equal(opened.json.properties.key.value, SECRET);
    assert.equal(opened.json.properties.key.secret, true);
    const { id } = (await cloud.call("POST", env("sophia/group", "/open"))).json;
    const value = await cloud.call("GET", env("sophia/group", `/open/${id}?property=plain`));
    assert.equal(value.json.value, "visible");
  });

  it("answers 400 with diagnostics for a definition with errors and keeps the old one", async () => {
    await cloud.environment("sophia/group", TEXT);
    for (const body of ["values:\n  a: ${nothing}\n", "values: [", "imports: [sophia/missing]\n"]) {
      const answer = await cloud.call("PATCH", env("sophia/group"), { body });
      assert.equal(answer.status, 400, body);
      assert.ok(answer.json.diagnostics.length > 0, body);
    }
    assert.equal((await cloud.call("GET", env("sophia/group"))).headers.get("pulumi-esc-revision"), "2");
  });

  it("refuses a change made from an older revision, in either header", async () => {
    await cloud.environment("sophia/group", TEXT);
    const etag = (await cloud.call("GET", env("sophia/group"))).headers.get("etag") ?? "";
    assert.equal(
      (await cloud.call("PATCH", env("sophia/group"), { body: TEXT, headers: { etag } })).status,
      200,
    );
    for (const name of ["etag", "if-match"]) {
      const stale = await cloud.call("PATCH", env("sophia/group"), { body: TEXT, headers: { [name]: etag } });
      assert.equal(stale.status, 409, name);
    }
    assert.equal((await cloud.call("PATCH", env("sophia/group"), { body: TEXT })).status, 200);
  });

  it("lets one of two writers with the same ETag through", async () => {
    await cloud.environment("sophia/group", TEXT);
    const etag = (await cloud.call("GET", env("sophia/group"))).headers.get("etag") ?? "";
    const writers = [1, 2, 3].map((n) =>
      cloud.call("PATCH", env("sophia/group"), { body: `values: {n: ${n}}`, headers: { etag } }),
    );
    const statuses = (await Promise.all(writers)).map((answer) => answer.status);
    assert.deepEqual(statuses.sort(), [200, 409, 409]);
  });

  it("keeps unchanged ciphertexts as they are through a read-modify-write", async () => {
    await cloud.environment("sophia/group", TEXT);
    const before = (await cloud.call("GET", env("sophia/group"))).text;
    await cloud.call("PATCH", env("sophia/group"), { body: `${before}  more:\n    fn::secret: added\n` });
    const after = (await cloud.call("GET", env("sophia/group"))).text;
    assert.ok(after.startsWith(before));
    assert.equal((await open(cloud, "sophia/group")).json.properties.more.value, "added");
  });

  it("refuses a ciphertext copied from another environment", async () => {
    await cloud.environment("sophia/group", TEXT);
    await cloud.environment("sophia/thief", "values: {}\n");
    const stolen = (await cloud.call("GET", env("sophia/group"))).text;
    const answer = await cloud.call("PATCH", env("sophia/thief"), { body: stolen });
    assert.equal(answer.status, 400);
    assert.match(answer.json.message, /not made by environment 'sophia\/thief'/);
  });

  it("refuses to delete a protected environment with 409, and deletes it once unprotected", async () => {
    await cloud.environment("sophia/group", TEXT);
    await cloud.call("PATCH", env("sophia/group", "/settings"), { body: { deletionProtected: true } });
    assert.equal((await cloud.call("DELETE", env("sophia/group"))).status, 409);
    assert.deepEqual((await cloud.call("GET", env("sophia/group", "/settings"))).json, {
      deletionProtected: true,
    });
    await cloud.call("PATCH", env("sophia/group", "/settings"), { body: { deletionProtected: false } });
    assert.equal((await cloud.call("DELETE", env("sophia/group"))).status, 200);
    assert.equal((await cloud.call("GET", env("sophia/group"))).status, 404);
    assert.equal((await cloud.call("GET", env("sophia/group", "/metadata"))).status, 404);
  });

  it("lists environments page by page", async () => {
    for (const name of ["c", "a", "b"]) await cloud.environment(`sophia/${name}`, "values: {}\n");
    const names: string[] = [];
    let token = "";
    do {
      const page = await cloud.call(
        "GET",
        `/api/esc/environments/${ORG}?maxResults=2&continuationToken=${encodeURIComponent(token)}`,
      );
      names.push(...page.json.environments.map((e: { name: string }) => e.name));
      token = page.json.nextToken;
    } while (token !== "");
    assert.deepEqual(names, ["a", "b", "c"]);
  });

  it("answers HEAD with the ETag and without a body", async () => {
    await cloud.environment("sophia/group", TEXT);
    const head = await cloud.call("HEAD", env("sophia/group"));
    const get = await cloud.call("GET", env("sophia/group"));
    assert.deepEqual([head.status, head.text, head.headers.get("etag")], [200, "", get.headers.get("etag")]);
  });

  it("refuses a definition above 4 MiB", async () => {
    await cloud.environment("sophia/group", TEXT);
    const answer = await cloud.call("PATCH", env("sophia/group"), {
      body: `# ${"x".repeat(4 * 1024 * 1024)}`,
    });
    assert.equal(answer.status, 413);
  });

  it("clones definition and secrets, encrypted again", async () => {
    await cloud.environment("sophia/group", TEXT);
    const body = { project: "sophia", name: "copy", preserveHistory: true };
    assert.equal((await cloud.call("POST", env("sophia/group", "/clone"), { body })).status, 204);
    assert.equal((await open(cloud, "sophia/copy")).json.properties.key.value, SECRET);
    const [one, two] = [
      await cloud.call("GET", env("sophia/group")),
      await cloud.call("GET", env("sophia/copy")),
    ];
    assert.notEqual(one.text, two.text);
  });

  it("encrypts and decrypts secrets for clients that build a ciphertext definition themselves", async () => {
    await cloud.environment("sophia/group", TEXT);
    const sealed = await cloud.call("POST", env("sophia/group", "/encrypt-secrets"), {
      body: { plaintexts: [SECRET] },
    });
    const [ciphertext] = sealed.json.ciphertexts;
    const text = `values:\n  key:\n    fn::secret:\n      ciphertext: ${ciphertext}\n`;
    assert.equal((await cloud.call("PATCH", env("sophia/group"), { body: text })).status, 200);
    assert.equal((await cloud.call("GET", env("sophia/group"))).text, text);
    const back = await cloud.call("POST", env("sophia/group", "/decrypt-secrets"), {
      body: { ciphertexts: [ciphertext] },
    });
    assert.deepEqual(back.json, { plaintexts: [SECRET] });
  });

  it("tells nobody outside the organization whether it exists", async () => {
    await cloud.environment("sophia/group", TEXT);
    for (const path of [env("sophia/group"), `/api/esc/environments/${ORG}`, `/api/orgs/${ORG}`])
      assert.equal((await cloud.call("GET", path, { token: TOKENS.other })).status, 404, path);
    assert.equal((await cloud.call("GET", env("sophia/group"), { token: null })).status, 401);
    assert.equal((await cloud.call("GET", env("sophia/group"), { token: "pul-unknown" })).status, 401);
  });
});

describe("the state folder of the sandbox's Pulumi Cloud", () => {
  it("holds no secret in plaintext, survives a restart, and is private", async () => {
    const folder = mkdtempSync(join(tmpdir(), "pulumi-cloud-"));
    try {
      const first = await startCloud({}, folder);
      await first.environment("sophia/group", TEXT);
      await open(first, "sophia/group");
      await first.close();
      for (const name of readdirSync(folder, { recursive: true, withFileTypes: true })) {
        if (!name.isFile()) continue;
        const content = readFileSync(join(name.parentPath, name.name), "utf8");
        assert.ok(!content.includes(SECRET) && !content.includes(TOKENS.admin), name.name);
      }
      const second = await startCloud({}, folder);
      assert.equal((await open(second, "sophia/group")).json.properties.key.value, SECRET);
      await second.reset();
      assert.equal((await second.call("GET", env("sophia/group"))).status, 404);
      await second.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
