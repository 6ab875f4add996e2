import { deepEqual } from "node:assert/strict";
import { countRefusals, dueForAlert, withoutAlert } from "../../src/sync/advance-ledger";
import type { PlanLine } from "../../src/sync/plan";

const line = (name: string, verb: PlanLine["verb"], reason?: string): PlanLine => ({
  name,
  verb,
  ...(reason === undefined ? {} : { reason }),
});
const at = (run: string) => ({ run, now: `at ${run}` });
const refusedIn = (runs: readonly string[]) =>
  runs.reduce((before, run) => countRefusals(before, [line("A", "refused")], at(run)), {});

describe("refusals in a row", () => {
  it("are counted once a run, and no further than three", () => {
    deepEqual(refusedIn(["1"]), { A: { times: 1, run: "1", at: "at 1" } });
    deepEqual(refusedIn(["1", "1", "2"]), { A: { times: 2, run: "2", at: "at 2" } });
    deepEqual(refusedIn(["1", "2", "3", "4", "5"]), { A: { times: 3, run: "3", at: "at 3" } });
  });

  it("are forgotten with the first run that does not refuse", () => {
    deepEqual(countRefusals(refusedIn(["1", "2"]), [line("A", "unchanged")], at("3")), {});
  });

  it("stay as they are where the run did not look, or was not asked to", () => {
    const before = refusedIn(["1", "2"]);
    deepEqual(countRefusals(before, [line("B", "create"), line("A", "skipped")], at("3")), before);
    deepEqual(countRefusals(before, [], at("3")), before);
  });

  it("say why, where to look, and when it is for another reason, also after the third", () => {
    const run = { ...at("1"), page: "https://github.example/runs/1" };
    const unset: PlanLine = { ...line("A", "refused", "nobody has set it"), code: "unset" };
    const first = countRefusals({}, [unset], run);
    deepEqual(first, {
      A: {
        times: 1,
        run: "1",
        at: "at 1",
        code: "unset",
        reason: "nobody has set it",
        page: "https://github.example/runs/1",
      },
    });
    const third = { A: { ...first.A, times: 3, run: "3" } } as typeof first;
    deepEqual(countRefusals(third, [unset], at("4")), third, "the ledger comes to rest");
    const other = countRefusals(third, [line("A", "refused", "it is only white space")], at("4"));
    deepEqual(other, { A: { times: 3, run: "4", at: "at 4", reason: "it is only white space" } });
  });

  it("count nothing that the brake holds back: its value is right", () => {
    const held: PlanLine = { ...line("A", "held"), planned: "update" };
    deepEqual(countRefusals({}, [held], at("1")), {});
    deepEqual(countRefusals(refusedIn(["1"]), [held], at("2")), {});
  });

  it("count a secret that is refused in one group and right in another", () => {
    deepEqual(countRefusals({}, [line("A", "unchanged"), line("A", "refused")], at("1")), {
      A: { times: 1, run: "1", at: "at 1" },
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
    deepEqual(dueForAlert(three, countRefusals(three, [line("A", "refused")], at("4"))), ["A"]);
  });
});
