import { deepEqual, throws } from "node:assert/strict";
import { readNames, readRunOptions } from "../../src/sync/given-values";
import { jobCatalog, jobSecret } from "./small-job";

const catalog = jobCatalog([jobSecret("A_KEY"), jobSecret("B_KEY", { aliases: ["OLD_B_KEY"] })]);

describe("what a run is asked for", () => {
  it("is everything, carefully, when nothing is said", () => {
    const plain = { dryRun: false, names: undefined, allOrNothing: false, allowMany: false };
    deepEqual(readRunOptions({}, catalog), plain);
    const empty = { SYNC_DRY_RUN: "", SYNC_NAMES: " , ", SYNC_ALL_OR_NOTHING: "false" };
    deepEqual(readRunOptions(empty, catalog), plain);
  });

  it("is what the inputs say", () => {
    const on = { SYNC_DRY_RUN: "true", SYNC_ALL_OR_NOTHING: "true", SYNC_ALLOW_MANY_CHANGES: "true" };
    deepEqual(readRunOptions({ ...on, SYNC_NAMES: "B_KEY , A_KEY," }, catalog), {
      dryRun: true,
      names: new Set(["B_KEY", "A_KEY"]),
      allOrNothing: true,
      allowMany: true,
    });
  });

  it("may replace many values when the secrets are named one by one", () => {
    deepEqual(readRunOptions({ SYNC_NAMES: "A_KEY" }, catalog).allowMany, true);
  });

  it("is not guessed: a switch is true or false", () => {
    for (const name of ["SYNC_DRY_RUN", "SYNC_ALL_OR_NOTHING", "SYNC_ALLOW_MANY_CHANGES"])
      throws(
        () => readRunOptions({ [name]: "1" }, catalog),
        new RegExp(`${name}: is neither true nor false`),
      );
  });

  it("names only secrets of the catalog, by their own name, and shows nothing that is not a name", () => {
    throws(() => readNames("A_KEY,C_KEY,OLD_B_KEY", catalog), /no such secret: C_KEY, OLD_B_KEY/);
    throws(() => readNames("A_KEY=hunter2 $(x)", catalog), /no such secret: \(no name\)/);
  });
});
