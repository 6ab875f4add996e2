import { deepEqual } from "node:assert/strict";
import { countRefusals, dueForAlert, withoutAlert } from "../../src/sync/advance-ledger";
import type { PlanLine } from "../../src/sync/plan";

const line = (name: string, verb: PlanLine["verb"]): PlanLine => ({ name, verb });
const refusedIn = (runs: readonly string[]) =>
  runs.reduce((before, run) => countRefusals(before, [line("A", "refused")], run), {});

describe("refusals in a row", () => {
  it("are counted once a run, and no further than three", () => {
    deepEqual(refusedIn(["1"]), { A: { times: 1, run: "1" } });
    deepEqual(refusedIn(["1", "1", "2"]), { A: { times: 2, run: "2" } });
    deepEqual(refusedIn(["1", "2", "3", "4", "5"]), { A: { times: 3, run: "3" } });
  });

  it("are forgotten with the first run that does not refuse", () => {
    deepEqual(countRefusals(refusedIn(["1", "2"]), [line("A", "unchanged")], "3"), {});
  });

  it("stay as they are where the run did not look, or was not asked to", () => {
    const before = refusedIn(["1", "2"]);
    deepEqual(countRefusals(before, [line("B", "create"), line("A", "skipped")], "3"), before);
    deepEqual(countRefusals(before, [], "3"), before);
  });

  it("count a secret that is refused in one group and right in another", () => {
    deepEqual(countRefusals({}, [line("A", "unchanged"), line("A", "refused")], "1"), {
      A: { times: 1, run: "1" },
    });
  });

  it("are due for an alert at the third, once", () => {
    const [two, three, four] = [
      ["1", "2"],
      ["1", "2", "3"],
      ["1", "2", "3", "4"],
    ].map(refusedIn);
    deepEqual(dueForAlert({}, two ?? {}), []);
    deepEqual(dueForAlert(two ?? {}, three ?? {}), ["A"]);
    deepEqual(dueForAlert(three ?? {}, four ?? {}), []);
  });

  it("are due again when nobody could be told", () => {
    const three = withoutAlert(refusedIn(["1", "2", "3"]), ["A"]);
    deepEqual(dueForAlert(three, countRefusals(three, [line("A", "refused")], "4")), ["A"]);
  });
});
