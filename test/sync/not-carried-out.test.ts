import { deepEqual, equal, match } from "node:assert/strict";
import { ORG } from "../pulumi-cloud/cloud-fixture";
import { API_KEYS, jobCatalog, jobSecret, LEDGER } from "./small-job";
import { SyncStage, writes } from "./sync-stage";

const catalog = jobCatalog([jobSecret("ALPHA_KEY"), jobSecret("BETA_KEY")]);
const before = { ALPHA_KEY: "alpha-one", BETA_KEY: "beta-one" };
const after = { ALPHA_KEY: "alpha-two", BETA_KEY: "beta-two" };

describe("a write of the job that is answered with success and not carried out", () => {
  let stage: SyncStage;
  beforeEach(async () => {
    stage = await SyncStage.start();
    await stage.run({ catalog, input: before });
  });
  afterEach(() => stage.close());

  /** @param told revision that the service says it wrote, against the one that stands. */
  async function refuse(path: string, told: number, skip = 0): Promise<void> {
    const headers = { etag: "x", "pulumi-esc-revision": String((await stage.revision(path)) + told) };
    const url = `/api/esc/environments/${ORG}/${path}$`;
    stage.cloud.faults.add({ method: "PATCH", path: url, skip, times: 0, answer: { status: 200, headers } });
  }

  async function healed(): Promise<void> {
    stage.cloud.faults.clear();
    equal((await stage.run({ catalog, input: after })).code, 0);
    deepEqual(await stage.variables(API_KEYS), after);
    deepEqual(writes(await stage.run({ catalog, input: after })), []);
  }

  for (const told of [0, 1])
    it(`is told of values, which stay whole, when the service names ${told === 0 ? "the old" : "a new"} revision`, async () => {
      await refuse(API_KEYS, told);
      const { code, printed } = await stage.run({ catalog, input: after });
      equal(code, 1);
      match(printed.join("\n"), /error: .*app-api-keys: the service says that it wrote/);
      deepEqual(await stage.variables(API_KEYS), before);
      await healed();
    });

  it("is told of the ledger before a value is written", async () => {
    await refuse(LEDGER, 1);
    const { code, printed } = await stage.run({ catalog, input: after });
    equal(code, 1);
    match(printed.join("\n"), /error: .*app-ledger: the service says that it wrote/);
    deepEqual(await stage.variables(API_KEYS), before);
    await healed();
  });

  it("is told of the ledger's last write: the values stand, and the next run brings it up to date", async () => {
    await refuse(LEDGER, 2, 1);
    const { code, printed } = await stage.run({ catalog, input: after });
    equal(code, 1);
    match(printed.join("\n"), /app-ledger: the service says that it wrote/);
    deepEqual(await stage.variables(API_KEYS), after);
    await healed();
  });
});
