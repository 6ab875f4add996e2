import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { tagOf } from "../../src/sync/tag-run";
import { env, ORG, TOKENS, team } from "../pulumi-cloud/cloud-fixture";
import { API_KEYS, DATABASES, jobCatalog, jobSecret, LEDGER } from "./small-job";
import { revisionsMade, SyncStage, writes } from "./sync-stage";

const catalog = jobCatalog([jobSecret("ALPHA_KEY"), jobSecret("DB_PASSWORD", { group: "databases" })]);
const one = { ALPHA_KEY: "alpha-one", DB_PASSWORD: "db-one" };
const two = { ...one, ALPHA_KEY: "alpha-two" };
const TAGS_OF = (path: string) => `/api/esc/environments/${ORG}/${path}/versions/tags`;
const isTag = (request: string) => request.includes("/versions/tags");

describe("the tag of what a sync leaves", () => {
  let stage: SyncStage;
  beforeEach(async () => {
    stage = await SyncStage.start();
  });
  afterEach(() => stage.close());

  /** Revisions a tag points to: API keys, databases; undefined where it is not. */
  const tagged = async (tag: string) =>
    Promise.all(
      [API_KEYS, DATABASES].map(async (path) => {
        const answer = await stage.cloud.call("GET", env(path, `/versions/tags/${tag}`));
        return answer.json.revision as number | undefined;
      }),
    );

  it("is the run's, at the revision each group was left at, those it did not change too", async () => {
    await stage.run({ catalog, input: one });
    const second = await stage.run({ catalog, input: two });
    deepEqual(
      [await tagged("run-42"), await tagged("run-43")],
      [
        [3, 3],
        [4, 3],
      ],
    );
    equal(second.printed.at(-1), "tagged run-43");
    match(second.summary, /\nTagged `run-43`\n/);
  });

  it("costs one call a group, and none when nothing changed, in a dry run or when all is held back", async () => {
    const first = await stage.run({ catalog, input: one });
    equal(first.requests.filter(isTag).length, 2);
    const unchanged = await stage.run({ catalog, input: one });
    equal(unchanged.requests.length, 3, "ledger and two groups");
    const held = { input: { ALPHA_KEY: "alpha-two" }, environment: { SYNC_ALL_OR_NOTHING: "true" } };
    for (const change of [{ input: two, dryRun: true }, held]) {
      const run = await stage.run({ catalog, ...change });
      deepEqual(run.requests.filter(isTag), []);
      doesNotMatch(run.printed.join(), /tagged/);
    }
  });

  it("is another for a run's second try, and goes by time where there is no run", () => {
    const now = "2026-08-01T10:00:00.123Z";
    equal(tagOf({ run: "77", commit: "c", now }), "run-77");
    equal(tagOf({ run: "77", attempt: "1", commit: "c", now }), "run-77");
    equal(tagOf({ run: "77", attempt: "2", commit: "c", now }), "run-77-2");
    equal(tagOf({ run: "by-hand", commit: "c", now }), "hand-20260801T100000123Z");
  });

  it("is GitHub's run and try in a job", async () => {
    await stage.run({ catalog, input: one, environment: { GITHUB_RUN_ATTEMPT: "3" } });
    deepEqual(await tagged("run-42-3"), [3, 3]);
  });

  it("fits the service's rule for names, and is not a revision's number", async () => {
    for (const run of ["1", "12345678901234", "by-hand"]) {
      const name = tagOf({ run, attempt: "12", commit: "c", now: new Date().toISOString() });
      const answer = await stage.cloud.call("POST", TAGS_OF(API_KEYS), { body: { name } });
      equal(answer.status, 204, name);
    }
  });

  for (const status of [401, 403, 404, 400, 500]) {
    it(`fails no value when it is answered with ${status}: the run is green, says so, and the next makes it good`, async () => {
      stage.cloud.faults.add({ path: `${TAGS_OF(API_KEYS)}$`, times: 0, answer: { status } });
      const run = await stage.run({ catalog, input: one });
      equal(run.code, 0);
      deepEqual({ ...(await stage.variables(API_KEYS)), ...(await stage.variables(DATABASES)) }, one);
      const told = run.printed.filter((line) => line.startsWith("warning: "));
      equal(told.length, 1);
      match(
        told[0] ?? "",
        /not tagged, which the next run makes good: tag run-42 of payready\/default\/app-api-keys: /,
      );
      match(run.summary, /\*\*To fix\*\*\n\n- not tagged/);
      match(await stage.text(LEDGER), /untagged: true/);

      const still = await stage.run({ catalog, input: one });
      deepEqual([still.code, revisionsMade(still)], [0, []], "a tag that stays refused writes no ledger");
      stage.cloud.faults.clear();
      const next = await stage.run({ catalog, input: one });
      deepEqual([next.printed[0], next.printed.at(-1)], ["production: 2 unchanged", "tagged run-44"]);
      deepEqual(await tagged("run-44"), [3, 3]);
      doesNotMatch(await stage.text(LEDGER), /untagged/);
      deepEqual(writes(await stage.run({ catalog, input: one })), []);
    });
  }

  it("is a warning's annotation on a runner", async () => {
    stage.cloud.faults.add({ path: TAGS_OF(API_KEYS), times: 0, answer: { status: 403 } });
    const run = await stage.run({ catalog, input: one, environment: { GITHUB_ACTIONS: "true" } });
    match(run.printed.join("\n"), /^::warning title=sync_secrets::not tagged/m);
  });

  it("is not set where a group failed: it would name no state; the next run sets it", async () => {
    const path = `/api/esc/environments/${ORG}/${API_KEYS}$`;
    stage.cloud.faults.add({ method: "PATCH", path, times: 0, answer: { status: 403 } });
    const run = await stage.run({ catalog, input: one });
    deepEqual([run.code, run.requests.filter(isTag)], [1, []]);
    stage.cloud.faults.clear();
    await stage.run({ catalog, input: one });
    deepEqual(await tagged("run-43"), [3, 3]);
  });

  it("is not set by a run for some names, which has not seen all; the next whole run sets it", async () => {
    await stage.run({ catalog, input: one });
    const named = await stage.run({ catalog, input: two, environment: { SYNC_NAMES: "ALPHA_KEY" } });
    deepEqual([named.code, named.requests.filter(isTag)], [0, []]);
    await stage.run({ catalog, input: two });
    deepEqual(await tagged("run-44"), [4, 3]);
  });

  it("is set for values that a run wrote which died before its tag", async () => {
    const dying = { catalog, input: one, environment: {} };
    stage.cloud.faults.add({ path: TAGS_OF(API_KEYS), times: 0, answer: { status: 403 } });
    stage.cloud.faults.add({ path: TAGS_OF(DATABASES), times: 0, answer: { status: 403 } });
    stage.cloud.faults.add({ method: "PATCH", path: `${LEDGER}$`, times: 0, answer: { status: 400 } });
    equal((await stage.run(dying)).code, 1);
    stage.cloud.faults.clear();
    equal((await stage.run({ catalog, input: one })).printed.at(-1), "tagged run-43");
    deepEqual(await tagged("run-43"), [3, 3]);
  });

  it("is set once by carriers that share the environment, not again by each that looks after it", async () => {
    const shard = (name: string) => ({ ...catalog, shard: name });
    await stage.run({ catalog: shard("left"), input: one });
    const right = await stage.run({ catalog: { ...shard("right"), secrets: [] }, input: {} });
    deepEqual([right.code, right.requests.filter(isTag)], [0, []]);
  });

  it("needs no more than the right to write, which the job's team has", async () => {
    await team(stage.cloud, "sync", ["dev"], {
      [API_KEYS]: "write",
      [DATABASES]: "write",
      [LEDGER]: "write",
    });
    equal((await stage.run({ catalog, input: one, token: TOKENS.dev })).printed.at(-1), "tagged run-42");
  });

  it("stays the state it names when two runs go at once", async () => {
    await stage.run({ catalog, input: one });
    const runs = await Promise.all([stage.run({ catalog, input: two }), stage.run({ catalog, input: two })]);
    deepEqual(
      runs.map(({ code }) => code),
      [0, 0],
    );
    const states = await Promise.all(["run-43", "run-44"].map(tagged));
    for (const state of states) if (state[0] !== undefined) deepEqual(state, [4, 3]);
  });
});
