import assert from "node:assert/strict";
import { first, logLines, messages, Stage, WORKFLOW } from "./stage";

const JOBS = "jobs: { work: { runs-on: ubuntu-latest, steps: [{ run: 'true' }] } }";

describe("runner: a workflow file that GitHub would refuse", () => {
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage();
  });
  afterEach(() => stage.close());

  const cases: [what: string, text: string, message: RegExp][] = [
    ["broken YAML", "on: push\njobs:\n  a: {runs-on: ubuntu-latest\n", /Flow map|Line/],
    ["an empty file", "", /Expected a scalar value, a sequence, or a mapping/],
    ["no `on`", JOBS, /Required property is missing: on/],
    ["an unknown permission", `on: push\npermissions: { id-tokens: write }\n${JOBS}`, /Line: 2.*'id-tokens'/],
    ["an unknown permission level", `on: push\npermissions: { contents: wrte }\n${JOBS}`, /'wrte'/],
    ["a bad cron", `on: { schedule: [{ cron: '99 * * * *' }] }\n${JOBS}`, /Invalid cron expression/],
    [
      "an unknown context",
      `on: push\n${JOBS.replace("'true'", `'\${{ nope.x }}'`)}`,
      /Unrecognized named-value: 'nope'/,
    ],
    [
      "secrets in an `if`",
      `on: push\n${JOBS.replace("run: 'true'", "run: 'true', if: secrets.A")}`,
      /'secrets'/,
    ],
    [
      "a need that is not a job",
      `on: push\n${JOBS.replace("runs-on", "needs: x, runs-on")}`,
      /at least one job with no dep/,
    ],
    ["a merge key", `on: push\nenv: { <<: { A: 1 } }\n${JOBS}`, /mapping was not expected/],
    [
      "branches with branches-ignore",
      `on: { push: { branches: [a], branches-ignore: [b] } }\n${JOBS}`,
      /only define one/,
    ],
    [
      "a pattern that cannot be read",
      `on: { push: { branches: ['[z-a]'] } }\n${JOBS}`,
      /Invalid filter pattern/,
    ],
  ];
  for (const [what, text, message] of cases) {
    it(`gives a failed run with the reason for ${what}`, async () => {
      const run = await stage.run(text);
      assert.equal(run.status, "completed");
      assert.equal(run.conclusion, "failure");
      assert.equal(run.workflowName, WORKFLOW);
      assert.match(messages(first(run)).join("\n"), message);
    });
  }
  it("accepts anchors, and the key `on` without quotes", async () => {
    const run = await stage.run(`on: push
env: &shared { A: from-anchor }
jobs:
  work: { runs-on: ubuntu-latest, env: *shared, steps: [{ run: 'echo $A' }] }
`);
    assert.ok(logLines(first(run)).includes("from-anchor"));
  });
});
