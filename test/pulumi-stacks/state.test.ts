import { deepEqual, equal, match, notEqual } from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FakeCloud, fakeCloud, TOKENS } from "./fake-cloud";
import { checkpoint, runUpdate, startUpdate } from "./update-steps";

const DEV = "/api/stacks/acme/shop/dev";
const CANARY = "correct horse battery staple";
const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("what a stack holds", () => {
  let cloud: FakeCloud;
  let folder: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "stacks-"));
    cloud = await fakeCloud(folder);
    await cloud.call("POST", "/api/stacks/acme/shop", { stackName: "dev" });
  });
  afterEach(async () => {
    await cloud.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const exportText = async (stack = DEV) =>
    (
      await fetch(`${cloud.url}${stack}/export`, { headers: { authorization: `token ${TOKENS.ann}` } })
    ).text();
  const encrypt = async (value: string, stack = DEV) => {
    const { body } = await cloud.call("POST", `${stack}/encrypt`, { plaintext: base64(value) });
    return (body as { ciphertext: string }).ciphertext;
  };

  it("comes back digit for digit", async () => {
    const odd = ',"odd":[12345678901234567890,1.0,1e400,"\\u00e9"]';
    await runUpdate(cloud, DEV, checkpoint(1, odd));
    match(await exportText(), /"odd":\[12345678901234567890,1\.0,1e400,"\\u00e9"\]/);
  });

  it("survives a restart, a running update included", async () => {
    const update = await startUpdate(cloud, DEV);
    await cloud.call("PATCH", `${update.path}/checkpoint`, checkpoint(2), update.as);
    await cloud.close();
    cloud = await fakeCloud(folder);
    equal((await cloud.call("PATCH", `${update.path}/checkpoint`, checkpoint(3), update.as)).status, 204);
    equal(
      (await cloud.call("POST", `${update.path}/complete`, { status: "succeeded" }, update.as)).status,
      204,
    );
    equal((JSON.parse(await exportText()) as Exported).deployment.resources.length, 3);
  });

  it("names the address it was asked for at, since the sandbox's port may change", async () => {
    const manager = managerOf("dev", "http://127.0.0.1:1");
    await runUpdate(cloud, DEV, checkpoint(1, manager));
    match(await exportText(), new RegExp(`"url":"${cloud.url}"`));
  });

  it("lies in files that only their owner reads", async () => {
    await runUpdate(cloud, DEV, checkpoint(1));
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
    equal(files.length, 2);
    for (const file of files) equal(statSync(join(file.parentPath, file.name)).mode & 0o077, 0);
  });

  it("has its secrets encrypted for it alone", async () => {
    const ciphertext = await encrypt(CANARY);
    const opened = await cloud.call("POST", `${DEV}/decrypt`, { ciphertext });
    deepEqual(opened.body, { plaintext: base64(CANARY) });
    await cloud.call("POST", "/api/stacks/acme/shop", { stackName: "other" });
    equal((await cloud.call("POST", "/api/stacks/acme/shop/other/decrypt", { ciphertext })).status, 400);
    await cloud.call("DELETE", DEV);
    await cloud.call("POST", "/api/stacks/acme/shop", { stackName: "dev" });
    equal((await cloud.call("POST", `${DEV}/decrypt`, { ciphertext })).status, 400);
  });

  it("has them decrypted in batches, keyed by ciphertext, and each read counted in the audit log", async () => {
    const { body } = await cloud.call("POST", `${DEV}/batch-encrypt`, { plaintexts: [base64("a"), null] });
    const { ciphertexts } = body as { ciphertexts: [string, string] };
    notEqual(await encrypt("a"), ciphertexts[0]);
    const opened = await cloud.call("POST", `${DEV}/batch-decrypt`, { ciphertexts });
    deepEqual(opened.body, { plaintexts: { [ciphertexts[0]]: base64("a"), [ciphertexts[1]]: "" } });
    const bad = [ciphertexts[0], base64("made elsewhere, and long enough to be one")];
    equal((await cloud.call("POST", `${DEV}/batch-decrypt`, { ciphertexts: bad })).status, 400);
    const reads = cloud.audit().filter((entry) => entry.action === "stack.decrypt");
    deepEqual(
      reads.map(({ actor, details }) => [actor, details]),
      [["ann", { values: 2 }]],
    );
  });

  it("names wrong fields of a request without showing what they held", async () => {
    const { status, body } = await cloud.call("POST", `${DEV}/encrypt`, { plaintext: CANARY });
    equal(status, 400);
    match(JSON.stringify(body), /plaintext/);
    equal(JSON.stringify(body).includes(CANARY), false);
  });

  it("is not taken from another stack when its secrets were encrypted there", async () => {
    const secret = ',"x":{"ciphertext":"AAAA"}';
    const import_ = (stack: string) =>
      cloud.call("POST", `${DEV}/import`, checkpoint(1, managerOf(stack, cloud.url) + secret));
    equal((await import_("other")).status, 400);
    const { status, body } = await import_("dev");
    equal(status, 200);
    const { updateId } = body as { updateId: string };
    deepEqual((await cloud.call("GET", `${DEV}/update/${updateId}`)).body, {
      status: "succeeded",
      events: [],
    });
  });

  it("follows a rename: names in URNs, the root resource, the secrets manager; its secrets stay readable", async () => {
    const ciphertext = await encrypt(CANARY);
    const root = ',"r":["urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev","urn:pulumi:dev2::shop::t::r"]';
    await runUpdate(cloud, DEV, checkpoint(1, managerOf("dev", cloud.url) + root));
    equal((await cloud.call("POST", `${DEV}/rename`, { newName: "prod", newProject: "store" })).status, 200);
    const PROD = "/api/stacks/acme/store/prod";
    const text = await exportText(PROD);
    match(text, /"urn:pulumi:prod::store::t::r0"/);
    match(
      text,
      /\["urn:pulumi:prod::store::pulumi:pulumi:Stack::store-prod","urn:pulumi:dev2::shop::t::r"\]/,
    );
    match(text, /"owner":"acme","project":"store","stack":"prod"/);
    equal((await cloud.call("GET", DEV)).status, 404);
    deepEqual((await cloud.call("POST", `${PROD}/decrypt`, { ciphertext })).body, {
      plaintext: base64(CANARY),
    });
    const latest = (await cloud.call("GET", `${PROD}/updates/latest`)).body as {
      info: Record<string, unknown>;
    };
    deepEqual(
      [latest.info.kind, latest.info.config],
      ["rename", { "shop:size": { string: "3", secret: false, object: false } }],
    );
    equal((await cloud.call("POST", `${PROD}/rename`, { newName: "prod", newProject: "store" })).status, 400);
  });

  it("can begin as the state of a stack that is created with one", async () => {
    const state = JSON.parse(checkpoint(2)) as object;
    equal((await cloud.call("POST", "/api/stacks/acme/shop", { stackName: "copy", state })).status, 200);
    equal(
      (JSON.parse(await exportText("/api/stacks/acme/shop/copy")) as Exported).deployment.resources.length,
      2,
    );
  });

  it("leaves nothing on disk when the stack is deleted", async () => {
    await runUpdate(cloud, DEV, checkpoint(1));
    await cloud.call("DELETE", `${DEV}?force=true`);
    deepEqual(readdirSync(join(folder, "checkpoints")), []);
    equal(readFileSync(join(folder, "stacks.json"), "utf8"), '{"stacks":[]}');
  });
});

interface Exported {
  deployment: { resources: unknown[] };
}

function managerOf(stack: string, url: string): string {
  return `,"secrets_providers":{"type":"service","state":{"url":"${url}","owner":"acme","project":"shop","stack":"${stack}"}}`;
}
