import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import type { Http } from "../../src/clients/http";
import { ORG, TOKENS, team } from "../pulumi-cloud/cloud-fixture";
import { API_KEYS, DATABASES, jobCatalog, jobSecret, LEDGER } from "./small-job";
import { ahead, behind, type Run, revisionsMade, SyncStage, writes } from "./sync-stage";

const catalog = jobCatalog([
  jobSecret("ALPHA_KEY"),
  jobSecret("BETA_KEY"),
  jobSecret("DB_PASSWORD", { group: "databases" }),
]);
const input = { ALPHA_KEY: "alpha-one", BETA_KEY: "beta-one", DB_PASSWORD: "db-one" };
const API_KEYS_URL = `/api/esc/environments/${ORG}/${API_KEYS}$`;
const LEDGER_URL = `/api/esc/environments/${ORG}/${LEDGER}$`;
const OTHERS = "values:\n  theirs: kept\n";

describe("the sync job when the service misbehaves", () => {
  let stage: SyncStage;
  beforeEach(async () => {
    stage = await SyncStage.start();
  });
  afterEach(() => stage.close());

  const arrived = async () => {
    deepEqual(await stage.variables(API_KEYS), { ALPHA_KEY: "alpha-one", BETA_KEY: "beta-one" });
    deepEqual(await stage.variables(DATABASES), { DB_PASSWORD: "db-one" });
  };
  /** A further run of the same finds nothing to do. */
  const settled = async () => {
    const run = await stage.run({ catalog, input });
    deepEqual([run.code, writes(run)], [0, []]);
    return run;
  };
  const created = (run: Run) => equal(run.printed[0], "production: 3 created");

  it("writes each values environment once and the ledger before and after, and on the second run nothing", async () => {
    const first = await stage.run({ catalog, input });
    created(first);
    equal(first.code, 0);
    deepEqual(revisionsMade(first).length, 4, "the ledger is told before and after");
    await arrived();
    const second = await settled();
    deepEqual(second.printed, ["production: 3 unchanged"]);
    deepEqual(second.requests.toSorted(), [
      `GET /api/esc/environments/${ORG}/${API_KEYS}`,
      `GET /api/esc/environments/${ORG}/${DATABASES}`,
      `GET /api/esc/environments/${ORG}/${LEDGER}/decrypt`,
    ]);
    deepEqual(
      await Promise.all([API_KEYS, DATABASES, LEDGER].map((path) => stage.revision(path))),
      [3, 3, 4],
    );
  });

  it("sends nothing to an address that others could listen at", async () => {
    let asked = 0;
    const through = (): Http => async () => {
      asked += 1;
      throw new Error("asked");
    };
    const environment = { PULUMI_BACKEND_URL: "http://api.pulumi.example" };
    const run = await stage.run({ catalog, input, environment, through });
    deepEqual([run.code, asked], [1, 0]);
    match(run.printed.join(), /PULUMI_BACKEND_URL: must be https/);
  });

  it("touches one environment when one value changes", async () => {
    await stage.run({ catalog, input });
    const run = await stage.run({ catalog, input: { ...input, BETA_KEY: "beta-two" } });
    equal(run.printed[0], "production: 1 updated, 2 unchanged");
    deepEqual(
      revisionsMade(run),
      [LEDGER, API_KEYS, LEDGER].map((path) => `PATCH /api/esc/environments/${ORG}/${path}`),
    );
  });

  for (const rounds of [1, 3]) {
    it(`keeps another writer's key that came in between ${rounds} time(s) in a row`, async () => {
      const through = behind(
        "GET",
        API_KEYS,
        (count) => stage.edit(API_KEYS, `values:\n  theirs: kept ${count}\n`),
        rounds,
      );
      const run = await stage.run({ catalog, input, through });
      created(run);
      equal(run.code, 0);
      equal(
        run.requests.filter((each) => each === `PATCH /api/esc/environments/${ORG}/${API_KEYS}`).length,
        2 * rounds + 1,
      );
      match(await stage.text(API_KEYS), new RegExp(`theirs: kept ${rounds}`));
      await arrived();
      await settled();
    });
  }

  it("would lose that key without the ETag: the guard is what keeps it", async () => {
    const withoutTag =
      (http: Http): Http =>
      ({ headers: { etag: _, ...headers } = {}, ...request }) =>
        http({ ...request, headers });
    const meanwhile = ahead("PATCH", API_KEYS, () => stage.edit(API_KEYS, OTHERS));
    const run = await stage.run({ catalog, input, through: (http) => meanwhile(withoutTag(http)) });
    equal(run.code, 0);
    doesNotMatch(await stage.text(API_KEYS), /theirs/);
  });

  it("gives up after five rounds with somebody who never stops writing, and says so", async () => {
    const through = ahead("PATCH", API_KEYS, (count) => stage.edit(API_KEYS, `values: {n: ${count}}\n`), 99);
    const run = await stage.run({ catalog, input, through });
    equal(run.code, 1);
    match(run.printed.join("\n"), /app-api-keys: somebody else wrote it in between\. Remedy: run again/);
    match(await stage.text(API_KEYS), /n: 5/);
    deepEqual(await stage.variables(DATABASES), { DB_PASSWORD: "db-one" });
    await stage.run({ catalog, input });
    await settled();
  });

  it("finds the same when the environment changes between its text and its values", async () => {
    await stage.run({ catalog, input });
    await stage.edit(API_KEYS, `${await stage.text(API_KEYS)}  theirs: one\n`);
    const through = ahead("GET", `${API_KEYS}/decrypt`, async () =>
      stage.edit(API_KEYS, `${await stage.text(API_KEYS)}  more: two\n`),
    );
    const run = await stage.run({ catalog, input, through });
    deepEqual([run.code, run.printed[0]], [0, "production: 3 unchanged"]);
  });

  for (const moment of ["before", "after"] as const) {
    it(`finishes when the connection breaks ${moment} the service carried a write out`, async () => {
      stage.cloud.faults.add({ method: "PATCH", path: API_KEYS_URL, reset: moment });
      stage.cloud.faults.add({ method: "PATCH", path: LEDGER_URL, reset: moment });
      const run = await stage.run({ catalog, input });
      equal(run.code, 0);
      created(run);
      await arrived();
      equal(await stage.revision(API_KEYS), 3, "one revision, not two");
      await settled();
    });
  }

  for (const status of [429, 503]) {
    it(`waits as long as it is told to on ${status}, then writes`, async () => {
      const answer = { status, headers: { "retry-after": "1" } };
      stage.cloud.faults.add({ method: "PATCH", path: API_KEYS_URL, answer });
      const start = performance.now();
      const run = await stage.run({ catalog, input });
      created(run);
      equal(run.code, 0);
      ok(performance.now() - start >= 990);
      equal(await stage.revision(API_KEYS), 3);
    });
  }

  it("looks before it repeats a write that was answered with 500", async () => {
    stage.cloud.faults.add({ method: "PATCH", path: API_KEYS_URL, answer: { status: 500 } });
    const run = await stage.run({ catalog, input });
    created(run);
    equal(run.code, 0);
    await arrived();
    equal(await stage.revision(API_KEYS), 3);
    await settled();
  });

  it("gives up on a group whose writes always end in 500, and finishes the others", async () => {
    stage.cloud.faults.add({ method: "PATCH", path: API_KEYS_URL, times: 0, answer: { status: 500 } });
    const run = await stage.run({ catalog, input });
    equal(run.code, 1);
    match(run.printed.join("\n"), /app-api-keys: the service answered 500\. Remedy: run again later/);
    deepEqual(await stage.variables(DATABASES), { DB_PASSWORD: "db-one" });
    stage.cloud.faults.clear();
    const next = await stage.run({ catalog, input });
    equal(next.printed[0], "production: 2 created, 1 unchanged");
    await settled();
  });

  it("comes to one right state when two runs go at once", async () => {
    const runs = await Promise.all([stage.run({ catalog, input }), stage.run({ catalog, input })]);
    deepEqual(
      runs.map((run) => run.code),
      [0, 0],
    );
    await arrived();
    equal(await stage.revision(API_KEYS), 3);
    await settled();
  });

  it("writes the other groups when one environment is missing, and names it", async () => {
    await stage.cloud.call("DELETE", `/api/esc/environments/${ORG}/${API_KEYS}`);
    const run = await stage.run({ catalog, input });
    equal(run.code, 1);
    match(run.printed.join("\n"), /error: payready\/default\/app-api-keys: there is no such environment/);
    deepEqual(await stage.variables(DATABASES), { DB_PASSWORD: "db-one" });
    match(run.summary, /app-api-keys/);
  });

  it("writes the other groups when the token may not write one, and names it", async () => {
    await team(stage.cloud, "sync", ["dev"], { [API_KEYS]: "open", [DATABASES]: "write", [LEDGER]: "write" });
    const run = await stage.run({ catalog, input, token: TOKENS.dev });
    equal(run.code, 1);
    match(run.printed.join("\n"), /app-api-keys: the token may not do this/);
    deepEqual(await stage.variables(DATABASES), { DB_PASSWORD: "db-one" });
    equal(await stage.revision(API_KEYS), 2);
  });

  it("stops at once with a token that is no longer known", async () => {
    const run = await stage.run({ catalog, input, token: "pul-expired" });
    deepEqual([run.code, writes(run)], [1, []]);
    match(run.printed.join("\n"), /the token is unknown, revoked or expired/);
  });
});
