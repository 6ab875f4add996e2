import { deepEqual, doesNotMatch, equal, match, notEqual } from "node:assert/strict";
import { parseLedger } from "../../src/ledger/ledger";
import { changed } from "../../src/ledger/ledger-store";
import type { Pause } from "../../src/ledger/pause";
import { ORG } from "../pulumi-cloud/cloud-fixture";
import { API_KEYS, DATABASES, jobCatalog, jobSecret, LEDGER } from "./small-job";
import { ahead, behind, SyncStage, writes } from "./sync-stage";

const catalog = jobCatalog([jobSecret("ALPHA_KEY"), jobSecret("DB_PASSWORD", { group: "databases" })]);
const one = { ALPHA_KEY: "canary-one", DB_PASSWORD: "canary-db" };
const two = { ...one, ALPHA_KEY: "canary-two" };
const SINCE = "2026-01-01T00:00:00.000Z";
const UNTIL = "2026-01-02T12:00:00.000Z";

describe("the sync job of an environment that somebody paused", () => {
  let stage: SyncStage;
  beforeEach(async () => {
    stage = await SyncStage.start();
    await stage.run({ catalog, input: one });
  });
  afterEach(() => stage.close());

  const pause = async (change: Partial<Pause> = {}) =>
    stage.edit(
      LEDGER,
      changed(await stage.text(LEDGER), {
        paused: { reason: "vendor is down", by: "ada", since: SINCE, ...change },
      }) ?? "",
    );
  const alpha = async () => (await stage.variables(API_KEYS)).ALPHA_KEY;
  const everything = ({ printed, summary, outputs }: Awaited<ReturnType<SyncStage["run"]>>) =>
    [...printed, summary, outputs].join("\n");

  it("writes nothing, looks at nothing but the ledger, does not fail, and says who paused, until when and why", async () => {
    await pause({ until: UNTIL });
    const run = await stage.run({ catalog, input: two });
    deepEqual([run.code, run.requests], [0, [`GET /api/esc/environments/${ORG}/${LEDGER}/decrypt`]]);
    deepEqual(run.printed, [
      "production: paused, nothing written",
      `notice: production: paused by ada since ${SINCE}, until ${UNTIL}: vendor is down (./sophia-secrets resume production lifts it)`,
    ]);
    equal(run.outputs, "changed=0\nrefused=0\npaused=true\n");
    match(run.summary, /^### Secrets of production: paused, nothing written\n\nproduction\\: paused by ada/);
    equal(await alpha(), "canary-one");
  });

  it("is an annotation on a runner, in one line, whatever somebody wrote into the ledger by hand", async () => {
    await pause({ reason: "a\n::error::b\n##[error]c" });
    const run = await stage.run({ catalog, input: two, environment: { GITHUB_ACTIONS: "true" } });
    const said = run.printed.filter((line) => !line.startsWith("::add-mask::"));
    equal(said.length, 2);
    match(
      said[1] ?? "",
      /^::notice title=sync_secrets::production: paused by ada [^\n]*: a ::error::b ##\[error\]c \(\.\/sophia-secrets/,
    );
  });

  it("shows a reason on the run's page as text: no table, link, picture, mention or markup", async () => {
    await pause({ reason: "a | b ![x](https://evil.example/p.png) <img src=x> @everyone `c` **d** #1" });
    const { summary } = await stage.run({ catalog, input: two });
    doesNotMatch(summary.replace(/^### /, ""), /[^\\][|!<>@`*#[\]]/);
    match(summary, /a \\\| b \\!\\\[x\\\]\\\(https\\:\\\/\\\/evil\\\.example/);
  });

  it("tells a dry run what it would do, and that a run would not", async () => {
    await pause();
    const run = await stage.run({ catalog, input: two, dryRun: true });
    deepEqual([run.code, writes(run)], [0, []]);
    equal(run.printed[0], "production: dry run, nothing written: 1 updated, 1 unchanged");
    match(run.printed.join("\n"), /notice: production: paused by ada/);
  });

  it("syncs again from the pause's end on, and takes it out of the ledger, also when no value changed", async () => {
    await pause({ until: UNTIL });
    const before = await stage.run({ catalog, input: two, now: "2026-01-02T11:59:59Z" });
    equal(before.printed[0], "production: paused, nothing written");
    const after = await stage.run({ catalog, input: one, now: "2026-01-02T12:00:00Z" });
    deepEqual([after.code, after.printed[0]], [0, "production: 2 unchanged"]);
    equal(parseLedger(await stage.text(LEDGER)).paused, undefined);
    deepEqual(writes(await stage.run({ catalog, input: one })), []);
  });

  it("syncs again when somebody resumed it, and kept its fingerprints' key all the while", async () => {
    const key = parseLedger(await stage.clear(LEDGER)).key;
    await pause();
    await stage.edit(LEDGER, changed(await stage.text(LEDGER), { paused: undefined }) ?? "");
    equal(parseLedger(await stage.clear(LEDGER)).key, key);
    notEqual(key, undefined);
    deepEqual(writes(await stage.run({ catalog, input: one })), []);
    equal((await stage.run({ catalog, input: two })).printed[0], "production: 1 updated, 1 unchanged");
    equal(await alpha(), "canary-two");
  });

  it("writes nothing when it is paused between its look and its write", async () => {
    const run = await stage.run({
      catalog,
      input: two,
      through: behind("GET", API_KEYS, () => pause()),
    });
    equal(await alpha(), "canary-one");
    equal(run.printed[0], "production: paused, nothing written");
    match(everything(run), /notice: production: paused by ada/);
    equal(parseLedger(await stage.text(LEDGER)).paused?.reason, "vendor is down");
  });

  it("does not undo what somebody wrote after pausing, even in the moment of its own write", async () => {
    const through = ahead("PATCH", API_KEYS, async () => {
      await pause();
      await stage.edit(API_KEYS, (await stage.clear(API_KEYS)).replace("canary-one", "canary-rolled-back"));
    });
    const run = await stage.run({ catalog, input: two, through });
    equal(run.code, 1);
    equal(await alpha(), "canary-rolled-back");
    match(everything(run), /app-api-keys: somebody else wrote it in between/);
    match(everything(run), /notice: production: paused by ada/);
    equal(parseLedger(await stage.text(LEDGER)).paused?.by, "ada");
  });

  it("keeps a pause that came between its values and its ledger, and tells both", async () => {
    const through = behind("PATCH", API_KEYS, () => pause());
    const run = await stage.run({ catalog, input: two, through });
    deepEqual([run.code, run.printed[0]], [0, "production: 1 updated, 1 unchanged"]);
    match(everything(run), /notice: production: paused by ada/);
    equal(parseLedger(await stage.text(LEDGER)).paused?.reason, "vendor is down");
    await stage.edit(LEDGER, changed(await stage.text(LEDGER), { paused: undefined }) ?? "");
    const next = await stage.run({ catalog, input: two });
    deepEqual([next.code, next.printed[0]], [0, "production: 2 unchanged"]);
  });

  it("holds for every carrier that shares the environment", async () => {
    await pause();
    for (const shard of ["left", "right"]) {
      const run = await stage.run({ catalog: { ...catalog, shard }, input: two });
      deepEqual([run.code, writes(run)], [0, []]);
    }
  });

  it("writes nothing when it cannot see whether it is paused", async () => {
    const path = `/api/esc/environments/${ORG}/${LEDGER}/decrypt$`;
    stage.cloud.faults.add({ method: "GET", path, times: 0, answer: { status: 403 } });
    const run = await stage.run({ catalog, input: two });
    deepEqual([run.code, writes(run)], [1, []]);
    match(everything(run), /app-ledger: the token may not do this/);
    equal(await alpha(), "canary-one");
  });

  it("shows no value", async () => {
    await pause();
    doesNotMatch(everything(await stage.run({ catalog, input: two })), /canary/);
    deepEqual(await stage.variables(DATABASES), { DB_PASSWORD: "canary-db" });
  });
});
