import assert from "node:assert/strict";
import { type CloudFixture, ORG, startCloud } from "../pulumi-cloud/cloud-fixture";
import { skip } from "../skip";
import { noDescription, pulumiContract } from "./pulumi-contract";
import { servedRoutes } from "./served-routes";

const STACK = `/api/stacks/${ORG}/shop/dev`;

describe("the sandbox's stacks, held to the service's own description", () => {
  let cloud: CloudFixture;

  before(async function () {
    if (noDescription !== undefined) skip(this, noDescription);
    cloud = await startCloud();
  });
  after(() => cloud?.close());

  // biome-ignore lint/suspicious/noExplicitAny: tests look into the vendor's JSON
  const ask = async (method: string, path: string, body?: unknown, as?: string): Promise<any> => {
    const options = as === undefined ? { body } : { body, headers: { authorization: as } };
    const answer = await cloud.call(method, path, options);
    assert.ok(answer.status < 400, `${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.json;
  };

  it("answers a stack's life", async () => {
    await ask("POST", `/api/stacks/${ORG}/shop`, { stackName: "dev" });
    await ask("HEAD", `/api/stacks/${ORG}/shop`);
    await ask("PATCH", `${STACK}/tags`, { "pulumi:project": "shop" });
    await ask("PUT", `${STACK}/config`, { environment: "app/base" });
    for (const path of ["", "/config", "/policypacks"]) await ask("GET", STACK + path);
    await ask("DELETE", `${STACK}/config`);
    const plaintext = Buffer.from("x").toString("base64");
    const { ciphertext } = await ask("POST", `${STACK}/encrypt`, { plaintext });
    const { ciphertexts } = await ask("POST", `${STACK}/batch-encrypt`, { plaintexts: [plaintext] });
    await ask("POST", `${STACK}/decrypt`, { ciphertext });
    await ask("POST", `${STACK}/batch-decrypt`, { ciphertexts });
    for (const path of ["log-decryption", "log-batch-decryption"])
      await ask("POST", `${STACK}/decrypt/${path}`, { commandName: "config" });
    await update("update", "succeeded");
    await update("preview", "succeeded");
    for (const path of ["/export", "/export/1", "/updates", "/updates/latest", "/updates/1"])
      await ask("GET", STACK + path);
    await ask("GET", `${STACK}/updates/latest/previews`);
    const { updateId } = await ask("POST", `${STACK}/import`, await ask("GET", `${STACK}/export`));
    await ask("GET", `${STACK}/update/${updateId}`);
    await ask("GET", "/api/user/stacks");
    await ask("POST", `${STACK}/rename`, { newName: "prod", newProject: "shop" });
    await ask("DELETE", `/api/stacks/${ORG}/shop/prod?force=true`);
  });

  it("describes and was asked all that it serves, where GET of a project only answers HEAD", () => {
    const served = servedRoutes(cloud.service.app, /^$/).filter(({ name }) => / \/api\/stacks\//.test(name));
    assert.ok(served.length > 30);
    const asked = new Set([...cloud.answered].map((name) => name.replace(/^HEAD /, "GET ")));
    for (const { method, name, sample } of served) {
      const isDescribed = ["GET", "HEAD"].includes(method)
        ? ["GET", "HEAD"].some((each) => pulumiContract()?.operationOf(each, sample))
        : pulumiContract()?.operationOf(method, sample);
      assert.ok(isDescribed && asked.has(name), name);
    }
  });

  /** One update of the stack, with all that the CLI sends of it. */
  async function update(kind: string, status: string): Promise<void> {
    const { updateID } = await ask("POST", `${STACK}/${kind}`, {});
    const path = `${STACK}/${kind}/${updateID}`;
    const { token } = await ask("POST", path, {});
    const own = `update-token ${token}`;
    const deployment = { version: 3, deployment: { manifest: {}, resources: [] } };
    if (kind === "update") {
      await ask("PATCH", `${path}/checkpoint`, deployment, own);
      const untyped = { version: 3, untypedDeployment: deployment, sequenceNumber: 1 };
      await ask("PATCH", `${path}/checkpointverbatim`, untyped, own);
    }
    await ask("POST", `${path}/events/batch`, { events: [{ sequence: 1, timestamp: 1 }] }, own);
    await ask("POST", `${path}/renew_lease`, { duration: 60 }, own);
    for (const part of ["", "/events"]) await ask("GET", path + part);
    await ask("POST", `${path}/complete`, { status }, own);
    const { updateID: second } = await ask("POST", `${STACK}/${kind}`, {});
    await ask("POST", `${STACK}/${kind}/${second}`, {});
    await ask("POST", `${STACK}/${kind}/${second}/cancel`);
  }
});
