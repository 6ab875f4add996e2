import { deepEqual, ok } from "node:assert/strict";
import { Beginning } from "../../src/sync/beginning";
import { type Interleaving, interleave } from "./interleaving";

const MANY = Number(process.env.SYNC_INTERLEAVINGS ?? 500);

async function tryAll(count: number): Promise<Interleaving> {
  const sum: Interleaving = {
    older: [],
    writes: 0,
    refused: 0,
    crashed: 0,
    stuck: [],
    speechless: [],
    rolledBack: 0,
  };
  for (let seed = 1; seed <= count; seed += 1) {
    const found = await interleave(seed);
    sum.older.push(...found.older);
    sum.stuck.push(...found.stuck.map((name) => `seed ${seed}: ${name}`));
    sum.speechless.push(...found.speechless);
    sum.rolledBack += found.rolledBack;
    sum.writes += found.writes;
    sum.refused += found.refused;
    sum.crashed += found.crashed;
  }
  return sum;
}

/** Does without a protection for one test. */
async function without(rule: "laterWriters" | "changedSince", count: number): Promise<Interleaving> {
  const kept = Beginning.prototype[rule];
  Beginning.prototype[rule] = () => ({});
  try {
    return await tryAll(count);
  } finally {
    Object.assign(Beginning.prototype, { [rule]: kept });
  }
}

describe("syncs, hand syncs, rollbacks, people in the console and crashes in any order", function () {
  this.timeout(900_000);

  it(`replace nothing by something older in ${MANY} interleavings, and a new run brings what GitHub has`, async () => {
    const { older, stuck, speechless, writes, refused, crashed, rolledBack } = await tryAll(MANY);
    deepEqual({ older, stuck, speechless }, { older: [], stuck: [], speechless: [] });
    ok(rolledBack > MANY / 10, `${rolledBack} rollbacks`);
    ok(writes > 3 * MANY, `${writes} writes: something happens in each`);
    ok(refused > MANY / 10, `${refused} refusals: there is something to refuse`);
    ok(crashed > MANY / 10, `${crashed} crashes`);
  });

  it("would replace newer values without the ledger's word on who wrote", async () => {
    ok((await without("laterWriters", 60)).older.length > 0);
  });

  it("would replace newer values without a look at what changed since a sync began", async () => {
    ok((await without("changedSince", 60)).older.length > 0);
  });
});
