import assert from "node:assert/strict";
import { runProgram } from "./run-program";

/** The places that are looked at. */
const SUBJECT = /\] (branch main of|workflow and script in|GitHub environment \S+ of) sophia-main: /;

const said = async (protection?: Record<string, unknown>, preview = true) => {
  const run = await runProgram({ preview, ...(protection === undefined ? {} : { protection }) });
  assert.equal(run.error, undefined);
  return run.said.filter((line) => SUBJECT.test(line));
};

describe("what a preview says of a carrier's protection", function () {
  this.timeout(60_000);

  it("is nothing where each place is protected, and nothing in an up", async () => {
    assert.deepEqual(await said(), []);
    assert.deepEqual(await said({}, false), []);
  });

  it("is a warning for each place that is open, with its remedy", async () => {
    const lines = await said({
      "/rules/branches/main?per_page=100": [],
      "/rulesets?includes_parents=true&targets=push&per_page=100": [],
      "/branches/main": { protected: false },
      "/environments?per_page=100": { total_count: 0, environments: [] },
    });
    assert.equal(lines.length, 3);
    for (const line of lines) assert.match(line, /^warning: \[[a-z-]+\] .*sophia-main: .*Remedy: \w/);
    assert.match(lines.join("\n"), /anyone with write may push to it, without a pull request/);
  });

  it("is that it is unknown where GitHub shows nothing: never a warning, never silence", async () => {
    const lines = await said({});
    assert.equal(lines.length, 3);
    for (const line of lines) assert.match(line, /^info: \[[a-z-]+\] .*does not show this token/);
  });
});
