import { deepEqual, equal, match } from "node:assert/strict";
import type { RunOptions } from "../../src/sync/given-values";
import { notCarriedOut, type PlanLine, type Verb } from "../../src/sync/plan";
import { brakeOf, describeBrake } from "../../src/sync/sync-groups";

const NONE: RunOptions = { dryRun: false, names: undefined, allOrNothing: false, allowMany: false };
const lines = (verb: Verb, count: number): PlanLine[] =>
  Array.from({ length: count }, (_, index) => ({
    name: `${verb}_${index}`,
    verb,
    ...(verb === "create" || verb === "update" ? { writes: "value" as const } : {}),
    ...(verb === "waiting" || verb === "refused" ? {} : { holds: "f" }),
  }));
const judge = (all: PlanLine[], options: Partial<RunOptions> = {}, limit?: number) =>
  said(brakeOf([{ lines: all }], { ...NONE, ...options }, limit));
const said = (brake: ReturnType<typeof brakeOf>) => brake && describeBrake(brake);

describe("the brake before the first write", () => {
  it("lets the first fill of an environment pass, however many come", () => {
    equal(judge([...lines("create", 500), ...lines("refused", 3)]), undefined);
  });

  it("lets half of what stands be replaced at once, and never holds five or fewer", () => {
    equal(judge([...lines("update", 20), ...lines("unchanged", 20)]), undefined);
    equal(judge([...lines("update", 5)]), undefined);
    equal(judge([...lines("update", 6), ...lines("unchanged", 4)])?.includes("6 values"), true);
    match(
      judge([...lines("update", 21), ...lines("unchanged", 19)]) ?? "",
      /replace or delete 21 values at once, and 20 is the limit; if all of that is meant: run this again with --allow-many-changes$/,
    );
  });

  it("counts all groups of an environment together", () => {
    const groups = [{ lines: lines("update", 4) }, { lines: lines("update", 4) }, {}];
    match(said(brakeOf(groups, NONE, undefined)) ?? "", /replace or delete 8 values/);
  });

  it("holds to the catalog's limit where it has one", () => {
    equal(judge(lines("update", 8), {}, 8), undefined);
    match(judge([...lines("update", 2), ...lines("unchanged", 40)], {}, 1) ?? "", /and 1 is the limit/);
  });

  it("gives way when a person said so", () => {
    equal(judge(lines("update", 40), { allowMany: true }), undefined);
  });

  it("holds everything for one refusal, or one environment that cannot be read, when all or nothing was asked for", () => {
    const all = { allOrNothing: true, allowMany: true };
    equal(judge([...lines("create", 2), ...lines("waiting", 1)], all), undefined);
    match(judge([...lines("create", 2), ...lines("refused", 1)], all) ?? "", /all or nothing/);
    match(said(brakeOf([{ lines: [] }, {}], { ...NONE, ...all }, undefined)) ?? "", /all or nothing/);
  });

  it("holds back what would have changed, and claims nothing of the value that stands", () => {
    deepEqual(notCarriedOut([...lines("update", 1), ...lines("unchanged", 1)], "held"), [
      { name: "update_0", verb: "held", planned: "update" },
      { name: "unchanged_0", verb: "unchanged", holds: "f" },
    ]);
  });
});
