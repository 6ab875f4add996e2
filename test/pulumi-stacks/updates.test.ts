import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { type FakeCloud, fakeCloud, TOKENS } from "./fake-cloud";
import { checkpoint, createUpdate, runUpdate, startUpdate } from "./update-steps";

const DEV = "/api/stacks/acme/shop/dev";
const BUSY = { code: 409, message: "Conflict: Another update is currently in progress." };

describe("updates of a stack", () => {
  let cloud: FakeCloud;
  const start = async (leaseSeconds?: number) => {
    cloud = await fakeCloud(undefined, leaseSeconds);
    await cloud.call("POST", "/api/stacks/acme/shop", { stackName: "dev" });
  };
  const exported = async () => (await cloud.call("GET", `${DEV}/export`)).body as Deployment;
  afterEach(() => cloud.close());

  it("give one of two that start at once the stack, and the other a conflict", async () => {
    await start();
    const ids = [await createUpdate(cloud, DEV), await createUpdate(cloud, DEV)];
    const answers = await Promise.all(ids.map((id) => cloud.call("POST", `${DEV}/update/${id}`, {})));
    deepEqual(answers.map((answer) => answer.status).sort(), [200, 409]);
    deepEqual(answers.find((answer) => answer.status === 409)?.body, BUSY);
  });

  it("refuse an import while one is running, and take it afterwards", async () => {
    await start();
    const update = await startUpdate(cloud, DEV);
    deepEqual((await cloud.call("POST", `${DEV}/import`, checkpoint(1))).body, BUSY);
    await cloud.call("POST", `${update.path}/complete`, { status: "failed" }, update.as);
    equal((await cloud.call("POST", `${DEV}/import`, checkpoint(1))).status, 200);
  });

  it("let previews run beside one, without a version and without a right to change the state", async () => {
    await start();
    await startUpdate(cloud, DEV);
    const preview = await startUpdate(cloud, DEV, "preview");
    equal((await cloud.call("PATCH", `${preview.path}/checkpoint`, checkpoint(1), preview.as)).status, 403);
    await cloud.call("POST", `${preview.path}/complete`, { status: "succeeded" }, preview.as);
    const { body } = await cloud.call("GET", `${DEV}/updates`);
    deepEqual(
      (body as { updates: { version: number }[] }).updates.map((one) => one.version),
      [1],
    );
  });

  it("keep what a dead one had done, for the next", async () => {
    await start();
    await runUpdate(cloud, DEV, checkpoint(1));
    const dead = await startUpdate(cloud, DEV);
    await cloud.call("PATCH", `${dead.path}/checkpoint`, checkpoint(3), dead.as);
    await cloud.call("POST", `${dead.path}/cancel`);
    equal((await exported()).deployment.resources?.length, 3);
    await startUpdate(cloud, DEV);
    equal((await exported()).deployment.resources?.length, 3);
  });

  it("take nothing more from one that was cancelled", async () => {
    await start();
    const update = await startUpdate(cloud, DEV);
    equal((await cloud.call("POST", `${update.path}/cancel`)).status, 204);
    for (const [method, step, body] of [
      ["PATCH", "checkpoint", checkpoint(1)],
      ["POST", "complete", { status: "succeeded" }],
      ["POST", "renew_lease", { duration: 300 }],
    ] as const)
      equal((await cloud.call(method, `${update.path}/${step}`, body, update.as)).status, 409, step);
    equal((await cloud.call("POST", `${update.path}/cancel`)).status, 409);
  });

  it("time out when nobody renews, which frees the stack", async () => {
    await start(1);
    const dead = await startUpdate(cloud, DEV);
    await rejects(startUpdate(cloud, DEV), /409/);
    await sleep(1050);
    const late = await cloud.call("PATCH", `${dead.path}/checkpoint`, checkpoint(1), dead.as);
    match((late.body as { message: string }).message, /timed out/);
    equal((await startUpdate(cloud, DEV)).version, 2);
  });

  it("live on while they renew, for at most 300 seconds a time", async () => {
    await start(2);
    const update = await startUpdate(cloud, DEV);
    for (let i = 0; i < 4; i += 1) {
      await sleep(600);
      const { status } = await cloud.call("POST", `${update.path}/renew_lease`, { duration: 300 }, update.as);
      equal(status, 200);
    }
    const { status } = await cloud.call("POST", `${update.path}/renew_lease`, { duration: 301 }, update.as);
    equal(status, 400);
  });

  it("listen to nobody without their own token", async () => {
    await start();
    const update = await startUpdate(cloud, DEV);
    for (const as of ["update-token guessed", `token ${TOKENS.ann}`, "update-token "])
      equal(
        (await cloud.call("PATCH", `${update.path}/checkpoint`, checkpoint(1), as)).status >= 401,
        true,
        as,
      );
    const { body } = await cloud.call(
      "PATCH",
      `${update.path}/checkpoint`,
      checkpoint(1),
      "update-token guessed",
    );
    equal((body as { code: number }).code, 403);
    equal((await exported()).deployment.resources, undefined);
  });

  it("may be told their end twice, since an answer can get lost", async () => {
    await start();
    const update = await runUpdate(cloud, DEV, checkpoint(1));
    const again = (status: string) => cloud.call("POST", `${update.path}/complete`, { status }, update.as);
    equal((await again("succeeded")).status, 204);
    equal((await again("failed")).status, 409);
    equal((await again("whatever")).status, 400);
    equal((await cloud.call("PATCH", `${update.path}/checkpoint`, checkpoint(0), update.as)).status, 409);
  });

  it("take compressed checkpoints, and refuse what is none", async () => {
    await start();
    const update = await startUpdate(cloud, DEV);
    const send = (body: Buffer) =>
      fetch(`${cloud.url}${update.path}/checkpoint`, {
        method: "PATCH",
        headers: { authorization: update.as, "content-encoding": "gzip" },
        body: new Uint8Array(body),
      });
    equal((await send(gzipSync(checkpoint(2)))).status, 204);
    equal((await send(Buffer.from(checkpoint(1)))).status, 400);
    for (const bad of ["", "{", "[]", "{}", '{"version":3}', '{"version":9,"deployment":{}}'])
      equal((await send(gzipSync(bad))).status, 400, bad);
    equal((await exported()).deployment.resources?.length, 2);
  });

  it("do not let a late repetition of a verbatim checkpoint overwrite a newer one", async () => {
    await start();
    const update = await startUpdate(cloud, DEV);
    for (const [sequenceNumber, resources] of [
      [1, 1],
      [3, 3],
      [2, 2],
    ] as const) {
      const body = `{"version":3,"untypedDeployment":${checkpoint(resources)},"sequenceNumber":${sequenceNumber}}`;
      equal((await cloud.call("PATCH", `${update.path}/checkpointverbatim`, body, update.as)).status, 204);
    }
    equal((await exported()).deployment.resources?.length, 3);
  });

  it("count events and keep none", async () => {
    await start();
    const update = await startUpdate(cloud, DEV);
    const events = [
      { stdoutEvent: { message: "printed by a program" } },
      { summaryEvent: { resourceChanges: { create: 4 } } },
    ];
    equal((await cloud.call("POST", `${update.path}/events/batch`, { events }, update.as)).status, 200);
    equal((await cloud.call("POST", `${update.path}/events/batch`, { events: [] }, update.as)).status, 400);
    const { body } = await cloud.call("GET", `${DEV}/updates/latest`);
    deepEqual((body as { info: { resourceChanges: object } }).info.resourceChanges, { create: 4 });
    deepEqual((await cloud.call("GET", `${update.path}/events`)).body, {
      events: [],
      continuationToken: null,
    });
  });

  it("leave a history by page, newest first, and one entry by version", async () => {
    await start();
    for (let i = 1; i <= 3; i += 1) await runUpdate(cloud, DEV, checkpoint(i));
    const { body } = await cloud.call("GET", `${DEV}/updates?pageSize=2&page=2`);
    deepEqual(
      (body as { updates: { version: number }[] }).updates.map((one) => one.version),
      [1],
    );
    const second = (await cloud.call("GET", `${DEV}/updates/2`)).body as { info: Record<string, unknown> };
    deepEqual([second.info.result, second.info.resourceCount], ["succeeded", 2]);
    equal((await cloud.call("GET", `${DEV}/updates/9`)).status, 404);
    equal(((await cloud.call("GET", `${DEV}/export/1`)).body as Deployment).deployment.resources?.length, 1);
    equal((await cloud.call("GET", `${DEV}/export/9`)).status, 404);
  });
});

interface Deployment {
  deployment: { resources?: unknown[] };
}
