import assert from "node:assert/strict";
import { DispatchRefused } from "../../sandbox/runner/dispatch-inputs";
import { first, logLines, REPOSITORY, Stage, WORKFLOW } from "./stage";

const JOBS = "jobs: { work: { runs-on: ubuntu-latest, steps: [{ run: 'true' }] } }";

describe("runner: dispatch", () => {
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage();
  });
  afterEach(() => stage.close());

  const INPUTS = `on:
  workflow_dispatch:
    inputs:
      stage: { type: choice, options: [staging, production], default: staging }
      dry-run: { type: boolean, default: true }
      count: { type: number, default: 3 }
      reason: { type: string, required: true }
jobs:
  work:
    runs-on: ubuntu-latest
    steps:
      - run: echo "\${{ inputs.stage }} \${{ inputs.count + 0 == 0 }}"
`.replace("inputs.count + 0 == 0", "inputs.count == 3");

  const dispatch = (inputs: Record<string, string>, workflow = INPUTS) => {
    const sha = stage.commit({ [WORKFLOW]: workflow });
    const ref = "refs/heads/main";
    return stage.runner.dispatch(REPOSITORY, "sync.yml", {
      name: "workflow_dispatch",
      ref,
      sha,
      inputs,
      actor: "o",
    });
  };
  const refused = (status: number, message: string | RegExp) => (error: unknown) => {
    assert.ok(error instanceof DispatchRefused);
    assert.equal(error.status, status);
    if (typeof message === "string") assert.equal(error.message, message);
    else assert.match(error.message, message);
    return true;
  };

  it("gives typed inputs with their defaults, and texts in the event", async () => {
    const workflow = INPUTS.replace(
      /- run: .*/,
      `- run: echo '\${{ toJSON(inputs) }}' | tr -d ' \\n'; echo '\${{ toJSON(github.event.inputs) }}' | tr -d ' \\n'`,
    );
    const run = dispatch({ reason: "why" }, workflow);
    assert.equal(run.status, "queued");
    await stage.runner.idle();
    const log = first(stage.result(run.id)).log;
    assert.ok(log.includes('{"stage":"staging","dry-run":true,"count":3,"reason":"why"}'));
    assert.ok(log.includes('{"stage":"staging","dry-run":"true","count":"3","reason":"why"}'));
  });
  it("refuses a missing required input, an unknown one and a value that is no choice", () => {
    assert.throws(() => dispatch({}), refused(422, "Required input 'reason' not provided"));
    assert.throws(() => dispatch({ reason: "y", x: "1" }), refused(422, 'Unexpected inputs provided: ["x"]'));
    const bad = refused(422, "Provided value 'moon' for input 'stage' not in the list of allowed values");
    assert.throws(() => dispatch({ reason: "y", stage: "moon" }), bad);
    assert.throws(() => dispatch({ reason: "y", "dry-run": "yes" }), refused(422, /'dry-run'/));
    assert.throws(() => dispatch({ reason: "y", count: "many" }), refused(422, /'count'/));
  });
  it("refuses a workflow without the trigger, one that is not there and one that is invalid", () => {
    assert.throws(
      () => dispatch({}, `on: push\n${JOBS}`),
      refused(422, /does not have 'workflow_dispatch' trigger/),
    );
    assert.throws(
      () => dispatch({}, "on: workflow_dispatch\njobs: 3\n"),
      refused(422, /failed to parse workflow/),
    );
    const event = {
      name: "workflow_dispatch",
      ref: "refs/heads/main",
      sha: "HEAD",
      inputs: {},
      actor: "o",
    } as const;
    assert.throws(() => stage.runner.dispatch(REPOSITORY, "none.yml", event), refused(404, "Not Found"));
  });
  it("runs the file of the dispatched commit, not that of the default branch", async () => {
    stage.commit({ [WORKFLOW]: `on: workflow_dispatch\n${JOBS}` });
    const other = `on: workflow_dispatch\n${JOBS.replace("'true'", "echo from-the-branch")}`;
    const sha = stage.commit({ [WORKFLOW]: other }, "topic");
    const event = {
      name: "workflow_dispatch",
      ref: "refs/heads/topic",
      sha,
      inputs: {},
      actor: "o",
    } as const;
    const run = stage.runner.dispatch(REPOSITORY, WORKFLOW, event);
    await stage.runner.idle();
    assert.equal(run.headBranch, "topic");
    assert.ok(logLines(first(stage.result(run.id))).includes("from-the-branch"));
  });
});
