import { deepEqual, equal, match } from "node:assert/strict";
import { isFromLaterRun } from "../../src/sync/later-run";
import { API_KEYS, jobCatalog, jobSecret } from "./small-job";
import { revisionsMade, SyncStage } from "./sync-stage";

const catalog = jobCatalog([jobSecret("ALPHA_KEY"), jobSecret("BETA_KEY", { required: false })]);
const SYNCED = "2026-01-02T03:00:00Z";
const own = { run: "42", commit: "c", now: "2026-01-02T04:00:00Z" };

describe("a value that a later run wrote", () => {
  it("is known by the run's id, however many digits that has", () => {
    const from = (run: string, identity: Partial<typeof own> = {}) =>
      isFromLaterRun({ run, synced: SYNCED }, { ...own, ...identity });
    deepEqual(
      ["43", "100", "999999999"].map((run) => from(run)),
      [true, true, true],
    );
    deepEqual(
      ["42", "41", "9"].map((run) => from(run)),
      [false, false, false],
    );
    equal(from("43", { now: "2026-03-08T03:00:00Z" }), false, "started again on day 30, it ends on day 65");
    equal(from("43", { now: "2026-03-08T02:59:59Z" }), true);
    deepEqual([from("by-hand"), from("43", { run: "by-hand" })], [false, false]);
  });

  it("is not known by an id of another GitHub, which the organization has left", () => {
    const from = (run: string, before: string) =>
      isFromLaterRun({ run: before, synced: SYNCED }, { ...own, run });
    deepEqual(
      ["42", "9000000000", "15000000000"].map((run) => from(run, "19283746501")),
      [false, false, true],
    );
    deepEqual(
      ["42", "15000000000"].map((run) => from(run, "by-hand-after-19283746501")),
      [false, true],
    );
  });

  it("or was written by hand, when it is known that this one had been queued by then", () => {
    const from = (run: string, identity: object = {}) =>
      isFromLaterRun({ run, synced: SYNCED }, { ...own, ...identity });
    deepEqual(
      ["by-hand-after-41", "by-hand-after-42", "by-hand-after-4200"].map((run) => from(run)),
      [false, true, true],
    );
    deepEqual(
      ["by-hand-after-", "by-hand-after-x", "ada"].map((run) => from(run)),
      [false, false, false],
    );
    equal(from("by-hand-after-99", { run: "by-hand-after-7" }), false, "a person knows what they do");
  });

  describe("in a sync", () => {
    let stage: SyncStage;
    beforeEach(async () => {
      stage = await SyncStage.start();
      await stage.run({ catalog, input: { ALPHA_KEY: "first" } });
      await stage.run({ catalog, input: { ALPHA_KEY: "rotated" }, environment: { GITHUB_RUN_ID: "60" } });
    });
    afterEach(() => stage.close());

    const waited = (environment: Record<string, string> = {}) =>
      stage.run({
        catalog,
        input: { ALPHA_KEY: "first", BETA_KEY: "beta" },
        environment: { GITHUB_RUN_ID: "59", ...environment },
      });

    it("stays, the run that waited says why and fails, and what else it brings is synced", async () => {
      const { code, printed } = await waited();
      equal(code, 1);
      match(
        printed.join("\n"),
        /refused +ALPHA_KEY \(run 60, which was queued after this one, wrote another value: what came here may be older\. Start a new run; if that is refused too: .*verify\)/,
      );
      deepEqual(await stage.variables(API_KEYS), { ALPHA_KEY: "rotated", BETA_KEY: "beta" });
    });

    it("stays when somebody starts the run that waited again: it may bring what its first try brought", async () => {
      equal((await waited({ GITHUB_RUN_ATTEMPT: "2" })).code, 1);
      equal((await stage.variables(API_KEYS)).ALPHA_KEY, "rotated");
    });

    it("is replaced by what a new run brings: nothing but its id kept the one that waited from it", async () => {
      equal((await waited({ GITHUB_RUN_ID: "61" })).code, 0);
      equal((await stage.variables(API_KEYS)).ALPHA_KEY, "first");
    });

    it("is nothing to complain of where the run that waited has the same", async () => {
      const same = { catalog, input: { ALPHA_KEY: "rotated" }, environment: { GITHUB_RUN_ID: "59" } };
      const run = await stage.run(same);
      deepEqual([run.code, revisionsMade(run)], [0, []]);
    });
  });
});
