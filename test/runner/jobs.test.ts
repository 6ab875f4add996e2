import assert from "node:assert/strict";
import { matrixCombinations } from "../../sandbox/runner/matrix";
import type { RunResult } from "../../sandbox/runner/run-request";
import { first, jobWorkflow, logLines, messages, Stage } from "./stage";

const job = (run: RunResult, name: string) => {
  const found = run.jobs.find((each) => each.name === name);
  if (found === undefined) throw new Error(`No job ${name} in ${run.jobs.map((each) => each.name)}`);
  return found;
};

describe("runner: jobs", () => {
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage();
  });
  afterEach(() => stage.close());

  it("reports a run queued, in progress and completed, with numbers that count by workflow", async () => {
    const run = await stage.run(`name: Sync\n${jobWorkflow("- run: 'true'")}`);
    const states = stage.changes.filter(({ id }) => id === run.id).map(({ status }) => status);
    assert.deepEqual([...new Set(states)], ["queued", "in_progress", "completed"]);
    assert.deepEqual(
      [run.workflowName, run.runNumber, run.headBranch, run.actor],
      ["Sync", 1, "main", "octo"],
    );
    assert.deepEqual(
      first(run).steps.map(({ number, name }) => `${number} ${name}`),
      ["1 Set up job", "2 Run true", "3 Complete job"],
    );
    assert.equal((await stage.run(jobWorkflow("- run: 'true'"))).runNumber, 2);
  });
  it("runs jobs after their needs and hands outputs over", async () => {
    const run = await stage.run(`on: push
jobs:
  last:
    needs: [one, two]
    runs-on: ubuntu-latest
    steps: [{ run: 'echo "got \${{ needs.one.outputs.x }} \${{ needs.two.result }}"' }]
  two: { needs: one, runs-on: ubuntu-24.04, steps: [{ run: 'true' }] }
  one:
    runs-on: ubuntu-latest
    outputs: { x: "\${{ steps.s.outputs.x }}" }
    steps: [{ id: s, run: 'echo x=17 >> $GITHUB_OUTPUT' }]
`);
    assert.deepEqual(
      run.jobs.map(({ name }) => name),
      ["one", "two", "last"],
    );
    assert.ok(logLines(job(run, "last")).includes("got 17 success"));
    assert.equal(run.conclusion, "success");
  });
  it("skips what needs a failed job, also at one remove, unless its condition says otherwise", async () => {
    const run = await stage.run(`on: push
jobs:
  bad: { runs-on: ubuntu-latest, steps: [{ run: exit 1 }] }
  next: { needs: bad, runs-on: ubuntu-latest, steps: [{ run: 'true' }] }
  far: { needs: next, runs-on: ubuntu-latest, steps: [{ run: 'true' }] }
  clean: { needs: next, if: failure(), runs-on: ubuntu-latest, steps: [{ run: 'true' }] }
  always: { needs: bad, if: "always()", runs-on: ubuntu-latest, steps: [{ run: 'true' }] }
`);
    const ends = Object.fromEntries(run.jobs.map((each) => [each.name, each.conclusion]));
    const expected = { bad: "failure", next: "skipped", far: "skipped", clean: "success", always: "success" };
    assert.deepEqual(ends, expected);
    assert.equal(run.conclusion, "failure");
  });
  it("forgives a job that may fail", async () => {
    const run = await stage.run(jobWorkflow("- run: exit 1", "continue-on-error: true"));
    assert.equal(run.conclusion, "success");
    assert.equal(first(run).conclusion, "failure");
  });
  it("refuses an action it does not have before any step has run, and names it", async () => {
    const result = await stage.job("- run: echo ran\n- uses: pulumi/auth-actions@v1");
    assert.equal(result.conclusion, "failure");
    assert.deepEqual(result.steps, []);
    assert.match(messages(result).join(), /Unable to resolve action 'pulumi\/auth-actions@v1'/);
  });
  it("runs as a self-hosted runner too, by the labels that GitHub gives one by itself and the group Default", async () => {
    for (const runsOn of [
      "self-hosted",
      "[self-hosted, Linux]",
      "{ group: Default }",
      "{ group: Default, labels: linux }",
    ]) {
      const run = await stage.run(
        `on: push\njobs:\n  own: { runs-on: ${runsOn}, steps: [{ run: 'true' }] }\n`,
      );
      assert.equal(run.conclusion, "success", runsOn);
    }
    const run = await stage.run(
      "on: push\njobs:\n  own: { runs-on: { group: other }, steps: [{ run: 'true' }] }\n",
    );
    assert.match(
      messages(job(run, "own")).join(),
      /asks for the runner group 'other'; the sandbox has only Default/,
    );
  });
  it("refuses runners, containers and reusable workflows that it cannot offer", async () => {
    const run = await stage.run(`on: push
jobs:
  mac: { runs-on: macos-latest, steps: [{ run: 'true' }] }
  box: { runs-on: ubuntu-latest, container: node, steps: [{ run: 'true' }] }
  call: { uses: ./.github/workflows/other.yml }
`);
    assert.match(
      messages(job(run, "mac")).join(),
      /asks for a runner 'macos-latest'; the sandbox has only ubuntu/,
    );
    assert.match(messages(job(run, "box")).join(), /uses 'container'/);
    assert.match(messages(job(run, "call")).join(), /uses 'uses'/);
    assert.equal(run.conclusion, "failure");
  });
  it("lets only the environment's branches deploy, in GitHub's words", async () => {
    stage.environments = { production: { branches: ["main", "release/*"], secrets: { S: "canary" } } };
    const workflow = jobWorkflow("- run: echo deployed", "environment: production");
    const refused = first(await stage.run(workflow, "topic"));
    assert.equal(refused.conclusion, "failure");
    assert.deepEqual(messages(refused), [
      'Branch "topic" is not allowed to deploy to production due to environment protection rules.',
      "The deployment was rejected or didn't satisfy other protection rules.",
    ]);
    assert.deepEqual(stage.issued, []);
    assert.equal((await stage.run(workflow, "release/1")).conclusion, "success");
  });
  it("takes an environment from the matrix, with its secrets and variables", async () => {
    stage.repositoryVariables = { WHERE: "repository" };
    stage.environments = { staging: { variables: { WHERE: "here" } } };
    const run = await stage.run(
      jobWorkflow(
        `- run: echo \${{ matrix.stage }} \${{ vars.WHERE }} \${{ strategy.job-total }}`,
        `strategy: { matrix: { stage: [staging, production] } }\nenvironment: '\${{ matrix.stage }}'`,
      ),
    );
    assert.ok(logLines(job(run, "work (staging)")).includes("staging here 2"));
    assert.ok(logLines(job(run, "work (production)")).includes("production repository 2"));
  });
  it("stops the rest of a matrix when one job fails, unless fail-fast is off", async () => {
    const steps = `- run: if [ \${{ matrix.n }} = 1 ]; then exit 1; else sleep 30; fi`;
    const run = await stage.run(jobWorkflow(steps, "strategy: { matrix: { n: [1, 2] } }"));
    assert.deepEqual(
      [job(run, "work (1)").conclusion, job(run, "work (2)").conclusion],
      ["failure", "cancelled"],
    );
    assert.equal(run.conclusion, "failure");
    const patient = await stage.run(
      jobWorkflow(
        steps.replace("30", "0"),
        "strategy: { fail-fast: false, max-parallel: 1, matrix: { n: [1, 2] } }",
      ),
    );
    assert.equal(job(patient, "work (2)").conclusion, "success");
  });
  it("gives the token the permissions of the job, else of the workflow, else the restricted default", async () => {
    await stage.run(jobWorkflow("- run: 'true'"));
    await stage.run(`permissions: {}\n${jobWorkflow("- run: 'true'")}`);
    await stage.run(
      `permissions: write-all\n${jobWorkflow("- run: 'true'", "permissions: { contents: write }")}`,
    );
    await stage.run(`permissions: read-all\n${jobWorkflow("- run: 'true'")}`);
    const [usual, none, ofJob, all] = stage.issued.map(({ permissions }) => permissions);
    assert.deepEqual(usual, { contents: "read", metadata: "read", packages: "read" });
    assert.deepEqual(none, { metadata: "read" });
    assert.deepEqual(ofJob, { contents: "write", metadata: "read" });
    assert.equal(all?.issues, "read");
    assert.equal(all?.["id-token"], undefined);
    assert.ok(stage.issued.every(({ revoked }) => revoked));
  });
});

describe("runner: matrix", () => {
  it("makes the product of its lists, less what is excluded", () => {
    const found = matrixCombinations({ a: [1, 2], b: ["x", "y"], exclude: [{ a: 2, b: "y" }] });
    assert.deepEqual(found, [
      { a: 1, b: "x" },
      { a: 1, b: "y" },
      { a: 2, b: "x" },
    ]);
  });
  it("follows the example of GitHub's docs for include", () => {
    const found = matrixCombinations({
      fruit: ["apple", "pear"],
      animal: ["cat", "dog"],
      include: [
        { color: "green" },
        { color: "pink", animal: "cat" },
        { fruit: "apple", shape: "circle" },
        { fruit: "banana" },
        { fruit: "banana", animal: "cat" },
      ],
    });
    assert.deepEqual(found, [
      { fruit: "apple", animal: "cat", color: "pink", shape: "circle" },
      { fruit: "apple", animal: "dog", color: "green", shape: "circle" },
      { fruit: "pear", animal: "cat", color: "pink" },
      { fruit: "pear", animal: "dog", color: "green" },
      { fruit: "banana" },
      { fruit: "banana", animal: "cat" },
    ]);
  });
  it("makes one job of each include when there is no list", () => {
    assert.deepEqual(matrixCombinations({ include: [{ s: "a" }, { s: "b" }] }), [{ s: "a" }, { s: "b" }]);
  });
  it("refuses a dimension that is not a list and more than 256 jobs", () => {
    assert.throws(() => matrixCombinations({ a: "x" }), /'a' is not a list/);
    const seventeen = Array.from({ length: 17 }, (_, at) => at);
    assert.throws(
      () => matrixCombinations({ a: seventeen, b: seventeen }),
      /makes 289 jobs; GitHub allows 256/,
    );
  });
});
