import assert from "node:assert/strict";
import type { Catalog, Entry } from "../../src/catalog/entry";
import { runProgram } from "./run-program";
import { SMALL } from "./small-catalog";

const DAY_MS = 86_400_000;
const SECRETS: readonly Entry[] = SMALL.secrets;
const WITH_TOMBSTONE: Catalog = {
  ...SMALL,
  secrets: SECRETS.map((each, index) => (index === 0 ? { ...each, tombstone: "2999-12-31" } : each)),
};
const ago = (ms: number) => new Date(Date.now() - ms);

describe("the program's clock", function () {
  this.timeout(60_000);

  for (const preview of [true, false])
    it(`is refused by ${preview ? "a preview" : "an up"} where it is 400 days ahead of GitHub's: nothing is declared`, async () => {
      const run = await runProgram({ catalog: WITH_TOMBSTONE, gitHubTime: ago(400 * DAY_MS), preview });
      assert.match(run.error?.message ?? "", /the clock at GitHub: this machine's clock says /);
      const declared = run.resources.filter(
        ({ custom, type }) => custom && !type.startsWith("pulumi:providers:"),
      );
      assert.deepEqual(
        declared.map(({ name }) => name),
        [],
      );
    });

  it("may differ by the minutes that clocks differ", async () => {
    const run = await runProgram({ catalog: WITH_TOMBSTONE, gitHubTime: ago(4 * 60_000) });
    assert.equal(run.error, undefined);
  });

  it("is not asked for where no tombstone goes by it", async () => {
    const run = await runProgram({ catalog: SMALL, gitHubTime: ago(400 * DAY_MS) });
    assert.equal(run.error, undefined);
    assert.ok(!run.calls.some(({ inputs }) => inputs.endpoint === "rate_limit"));
  });
});
