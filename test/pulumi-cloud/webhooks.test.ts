import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type CloudFixture, env, ORG, startCloud } from "./cloud-fixture";

interface Received {
  headers: IncomingHttpHeaders;
  body: string;
}

describe("webhooks of the sandbox's Pulumi Cloud", () => {
  let cloud: CloudFixture;
  let receiver: Server;
  let url: string;
  let received: Received[];
  let waiting: (() => void)[];

  beforeEach(async () => {
    cloud = await startCloud();
    received = [];
    waiting = [];
    receiver = createServer(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      received.push({ headers: request.headers, body });
      response.end("thanks");
      for (const wake of waiting.splice(0)) wake();
    });
    await new Promise<void>((done) => receiver.listen(0, "127.0.0.1", done));
    url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  });
  afterEach(async () => {
    await cloud.close();
    receiver.close();
  });

  const arrived = async (count: number) => {
    while (received.length < count) await new Promise<void>((wake) => waiting.push(wake));
    return received;
  };
  const hook = (change: object = {}) => ({
    name: "sync",
    displayName: "Sync",
    payloadUrl: url,
    active: true,
    ...change,
  });

  it("deliver a new revision with kind, id and signature", async () => {
    await cloud.environment("sophia/group", "values: {}\n");
    const body = hook({ secret: "shared", filters: ["environment_revision_created"], organizationName: ORG });
    const made = await cloud.call("POST", env("sophia/group", "/hooks"), { body });
    assert.equal(made.status, 201, made.text);
    assert.ok(!made.text.includes("shared"));
    assert.equal(made.json.hasSecret, true);
    await cloud.call("PATCH", env("sophia/group"), {
      body: "values:\n  key:\n    fn::secret: s3cr3t-value\n",
    });
    const [delivery] = await arrived(1);
    assert.equal(delivery?.headers["pulumi-webhook-kind"], "environment_revision");
    const signature = createHmac("sha256", "shared")
      .update(delivery?.body ?? "")
      .digest("hex");
    assert.equal(delivery?.headers["pulumi-webhook-signature"], signature);
    const payload = JSON.parse(delivery?.body ?? "");
    assert.deepEqual([payload.action, payload.revision, payload.environmentName], ["created", 3, "group"]);
    assert.ok(!delivery?.body.includes("s3cr3t-value"));
  });

  it("are recorded with the receiver's answer and can be sent again", async () => {
    await cloud.environment("sophia/group", "values: {}\n");
    await cloud.call("POST", env("sophia/group", "/hooks"), { body: hook() });
    const ping = await cloud.call("POST", env("sophia/group", "/hooks/sync/ping"));
    assert.deepEqual(
      [ping.json.kind, ping.json.responseCode, ping.json.responseBody],
      ["ping", 200, "thanks"],
    );
    const again = `/hooks/sync/deliveries/${ping.json.id}/redeliver`;
    assert.equal((await cloud.call("POST", env("sophia/group", again))).json.payload, ping.json.payload);
    assert.equal((await cloud.call("GET", env("sophia/group", "/hooks/sync/deliveries"))).json.length, 2);
    assert.equal(received.length, 2);
  });

  it("of an organization hear of creation, deletion and every environment, filtered by what they ask for", async () => {
    const path = `/api/orgs/${ORG}/hooks`;
    await cloud.call("POST", path, {
      body: hook({ filters: ["environment_created", "environment_tag_created"] }),
    });
    await cloud.environment("sophia/group", "values: {}\n");
    await cloud.call("POST", env("sophia/group", "/tags"), { body: { name: "owner", value: "platform" } });
    await cloud.call("DELETE", env("sophia/group"));
    const kinds = (await arrived(2)).map(({ headers }) => headers["pulumi-webhook-kind"]);
    assert.deepEqual(kinds.sort(), ["environment", "environment_tag"]);
  });

  it("stay quiet when inactive", async () => {
    await cloud.environment("sophia/group", "values: {}\n");
    await cloud.call("POST", env("sophia/group", "/hooks"), { body: hook({ active: false }) });
    await cloud.call("POST", env("sophia/group", "/hooks"), { body: hook({ name: "loud" }) });
    await cloud.call("PATCH", env("sophia/group"), { body: "values: {}\n" });
    await arrived(1);
    assert.deepEqual((await cloud.call("GET", env("sophia/group", "/hooks/sync/deliveries"))).json, []);
  });

  it("are never sent to another machine", async () => {
    await cloud.environment("sophia/group", "values: {}\n");
    for (const payloadUrl of ["https://hooks.example.com/x", "http://127.0.0.1.example.com/", "not a url"]) {
      const name = `h${payloadUrl.length}`;
      await cloud.call("POST", env("sophia/group", "/hooks"), { body: hook({ name, payloadUrl }) });
      const ping = await cloud.call("POST", env("sophia/group", `/hooks/${name}/ping`));
      assert.deepEqual(
        [ping.json.responseCode, ping.json.responseBody.slice(0, 8)],
        [0, "not sent"],
        payloadUrl,
      );
    }
  });

  it("change as a whole, keep their secret unless told otherwise, and go", async () => {
    const path = `/api/orgs/${ORG}/hooks`;
    await cloud.call("POST", path, { body: hook({ secret: "shared", filters: ["environment_created"] }) });
    assert.equal((await cloud.call("POST", path, { body: hook() })).status, 409);
    const changed = (
      await cloud.call("PATCH", `${path}/sync`, { body: hook({ displayName: "New", secret: "" }) })
    ).json;
    assert.deepEqual([changed.displayName, changed.filters, changed.hasSecret], ["New", [], true]);
    const cleared = await cloud.call("PATCH", `${path}/sync`, { body: hook({ secret: "__remove-secret" }) });
    assert.equal(cleared.json.hasSecret, false);
    assert.equal((await cloud.call("DELETE", `${path}/sync`)).status, 204);
    assert.equal((await cloud.call("GET", `${path}/sync`)).status, 404);
  });

  it("refuse a body of another organization, a bad name and the deployments format on organizations", async () => {
    const path = `/api/orgs/${ORG}/hooks`;
    for (const change of [
      { organizationName: "other" },
      { name: "a/b" },
      { format: "pulumi_deployments" },
      { format: "x" },
    ])
      assert.equal(
        (await cloud.call("POST", path, { body: hook(change) })).status,
        400,
        JSON.stringify(change),
      );
  });
});
