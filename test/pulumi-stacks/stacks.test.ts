import { deepEqual, equal, match } from "node:assert/strict";
import { type FakeCloud, fakeCloud, TOKENS } from "./fake-cloud";
import { checkpoint, createUpdate, runUpdate, startUpdate } from "./update-steps";

const DEV = "/api/stacks/acme/shop/dev";

describe("stacks of the sandbox's Pulumi Cloud", () => {
  let cloud: FakeCloud;
  beforeEach(async () => {
    cloud = await fakeCloud();
    await cloud.call("POST", "/api/stacks/acme/shop", {
      stackName: "dev",
      tags: { "pulumi:project": "shop" },
    });
  });
  afterEach(() => cloud.close());

  it("are created once, and refused the second time in the words the CLI looks for", async () => {
    const again = await cloud.call("POST", "/api/stacks/acme/shop", { stackName: "dev" });
    equal(again.status, 409);
    match((again.body as { message: string }).message, /already exists/);
  });

  it("are refused names and tags that the service does not take", async () => {
    for (const body of [
      { stackName: "a b" },
      { stackName: "x".repeat(101) },
      { stackName: "ok", tags: { "bad name": "" } },
      { stackName: "ok", tags: { long: "x".repeat(257) } },
      { stackName: "ok", teams: ["sync"] },
      {},
    ])
      equal((await cloud.call("POST", "/api/stacks/acme/shop", body)).status, 400, JSON.stringify(body));
  });

  it("are listed for the members of their organization alone, by project and tag", async () => {
    const names = async (query: string, token: string) => {
      const { body } = await cloud.call("GET", `/api/user/stacks${query}`, undefined, `token ${token}`);
      return (body as { stacks: { stackName: string }[] }).stacks.map((stack) => stack.stackName);
    };
    deepEqual(await names("", TOKENS.bob), ["dev"]);
    deepEqual(await names("", TOKENS.eve), []);
    deepEqual(await names("?project=other", TOKENS.ann), []);
    deepEqual(await names("?tagName=pulumi:project&tagValue=shop", TOKENS.ann), ["dev"]);
    deepEqual(await names("?tagName=pulumi:project&tagValue=other", TOKENS.ann), []);
  });

  it("answer 401 without a token, 403 to outsiders and team tokens, and say so in the audit log", async () => {
    equal((await cloud.call("GET", DEV, undefined, "")).status, 401);
    equal((await cloud.call("POST", `${DEV}/import`, "not json", "token nobody")).status, 401);
    equal((await cloud.call("GET", `${DEV}/export`, undefined, `token ${TOKENS.eve}`)).status, 403);
    equal((await cloud.call("GET", `${DEV}/export`, undefined, `token ${TOKENS.team}`)).status, 403);
    const denied = cloud.audit().filter((entry) => entry.outcome === "denied");
    deepEqual(
      denied.map(({ actor, action, target }) => [actor, action, target]),
      [
        ["eve", "stack.export", "acme/shop/dev"],
        ["sync", "stack.export", "acme/shop/dev"],
      ],
    );
  });

  it("answer 404 in the service's shape for stacks, projects and calls that are not there", async () => {
    equal((await cloud.call("GET", "/api/stacks/acme/shop/none")).status, 404);
    equal((await fetch(`${cloud.url}/api/stacks/acme/none`, head())).status, 404);
    equal((await fetch(`${cloud.url}/api/stacks/acme/shop`, head())).status, 200);
    const unknown = await cloud.call("POST", `${DEV}/unheard-of`);
    deepEqual(unknown, {
      status: 404,
      body: { code: 404, message: `Not Found: POST ${DEV}/unheard-of` },
    });
  });

  it("are not deleted while they hold resources, unless that is asked for", async () => {
    await runUpdate(cloud, DEV, checkpoint(2));
    const refused = await cloud.call("DELETE", `${DEV}?force=false`);
    deepEqual(refused.body, { code: 400, message: "Bad Request: Stack still contains resources." });
    equal((await cloud.call("DELETE", `${DEV}?force=true`)).status, 204);
    equal((await cloud.call("GET", DEV)).status, 404);
  });

  it("are not deleted or renamed under a running update", async () => {
    await startUpdate(cloud, DEV);
    equal((await cloud.call("DELETE", `${DEV}?force=true`)).status, 400);
    equal((await cloud.call("POST", `${DEV}/rename`, { newName: "prod", newProject: "shop" })).status, 409);
  });

  it("get a whole new set of tags, but never another project by a tag", async () => {
    equal((await cloud.call("PATCH", `${DEV}/tags`, { "pulumi:project": "shop", a: "b" })).status, 204);
    equal((await cloud.call("PATCH", `${DEV}/tags`, { "pulumi:project": "other" })).status, 400);
    const { body } = await cloud.call("GET", DEV);
    deepEqual((body as { tags: object }).tags, { "pulumi:project": "shop", a: "b" });
  });

  it("change nothing and show nothing when the audit log cannot be written", async () => {
    const id = await createUpdate(cloud, DEV);
    const plaintext = Buffer.from("canary").toString("base64");
    const { ciphertext } = (await cloud.call("POST", `${DEV}/encrypt`, { plaintext })).body as Record<
      string,
      string
    >;
    cloud.breakAudit();
    const opened = await cloud.call("POST", `${DEV}/decrypt`, { ciphertext });
    deepEqual(opened, { status: 500, body: { code: 500, message: "Internal Server Error: Error ENOSPC" } });
    equal((await cloud.call("POST", "/api/stacks/acme/shop", { stackName: "more" })).status, 500);
    equal((await cloud.call("GET", "/api/stacks/acme/shop/more")).status, 404);
    equal((await cloud.call("POST", `${DEV}/update/${id}`, {})).status, 500);
    equal(((await cloud.call("GET", DEV)).body as { version: number }).version, 0);
    equal((await cloud.call("GET", `${DEV}/export`)).status, 500);
  });

  it("may keep their configuration in an environment, and have no policies required of them", async () => {
    equal((await cloud.call("GET", `${DEV}/config`)).status, 404);
    equal((await cloud.call("PUT", `${DEV}/config`, { environment: "shop/dev" })).status, 200);
    deepEqual(((await cloud.call("GET", DEV)).body as { config: object }).config, {
      environment: "shop/dev",
    });
    equal((await cloud.call("DELETE", `${DEV}/config`)).status, 204);
    deepEqual((await cloud.call("GET", `${DEV}/policypacks`)).body, { requiredPolicies: [] });
  });

  it("announce batches and the newest schema, but neither deltas nor a journal", async () => {
    const { capabilities } = (await cloud.call("GET", "/api/capabilities", undefined, "")).body as {
      capabilities: { capability: string }[];
    };
    deepEqual(
      capabilities.map((one) => one.capability),
      ["batch-encrypt", "deployment-schema-version", "stack-policy-packs"],
    );
    const { body } = await cloud.call("POST", `${DEV}/update/${await createUpdate(cloud, DEV)}`, {
      journalVersion: 1,
    });
    equal("journalVersion" in (body as object), false);
  });

  it("are gone after a reset", async () => {
    await cloud.reset();
    equal((await cloud.call("GET", DEV)).status, 404);
  });
});

const head = () => ({ method: "HEAD", headers: { authorization: `token ${TOKENS.ann}` } });
