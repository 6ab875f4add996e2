import assert from "node:assert/strict";
import { type Pace, paceOf } from "../../src/resources/pace";

/** Points and writes of the busiest minute of a first `up`, when GitHub answers at once. */
function busiestMinute(slots: number, pace: Pace): { points: number; writes: number } {
  const delay = pace.legacyClient ? pace.writeDelayMs : 0;
  let at = 0;
  const sent: { at: number; points: number }[] = [];
  for (let slot = 0; slot < slots; slot += 1) {
    for (const points of [1, 5, 1, 5]) {
      sent.push({ at, points });
      if (points === 5) at += delay;
    }
  }
  const minutes = sent.map(({ at: from }) =>
    sent.filter((each) => each.at >= from && each.at < from + 60_000),
  );
  const sums = minutes.map((minute) => ({
    points: minute.reduce((sum, each) => sum + each.points, 0),
    writes: minute.filter((each) => each.points === 5).length,
  }));
  return {
    points: Math.max(...sums.map((each) => each.points)),
    writes: Math.max(...sums.map((each) => each.writes)),
  };
}

describe("the pace of writes to GitHub", () => {
  it("is GitHub's own for a catalog of Sophia's size", () => {
    assert.deepEqual(paceOf(41), { legacyClient: false });
    assert.deepEqual(paceOf(0), { legacyClient: false });
  });

  it("stays below 900 points in any minute, however many slots", () => {
    for (const slots of [1, 41, 67, 68, 75, 200, 1000]) {
      const { points } = busiestMinute(slots, paceOf(slots));
      assert.ok(points < 900, `${slots} slots: ${points} points`);
    }
  });

  it("stays below 80 writes in any minute where there are hundreds", () => {
    for (const slots of [68, 200, 1000]) {
      const { writes } = busiestMinute(slots, paceOf(slots));
      assert.ok(writes < 80, `${slots} slots: ${writes} writes`);
    }
  });

  it("would not, at the small catalogs' pace: 200 slots are 2,400 points", () => {
    assert.equal(busiestMinute(200, { legacyClient: false }).points, 2400);
  });
});
