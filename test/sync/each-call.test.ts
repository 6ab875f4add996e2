import { deepEqual, equal, match } from "node:assert/strict";
import type { Fault } from "../../sandbox/core/faults";
import { ORG } from "../pulumi-cloud/cloud-fixture";
import { API_KEYS, DATABASES, jobCatalog, jobSecret, LEDGER } from "./small-job";
import { SyncStage, writes } from "./sync-stage";

const catalog = jobCatalog([jobSecret("ALPHA_KEY"), jobSecret("DB_PASSWORD", { group: "databases" })]);
const before = { ALPHA_KEY: "alpha-one", DB_PASSWORD: "db-one" };
const input = { ALPHA_KEY: "alpha-two", DB_PASSWORD: "db-two" };
const at = (path: string, rest = "") => `/api/esc/environments/${ORG}/${path}${rest}$`;

/** Every call that a run makes. */
const CALLS: [string, Pick<Fault, "method" | "path" | "skip">][] = [
  ["reading the ledger", { method: "GET", path: at(LEDGER, "/decrypt") }],
  ["reading values", { method: "GET", path: at(API_KEYS) }],
  ["opening values", { method: "GET", path: at(API_KEYS, "/decrypt") }],
  ["writing values", { method: "PATCH", path: at(API_KEYS) }],
  ["telling the ledger what must be written", { method: "PATCH", path: at(LEDGER) }],
];
/** What never works here fails no run (tags.test.ts). */
const TAG: (typeof CALLS)[number] = [
  "tagging values",
  { method: "POST", path: at(API_KEYS, "/versions/tags") },
];
/** The ledger's second write: what was written stands already. */
const LAST: (typeof CALLS)[number] = ["writing the ledger", { method: "PATCH", path: at(LEDGER), skip: 1 }];
const retry = (status: number) => ({ answer: { status, headers: { "retry-after": "0" } } });
/** Everything that can happen to it, once. */
const FAULTS: [string, Partial<Fault>][] = [
  ["stalls", { delayMs: 1000 }],
  ["fails before it is carried out", { reset: "before" }],
  ["fails after it was carried out", { reset: "after" }],
  ["is answered with 429", retry(429)],
  ["is answered with 500", retry(500)],
  ["is answered with 502", retry(502)],
  ["is answered with 503", retry(503)],
  ["is refused by a secondary limit", retry(403)],
];

describe("each call of the sync job, when it goes wrong once", () => {
  let stage: SyncStage;
  beforeEach(async () => {
    stage = await SyncStage.start();
    await stage.run({ catalog, input: before });
    // A person's edit, so that the run has to open the values as well.
    await stage.edit(API_KEYS, `${await stage.text(API_KEYS)}  theirs: kept\n`);
  });
  afterEach(() => stage.close());

  for (const [call, which] of [...CALLS, LAST, TAG]) {
    for (const [what, fault] of FAULTS) {
      it(`ends in the right state when ${call} ${what}`, async () => {
        stage.cloud.faults.add({ ...which, ...fault });
        const run = await stage.run({ catalog, input, timeoutMs: 250 });
        deepEqual([run.code, run.printed[0]], [0, "production: 2 updated"]);
        equal(run.printed.at(-1), "tagged run-43");
        // A request that stalled is carried out late, which an ETag makes harmless.
        if (fault.delayMs !== undefined) await new Promise((done) => setTimeout(done, fault.delayMs));
        const standing = { ...(await stage.variables(API_KEYS)), ...(await stage.variables(DATABASES)) };
        deepEqual(standing, input);
        match(await stage.text(API_KEYS), /theirs: kept/);
        const settled = await stage.run({ catalog, input });
        deepEqual([settled.code, writes(settled)], [0, []]);
      });
    }

    if (call === TAG[0]) continue;
    it(`fails with a clear word, and loses nothing, when ${call} never works`, async () => {
      stage.cloud.faults.add({ ...which, times: 0, reset: "before" });
      const run = await stage.run({ catalog, input });
      equal(run.code, 1);
      match(run.printed.join("\n"), /error: .*no answer \(ECONNRESET\)\. Remedy: /);
      stage.cloud.faults.clear();
      match(await stage.text(API_KEYS), /theirs: kept/);
      equal((await stage.run({ catalog, input })).code, 0);
      deepEqual({ ...(await stage.variables(API_KEYS)), ...(await stage.variables(DATABASES)) }, input);
    });
  }
});
