import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { first, jobWorkflow, logLines, messages, REPOSITORY, Stage, WORKFLOW } from "./stage";

describe("runner: stopping", () => {
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage(600);
  });
  afterEach(() => stage.close());

  /** Starts a run and waits until its step has written a line to the file: it may stand there empty before. */
  async function started(workflow: string, file: string): Promise<number> {
    const sha = stage.commit({ [WORKFLOW]: workflow });
    const [run] = stage.runner.trigger(REPOSITORY, stage.push(sha));
    const hasLine = () => existsSync(file) && readFileSync(file, "utf8").endsWith("\n");
    for (let tries = 0; tries < 400 && !hasLine(); tries += 1) await sleep(25);
    assert.ok(hasLine(), "the step has not begun");
    return run?.id ?? 0;
  }
  /** Waits until a process has ended, whether or not the machine's first process has collected it yet. */
  async function gone(file: string): Promise<boolean> {
    const pid = Number(readFileSync(file, "utf8"));
    assert.ok(pid > 0, "no process id was written");
    for (let tries = 0; tries < 400; tries += 1) {
      if (!runs(pid)) return true;
      await sleep(25);
    }
    return false;
  }
  function runs(pid: number): boolean {
    try {
      return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
    } catch {
      return false;
    }
  }

  it("stops a cancelled run's processes, and still runs what is under always()", async () => {
    const file = join(stage.folder, "pid");
    const steps = `
      - run: sleep 100 & echo $! > ${file}; wait
      - run: echo not-run
      - run: echo cleaned \${{ job.status }}
        if: always()`;
    const id = await started(jobWorkflow(steps), file);
    assert.equal(stage.runner.cancel(id), true);
    await stage.runner.idle();
    const run = stage.result(id);
    const job = first(run);
    assert.equal(run.conclusion, "cancelled");
    assert.deepEqual(
      job.steps.map(({ conclusion }) => conclusion),
      ["success", "cancelled", "skipped", "success", "success"],
    );
    assert.ok(logLines(job).includes("cleaned cancelled"));
    assert.ok(messages(job).includes("The operation was canceled."));
    assert.ok(await gone(file));
    assert.deepEqual(stage.leftovers(), []);
    assert.equal(stage.runner.cancel(id), false);
  });
  it("does not stop a cancelled run's step that is under always()", async () => {
    const file = join(stage.folder, "begun");
    const id = await started(
      jobWorkflow(`- run: echo > ${file}; sleep 1; echo finished\n  if: always()`),
      file,
    );
    stage.runner.cancel(id);
    await stage.runner.idle();
    assert.ok(logLines(first(stage.result(id))).includes("finished"));
  });
  it("begins no further job of a cancelled run but those under always() and cancelled()", async () => {
    const file = join(stage.folder, "begun");
    const id = await started(
      `on: push
jobs:
  long: { runs-on: ubuntu-latest, steps: [{ run: 'echo > ${file}; sleep 100' }] }
  next: { needs: long, runs-on: ubuntu-latest, steps: [{ run: 'true' }] }
  failed: { needs: long, if: failure(), runs-on: ubuntu-latest, steps: [{ run: 'true' }] }
  clean: { needs: long, if: cancelled(), runs-on: ubuntu-latest, steps: [{ run: 'true' }] }
`,
      file,
    );
    stage.runner.cancel(id);
    await stage.runner.idle();
    const ends = Object.fromEntries(stage.result(id).jobs.map((job) => [job.name, job.conclusion]));
    assert.deepEqual(ends, { long: "cancelled", next: "cancelled", failed: "cancelled", clean: "success" });
  });
  it("kills a step that ignores every signal when patience has run out", async () => {
    const file = join(stage.folder, "pid");
    const steps = `- run: trap '' INT TERM; echo $$ > ${file}; while true; do sleep 0.1; done`;
    const id = await started(jobWorkflow(steps), file);
    stage.runner.cancel(id);
    await stage.runner.idle();
    assert.equal(stage.result(id).conclusion, "cancelled");
    assert.ok(await gone(file));
  });
  it("ends a step after its timeout-minutes as a failure", async () => {
    const job = await stage.job(`
      - name: slow
        run: sleep 100
        timeout-minutes: 1
      - run: echo on-failure
        if: failure()`);
    assert.equal(job.conclusion, "failure");
    assert.deepEqual(messages(job), ["The action 'slow' has timed out after 1 minutes."]);
    assert.ok(logLines(job).includes("on-failure"));
  });
  it("cancels a job after its timeout-minutes, as GitHub reports it", async () => {
    const run = await stage.run(jobWorkflow("- run: sleep 100", "timeout-minutes: 1"));
    assert.equal(run.conclusion, "cancelled");
    assert.ok(messages(first(run)).includes("The job has exceeded the maximum execution time of 1 minutes."));
  });
  it("kills what a job leaves running, even in a session of its own", async () => {
    const file = join(stage.folder, "pid");
    const steps = `- run: setsid sh -c 'echo $$ > ${file}; exec sleep 100' > /dev/null 2>&1 & until [ -s ${file} ]; do sleep 0.05; done`;
    const job = await stage.job(steps);
    assert.equal(job.conclusion, "success");
    assert.ok(await gone(file));
  });
  it("does not wait for a background process that holds the step's output", async () => {
    const job = await stage.job("- run: sleep 60 & echo done"); // longer than mocha waits
    assert.ok(logLines(job).includes("done"));
  });
  it("ends every run at once on close, leaves nothing behind and starts no more", async () => {
    const file = join(stage.folder, "pid");
    const steps = `- run: trap '' INT TERM; echo $$ > ${file}; while true; do sleep 0.1; done\n- run: echo no\n  if: always()`;
    const id = await started(jobWorkflow(steps), file);
    const began = Date.now();
    await stage.runner.close();
    assert.ok(Date.now() - began < 7000, "before a step's patience, 7.5 s, is over");
    assert.equal(stage.result(id).conclusion, "cancelled");
    assert.ok(!logLines(first(stage.result(id))).includes("no"));
    assert.ok(await gone(file));
    assert.deepEqual(stage.leftovers(), []);
    const sha = stage.commit({ [WORKFLOW]: jobWorkflow("- run: 'true'") });
    assert.throws(() => stage.runner.trigger(REPOSITORY, stage.push(sha)), /closed/);
  });
});

describe("runner: concurrency", () => {
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage();
  });
  afterEach(() => stage.close());

  const workflow = (concurrency: string) => `concurrency: ${concurrency}\n${jobWorkflow("- run: sleep 0.4")}`;
  const trigger = (sha: string) => stage.runner.trigger(REPOSITORY, stage.push(sha))[0]?.id ?? 0;

  it("runs one, keeps one waiting and cancels an older one that waits", async () => {
    const sha = stage.commit({ [WORKFLOW]: workflow(`sync-\${{ github.ref }}`) });
    const ids = [trigger(sha), trigger(sha), trigger(sha)];
    await stage.runner.idle();
    const [one, two, three] = ids.map((id) => stage.result(id));
    assert.deepEqual(
      [one, two, three].map((run) => run?.conclusion),
      ["success", "cancelled", "success"],
    );
    const reason = "Canceling since a higher priority waiting request for 'sync-refs/heads/main' exists";
    assert.deepEqual(messages(first(two as never)), [reason]);
    assert.ok(first(three as never).startedAt >= first(one as never).completedAt);
  });
  it("cancels the running one with cancel-in-progress", async () => {
    const sha = stage.commit({
      [WORKFLOW]: workflow("{ group: sync, cancel-in-progress: true }").replace("0.4", "20"),
    });
    const one = trigger(sha);
    await sleep(600);
    const quick = stage.commit({ [WORKFLOW]: workflow("{ group: SYNC, cancel-in-progress: true }") });
    const two = trigger(quick);
    await stage.runner.idle();
    assert.equal(stage.result(one).conclusion, "cancelled");
    assert.equal(stage.result(two).conclusion, "success");
  });
  it("cancels a run that waits without disturbing the one that runs", async () => {
    const sha = stage.commit({ [WORKFLOW]: workflow("sync") });
    const [one, two] = [trigger(sha), trigger(sha)];
    await sleep(200);
    stage.runner.cancel(two);
    await stage.runner.idle();
    assert.equal(stage.result(one).conclusion, "success");
    assert.equal(stage.result(two).conclusion, "cancelled");
  });
  it("lets jobs of one group follow each other, and ends a job that would wait for its own run", async () => {
    const ordered = await stage.run(
      jobWorkflow("- run: sleep 0.3", "strategy: { matrix: { n: [1, 2] } }\nconcurrency: { group: one }"),
    );
    const [a, b] = ordered.jobs;
    assert.ok(String(b?.startedAt) >= String(a?.completedAt));
    assert.equal(ordered.conclusion, "success");
    const stuck = await stage.run(`concurrency: same\n${jobWorkflow("- run: 'true'", "concurrency: same")}`);
    assert.match(messages(first(stuck)).join(), /deadlock was detected for concurrency group: 'same'/);
    assert.equal(stuck.conclusion, "cancelled");
  });
});
