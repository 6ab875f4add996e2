import { deepEqual, equal, match, notEqual } from "node:assert/strict";
import { ORG } from "../pulumi-cloud/cloud-fixture";
import { API_KEYS, DATABASES, jobCatalog, jobSecret, LEDGER } from "./small-job";
import { ahead, type Run, revisionsMade, SyncStage, writes } from "./sync-stage";

const catalog = jobCatalog([
  jobSecret("ALPHA_KEY"),
  jobSecret("BETA_KEY"),
  jobSecret("DB_PASSWORD", { group: "databases" }),
]);
const input = { ALPHA_KEY: "alpha-one", BETA_KEY: "beta-one", DB_PASSWORD: "db-one" };
const LEDGER_URL = `/api/esc/environments/${ORG}/${LEDGER}$`;

describe("the sync job and its ledger", () => {
  let stage: SyncStage;
  beforeEach(async () => {
    stage = await SyncStage.start();
  });
  afterEach(() => stage.close());

  /** A further run of the same finds nothing to do. */
  const settled = async () => {
    const run = await stage.run({ catalog, input });
    deepEqual([run.code, writes(run)], [0, []]);
    return run;
  };
  const created = (run: Run) => equal(run.printed[0], "production: 3 created");

  it("takes the key a concurrent run made, and finds its values", async () => {
    const through = ahead("PATCH", LEDGER, async () => {
      const other = await stage.run({ catalog, input });
      equal(other.code, 0);
    });
    const run = await stage.run({ catalog, input, through });
    deepEqual([run.code, run.printed[0]], [0, "production: 3 unchanged"], "the other one made them");
    const { requests } = await settled();
    equal(requests.length, 3, "the ledger is whole: no values were asked");
  });

  it("finishes what a run left that died before its ledger, without writing values again", async () => {
    stage.cloud.faults.add({ method: "PATCH", path: LEDGER_URL, skip: 1, answer: { status: 400 } });
    const died = await stage.run({ catalog, input });
    equal(died.code, 1);
    created(died);
    match(died.printed.join("\n"), /error: payready\/default\/app-ledger/);
    const next = await stage.run({ catalog, input });
    deepEqual([next.code, revisionsMade(next)], [0, [`PATCH /api/esc/environments/${ORG}/${LEDGER}`]]);
    equal((await settled()).requests.length, 3);
  });

  it("keeps its report when the ledger cannot be read again", async () => {
    stage.cloud.faults.add({ method: "PATCH", path: LEDGER_URL, skip: 1, answer: { status: 409 } });
    stage.cloud.faults.add({ method: "GET", path: `${LEDGER}/decrypt`, skip: 1, answer: { status: 401 } });
    const run = await stage.run({ catalog, input });
    created(run);
    equal(run.code, 1);
    match(run.printed.join("\n"), /app-ledger: the token is unknown, revoked or expired/);
  });

  for (const [what, text] of [
    ["emptied", "values: {}\n"],
    [
      "without its key",
      "values:\n  ledger:\n    key:\n      fn::secret: ''\n    revisions: {api-keys: 3, databases: 3}\n",
    ],
    ["something else", "values:\n  ledger: nonsense\n"],
  ] as const) {
    it(`rebuilds a ledger that is ${what} without new revisions of values`, async () => {
      await stage.run({ catalog, input });
      await stage.edit(LEDGER, text);
      const run = await stage.run({ catalog, input });
      deepEqual([run.code, revisionsMade(run)], [0, [`PATCH /api/esc/environments/${ORG}/${LEDGER}`]]);
      deepEqual([await stage.revision(API_KEYS), await stage.revision(DATABASES)], [3, 3]);
      equal((await settled()).requests.length, 3);
    });
  }

  it("writes nothing at all when the ledger does not exist or cannot be reached", async () => {
    await stage.cloud.call("DELETE", `/api/esc/environments/${ORG}/${LEDGER}`);
    const run = await stage.run({ catalog, input });
    deepEqual([run.code, writes(run)], [1, []]);
    match(run.printed.join("\n"), /app-ledger: there is no such environment/);
  });

  it("writes nothing when the ledger's text arrives empty as it is opened: that is no word of a pause", async () => {
    await stage.run({ catalog, input });
    const headers = { etag: "x", "pulumi-esc-revision": "9" };
    const path = `${LEDGER}/decrypt$`;
    stage.cloud.faults.add({ method: "GET", path, times: 0, answer: { status: 200, headers } });
    const run = await stage.run({ catalog, input: { ...input, ALPHA_KEY: "alpha-two" } });
    deepEqual([run.code, writes(run)], [1, []]);
    match(run.printed.join("\n"), /app-ledger: the ledger's text is empty at revision 9\. Remedy: /);
  });

  it("writes no value when the ledger cannot be told what must be written", async () => {
    await stage.run({ catalog, input });
    stage.cloud.faults.add({ method: "PATCH", path: LEDGER_URL, times: 0, answer: { status: 403 } });
    const run = await stage.run({ catalog, input: { ...input, ALPHA_KEY: "alpha-two" } });
    equal(run.code, 1);
    match(run.printed.join("\n"), /app-ledger: the token may not do this/);
    equal((await stage.variables(API_KEYS)).ALPHA_KEY, input.ALPHA_KEY);
  });

  it("writes nothing in a dry run, not even the ledger, and says what it would do", async () => {
    const run = await stage.run({ catalog, input, dryRun: true });
    deepEqual([run.code, writes(run)], [0, []]);
    equal(run.printed[0], "production: dry run, nothing written: 3 created");
    equal(await stage.text(LEDGER), "values: {}\n");
  });

  it("writes nothing when it is not clear whether a dry run is meant", async () => {
    const run = await stage.run({ catalog, input, environment: { SYNC_DRY_RUN: "1" } });
    deepEqual([run.code, run.requests], [1, []]);
    match(run.printed.join("\n"), /SYNC_DRY_RUN: is neither true nor false/);
  });

  it("never shows equal values of two secrets as equal fingerprints", async () => {
    await stage.run({ catalog, input: { ...input, BETA_KEY: "alpha-one" } });
    const prints = [...(await stage.clear(LEDGER)).matchAll(/fingerprint: (\S+)/g)].map((found) => found[1]);
    equal(prints.length, 3);
    notEqual(prints[0], prints[1]);
  });
});
