import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { parseLedger } from "../../src/ledger/ledger";
import { fromLedger } from "../../src/operations/audit/audit-event";
import { LEDGER, VersionsStage } from "./versions-stage";

const old = { ALPHA_KEY: "canary-old", DB_PASSWORD: "canary-d" };
const HAND = "sync-to-pulumi ALPHA_KEY --environment production";

describe("a value that was synced by hand", () => {
  let stage: VersionsStage;
  beforeEach(async () => {
    stage = await VersionsStage.start();
    await stage.sync({ ...old, GITHUB_RUN_ID: "10" });
  });
  afterEach(() => stage.close());

  const byHand = async (newestRun?: number) => {
    const world = newestRun === undefined ? {} : { newestRun };
    const { code, stderr } = await stage.run(HAND, { env: { ALPHA_KEY: "canary-new" }, ...world });
    deepEqual([code, stderr], [0, ""]);
  };
  const late = (id: string) => stage.sync({ ...old, GITHUB_RUN_ID: id });
  const stands = async () => (await stage.variables()).ALPHA_KEY;
  const entry = async () => parseLedger(await stage.text(LEDGER)).secrets.ALPHA_KEY;

  it("is not replaced by a run that GitHub had queued before, and which waited", async () => {
    await byHand(11);
    const { code, printed } = await late("11");
    equal(code, 1);
    match(
      printed.join("\n"),
      /refused +ALPHA_KEY \(a sync by hand, made after this run was queued, wrote another value: what came here may be older\. Start a new run/,
    );
    equal(await stands(), "canary-new");
  });

  it("gives way to a run that was queued later: GitHub stays the record", async () => {
    await byHand(11);
    equal((await late("12")).code, 0);
    equal(await stands(), "canary-old");
  });

  it("where GitHub does not tell, is older than no run but those that the ledger knows", async () => {
    await byHand();
    equal((await entry())?.run, "by-hand-after-10");
    equal((await late("9")).code, 1);
    equal(await stands(), "canary-new");
    equal((await late("11")).code, 0, "it may have been queued before or after: nobody can know");
    equal(await stands(), "canary-old");
  });

  it("keeps what an earlier one knew, and begins with nothing where no run was", async () => {
    await byHand(30);
    await stage.run(HAND, { env: { ALPHA_KEY: "canary-newer" } });
    equal((await entry())?.run, "by-hand-after-30");
    const fresh = await VersionsStage.start();
    try {
      await fresh.run(HAND, { env: { ALPHA_KEY: "canary-new" } });
      equal(parseLedger(await fresh.text(LEDGER)).secrets.ALPHA_KEY?.run, "by-hand");
    } finally {
      await fresh.close();
    }
  });

  it("is told as a person's, and as no run, by audit, status and history", async () => {
    await byHand(11);
    const place = {
      path: LEDGER,
      environment: "production",
      secrets: new Set<string>(),
      syncTeam: "app-production-sync",
    };
    const [event] = fromLedger(parseLedger(await stage.text(LEDGER)), place, new Date(0));
    deepEqual(
      [event?.who, event?.run, event?.detail],
      [undefined, undefined, "into production, from ALPHA_KEY, by hand"],
    );
    for (const command of ["status production --all", "history production"])
      doesNotMatch((await stage.run(command)).stdout, /by-hand-after|run by/);
    equal((await stage.run("rollback production --to run-10")).code, 0, "its tag is known as ever");
  });
});
