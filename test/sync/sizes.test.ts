import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { parseLedger } from "../../src/ledger/ledger";
import { jobCatalog, jobSecret, LEDGER } from "./small-job";
import { SyncStage, writes } from "./sync-stage";

const MANY = { SYNC_ALLOW_MANY_CHANGES: "true" };
const large = (word: string, bytes = 48_000) => `canary-${word}-`.padEnd(bytes, "x");

describe("the sizes of what a sync carries", () => {
  let stage: SyncStage;
  beforeEach(async () => {
    stage = await SyncStage.start();
  });
  afterEach(() => stage.close());

  const sizes = async () =>
    Object.fromEntries(
      Object.entries(parseLedger(await stage.text(LEDGER)).secrets).map(([name, { kib }]) => [name, kib]),
    );

  it("stand in the ledger in whole KiB, under all names together, and not at all up to one KiB", async () => {
    const catalog = jobCatalog([
      jobSecret("KEY"),
      jobSecret("BUNDLE"),
      jobSecret("RENAMED", { aliases: ["OLD_NAME"] }),
      jobSecret("REGION", { default: "x".repeat(3000) }),
    ]);
    const twice = large("twice", 2000);
    const input = { KEY: large("key", 1024), BUNDLE: large("b", 1025), RENAMED: twice, OLD_NAME: twice };
    equal((await stage.run({ catalog, input })).code, 0);
    deepEqual(await sizes(), { KEY: undefined, BUNDLE: 2, RENAMED: 4, REGION: undefined });
    const again = await stage.run({ catalog, input });
    deepEqual(writes(again), [], "the ledger comes to rest");
    const smaller = { ...input, BUNDLE: large("b", 30) };
    await stage.run({ catalog, input: smaller });
    equal((await sizes()).BUNDLE, undefined);
  });

  it("are noted for values that an earlier version synced without them", async () => {
    const catalog = jobCatalog([jobSecret("BUNDLE")]);
    const input = { BUNDLE: large("b", 3000) };
    await stage.run({ catalog, input });
    await stage.edit(LEDGER, (await stage.text(LEDGER)).replace(/\n *kib: \d+/, ""));
    equal((await sizes()).BUNDLE, undefined);
    await stage.run({ catalog, input });
    equal((await sizes()).BUNDLE, 3);
  });

  it("make a run warn before the next large value keeps it from starting, with the names of the largest", async () => {
    const names = Array.from({ length: 36 }, (_, index) => `SECRET_${String(index).padStart(2, "0")}`);
    const catalog = jobCatalog(names.map((name) => jobSecret(name)));
    const input = Object.fromEntries(names.map((name) => [name, large(name)]));
    const run = await stage.run({
      catalog,
      input: { ...input, SECRET_07: large("7", 49_152) },
      environment: MANY,
    });
    equal(run.code, 0);
    const [warning = ""] = run.printed.filter((line) => line.startsWith("warning:"));
    match(
      warning,
      /given 1,69\d KiB together, most of it SECRET_07 \(48 KiB\), .* beyond 1,984 KiB it may not start/,
    );
    match(run.summary, /1,984 KiB/);
    doesNotMatch(run.printed.join("\n") + run.summary, /canary/);
    const few = await stage.run({ catalog, input: { SECRET_00: large("0") }, environment: MANY });
    doesNotMatch(few.printed.join("\n"), /together/);
  });

  it("make a run warn where all values of an environment are more than a process can be given", async () => {
    const names = Array.from({ length: 48 }, (_, index) => `SECRET_${String(index).padStart(2, "0")}`);
    const catalog = jobCatalog(names.map((name) => jobSecret(name)));
    const half = (from: number) =>
      Object.fromEntries(names.slice(from, from + 24).map((name) => [name, large(name)]));
    // By hand and in two parts: no step of a runner is given all of them.
    const parts = [half(0), half(24)];
    const runs = [];
    for (const input of parts)
      runs.push(
        await stage.run({
          catalog,
          input,
          environment: { ...MANY, SYNC_NAMES: Object.keys(input).join(",") },
        }),
      );
    deepEqual(
      runs.map(({ printed }) => printed.filter((line) => /values have/.test(line)).length),
      [0, 1],
    );
    match(runs[1]?.printed.join("\n") ?? "", /values have 2,\d+ KiB together.*run --group/);
  });
});
