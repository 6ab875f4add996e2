import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { inTurns, median, timeProcess } from "../../bench/measure";

describe("measuring", () => {
  it("takes the middle, or the mean of the two in the middle, of any order", () => {
    deepEqual([median([3]), median([9, 1, 5]), median([4, 1, 3, 2])], [3, 5, 2.5]);
  });

  it("measures two things in turns, each as often", async () => {
    const order: string[] = [];
    const one = (name: string) => async (run: number) => {
      order.push(`${name}${run}`);
      return run;
    };
    deepEqual(await inTurns(2, one("a"), one("b")), { ours: [0, 1], theirs: [0, 1] });
    deepEqual(order, ["b0", "a0", "b1", "a1"]);
  });

  it("counts no process that failed", async () => {
    const run = (code: string) => timeProcess({ file: process.execPath, args: ["-e", code], env: {} });
    equal((await run("")) > 0, true);
    await rejects(run("process.exit(3)"), (error: Error) => {
      match(error.message, /ended with 3/);
      return true;
    });
  });
});
