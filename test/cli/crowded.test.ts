import assert from "node:assert/strict";
import type { Problem } from "../../src/errors";
import { parseCase } from "./golden-case";
import { runCase } from "./run-case";

/** Organization secrets that somebody granted to one carrier by name. */
function undeclared(count: number, repositories: string[]) {
  const names = Array.from({ length: count }, (_, index) => `UNDECLARED_${index}`);
  return Object.fromEntries(names.map((name) => [name, { visibility: "selected" as const, repositories }]));
}

describe("someone else's secrets that somebody granted to a carrier by name", function () {
  this.timeout(60_000);

  it("count: drift says that the catalog's would lie beyond a workflow's hundred, and what would do", async () => {
    const secrets = undeclared(96, ["carrier"]);
    const { stdout, code } = await runCase(
      parseCase({ shows: "", command: "drift --json", github: { secrets } }),
    );
    const { drift } = JSON.parse(stdout) as { drift: Problem[] };
    const [crowded] = drift.filter(({ code }) => code === "carriers-full");
    assert.equal(code, 1);
    assert.equal(crowded?.subject, "carrier carrier");
    assert.match(crowded.cause, /those of others included, and 1 of the catalog would lie beyond/);
    assert.match(crowded.remedy, /spread the secrets over 2 carriers/);
  });

  it("move what would not fit to another carrier, for drift, set and repair alike", async () => {
    // KEY_1 goes to the first carrier while that has capacity (golden/set-spread.yaml).
    const secrets = undeclared(100, ["carrier"]);
    const set = {
      shows: "",
      command: "set KEY_1",
      organization: "spread" as const,
      stdin: "canary",
      github: { secrets },
    };
    const { stdout } = await runCase(parseCase(set));
    assert.match(stdout, /^KEY_1: created, readable by (deploy|other)\n$/);
  });

  it("leave a secret that fits nowhere where it was: it is refused, and nothing is written", async () => {
    const secrets = undeclared(100, ["carrier", "deploy", "other"]);
    const set = {
      shows: "",
      command: "set KEY_1",
      organization: "spread" as const,
      stdin: "canary",
      github: { secrets },
    };
    const { stderr, code, writes } = await runCase(parseCase(set));
    assert.deepEqual([code, writes], [2, []]);
    assert.match(stderr, /KEY_1: no carrier can take it: .*\nRemedy: /);
  });
});
