import assert from "node:assert/strict";
import { DispatchRefused } from "../../sandbox/runner/dispatch-inputs";
import type { RerunWish, RunResult } from "../../sandbox/runner/run-request";
import { REPOSITORY, Stage, WORKFLOW } from "./stage";

/** `build` succeeds with an output, `test` fails in its second leg as long as WORD is bad, `publish` needs both. */
const JOBS = `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    outputs: { built: "\${{ steps.it.outputs.built }}" }
    steps:
      - id: it
        run: echo "built=\${{ github.run_attempt }}" >> "$GITHUB_OUTPUT"
  test:
    runs-on: ubuntu-latest
    strategy: { fail-fast: false, matrix: { leg: [one, two] } }
    steps:
      - run: test "\${{ matrix.leg }}" != two || test "$WORD" != bad
        env: { WORD: "\${{ secrets.WORD }}" }
  publish:
    needs: [build, test]
    runs-on: ubuntu-latest
    steps:
      - run: echo "build \${{ needs.build.outputs.built }} in attempt $GITHUB_RUN_ATTEMPT by $GITHUB_TRIGGERING_ACTOR"
`;

describe("runner: running again", () => {
  let stage: Stage;
  let last: RunResult;
  beforeEach(async () => {
    stage = new Stage();
    stage.organizationSecrets = { WORD: "bad" };
    last = await stage.run(JOBS);
  });
  afterEach(() => stage.close());

  const again = async (wish: RerunWish): Promise<RunResult> => {
    const queued = stage.runner.rerun(REPOSITORY, last, wish, "somebody");
    assert.deepEqual([queued.id, queued.runNumber, queued.status], [last.id, last.runNumber, "queued"]);
    await stage.runner.idle();
    return stage.result(last.id);
  };
  const conclusions = ({ jobs }: RunResult) =>
    Object.fromEntries(jobs.map(({ name, conclusion }) => [name, conclusion]));
  const idOf = ({ jobs }: RunResult, name: string) => jobs.find((job) => job.name === name)?.id;

  it("keeps id and number, counts attempts, reads secrets again and says who asked", async () => {
    assert.equal(last.conclusion, "failure");
    stage.organizationSecrets = { WORD: "good" };
    const run = await again("all");
    assert.deepEqual(
      [run.attempt, run.conclusion, run.actor, run.triggeringActor],
      [2, "success", "octo", "somebody"],
    );
    assert.equal(Object.values(conclusions(run)).filter((each) => each === "success").length, 4);
    assert.match(
      run.jobs.find(({ name }) => name === "publish")?.log ?? "",
      /build 2 in attempt 2 by somebody/,
    );
    assert.equal(
      stage.result(last.id).jobs.some(({ id }) => last.jobs.some((job) => job.id === id)),
      false,
    );
  });

  it("runs what failed and what needs it, and lets the rest stand with its outputs", async () => {
    stage.organizationSecrets = { WORD: "good" };
    const run = await again("failed");
    assert.equal(run.conclusion, "success");
    for (const name of ["build", "test (one)"]) assert.equal(idOf(run, name), idOf(last, name), name);
    for (const name of ["test (two)", "publish"]) assert.notEqual(idOf(run, name), idOf(last, name), name);
    assert.match(run.jobs.find(({ name }) => name === "publish")?.log ?? "", /build 1 in attempt 2/);
  });

  it("runs one job, whatever became of it, and what needs it", async () => {
    const run = await again({ job: idOf(last, "build") ?? 0 });
    assert.notEqual(idOf(run, "build"), idOf(last, "build"));
    for (const name of ["test (one)", "test (two)"]) assert.equal(idOf(run, name), idOf(last, name), name);
    assert.deepEqual([run.conclusion, conclusions(run).publish], ["failure", "skipped"]);
  });

  it("refuses where nothing would run", async () => {
    stage.organizationSecrets = { WORD: "good" };
    last = await again("all");
    for (const wish of ["failed", { job: 4711 }] as const)
      assert.throws(() => stage.runner.rerun(REPOSITORY, last, wish, "o"), DispatchRefused);
  });

  it("refuses when the workflow's file is in the commit no more", () => {
    const gone = { ...last, workflowPath: WORKFLOW.replace("sync", "gone") };
    assert.throws(() => stage.runner.rerun(REPOSITORY, gone, "all", "o"), DispatchRefused);
  });

  it("tells of jobs that have begun, and of steps where their lines are", () => {
    const begun = stage.changes.find(({ underWay }) => underWay.length > 0);
    assert.ok(begun?.underWay.every(({ name, startedAt }) => name !== "" && startedAt !== ""));
    assert.deepEqual(last.underWay, []);
    const build = last.jobs.find(({ name }) => name === "build");
    const lines = build?.log.split(/(?<=\n)/) ?? [];
    assert.match(lines[build?.stepStarts[1] ?? 0] ?? "", /##\[group\]Run echo "built=1"/);
    assert.equal(build?.stepStarts.length, build?.steps.length);
  });
});
