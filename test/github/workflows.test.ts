import assert from "node:assert/strict";
import type { RunnerFactory } from "../../sandbox/github/workflow-runs";
import { RecordingRunner } from "./recording-runner";
import { ORG, refusal, type StartedGitHub, startGitHub } from "./started-github";

const REPO = { owner: ORG, repo: "carrier" };
const NAME = `${ORG}/carrier`;
const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("workflows", () => {
  let github: StartedGitHub;
  let runner: RecordingRunner;
  beforeEach(async () => {
    const factory: RunnerFactory = (...given) => {
      runner = new RecordingRunner(...given);
      return runner;
    };
    github = await startGitHub({ runner: factory });
  });
  afterEach(() => github.close());

  const write = (path: string, message = "m", token = "owner-token") =>
    github
      .octokit(token)
      .rest.repos.createOrUpdateFileContents({ ...REPO, path, message, content: base64("x: 1\n") });
  const dispatch = (more: object = {}, token = "owner-token") =>
    github
      .octokit(token)
      .rest.actions.createWorkflowDispatch({ ...REPO, workflow_id: "sync.yml", ref: "main", ...more });

  it("lists the workflow files of the default branch under ids that stay", async () => {
    const { rest } = github.octokit();
    const { data } = await rest.actions.listRepoWorkflows(REPO);
    assert.deepEqual(
      data.workflows.map(({ name, path, state }) => [name, path, state]),
      [["Sync", ".github/workflows/sync.yml", "active"]],
    );
    const id = data.workflows[0]?.id ?? 0;
    for (const workflow_id of [id, "sync.yml", ".github/workflows/sync.yml"]) {
      assert.equal((await rest.actions.getWorkflow({ ...REPO, workflow_id })).data.id, id);
    }
    assert.equal((await refusal(rest.actions.getWorkflow({ ...REPO, workflow_id: "no.yml" }))).status, 404);
  });

  it("tells the runner of a push: branch, commit, changed paths, actor", async () => {
    const { data } = await write("docs/x.md");
    assert.deepEqual(runner.triggered, [
      {
        repository: NAME,
        event: {
          name: "push",
          ref: "refs/heads/main",
          sha: data.commit.sha,
          changedPaths: ["docs/x.md"],
          actor: "owner",
        },
      },
    ]);
  });

  it("starts nothing for a message that says so", async () => {
    await write("docs/x.md", "Update [skip ci]");
    assert.deepEqual(runner.triggered, []);
  });

  it("starts nothing for a commit made with a GITHUB_TOKEN, which may dispatch all the same", async () => {
    const { token } = runner.host(NAME).issueToken({ contents: "write", actions: "write" }, 1);
    await write("docs/x.md", "m", token);
    assert.equal(runner.triggered.length, 0);
    assert.equal((await dispatch({}, token)).status, 204);
    assert.equal(runner.triggered[0]?.event.actor, "github-actions[bot]");
  });

  it("dispatches with 204, and with the run's id when asked for it", async () => {
    assert.equal((await dispatch()).status, 204);
    const { status, data } = await dispatch({ return_run_details: true, inputs: { dry_run: true } });
    assert.equal(status, 200);
    const details = data as unknown as { workflow_run_id: number; run_url: string };
    assert.equal(details.workflow_run_id, runner.runs[1]?.id);
    assert.equal(details.run_url, `${github.url}/repos/${NAME}/actions/runs/${details.workflow_run_id}`);
    const event = runner.triggered[1]?.event;
    assert.deepEqual(event?.name === "workflow_dispatch" && event.inputs, { dry_run: "true" });
    assert.equal(event?.ref, "refs/heads/main");
  });

  it("passes on the runner's refusal with its status and words", async () => {
    const message = "Workflow does not have 'workflow_dispatch' trigger";
    runner.refuses = Object.assign(new Error(message), { status: 422 });
    const { status, data } = await refusal(dispatch());
    assert.deepEqual([status, data.message], [422, message]);
  });

  it("answers 422 to a ref and 404 to a workflow that are not there, 403 to a reader", async () => {
    const { status, data } = await refusal(dispatch({ ref: "nope" }));
    assert.deepEqual([status, data.message], [422, "No ref found for: nope"]);
    assert.equal((await refusal(dispatch({ workflow_id: "nope.yml" }))).status, 404);
    assert.equal((await refusal(dispatch({}, "member-token"))).status, 403);
  });

  it("shows a run while it is under way and when it is over", async () => {
    const { rest } = github.octokit();
    await dispatch();
    const run = runner.runs[0] ?? assert.fail("no run");
    const one = { ...REPO, run_id: run.id };
    const before = (await rest.actions.getWorkflowRun(one)).data;
    assert.deepEqual([before.status, before.conclusion, before.head_branch], ["queued", null, "main"]);
    runner.finish(NAME, run, "success");
    const after = (await rest.actions.getWorkflowRun(one)).data;
    assert.deepEqual(
      [after.status, after.conclusion, after.path],
      ["completed", "success", ".github/workflows/sync.yml"],
    );
    const { data } = await rest.actions.listJobsForWorkflowRun(one);
    assert.deepEqual(
      data.jobs.map((job) => [job.name, job.conclusion]),
      [["sync / production", "success"]],
    );
    assert.deepEqual(
      data.jobs[0]?.steps?.map((step) => step.name),
      ["Sync"],
    );
  });

  it("shows a job that has begun", async () => {
    const { rest } = github.octokit();
    await dispatch();
    const run = runner.runs[0] ?? assert.fail("no run");
    runner.start(NAME, run);
    const { jobs } = (await rest.actions.listJobsForWorkflowRun({ ...REPO, run_id: run.id })).data;
    assert.deepEqual(
      jobs.map(({ status, conclusion, completed_at }) => [status, conclusion, completed_at]),
      [["in_progress", null, null]],
    );
    assert.equal((await refusal(rest.actions.deleteWorkflowRun({ ...REPO, run_id: run.id }))).status, 403);
    assert.equal((await refusal(rest.actions.reRunWorkflow({ ...REPO, run_id: run.id }))).status, 403);
  });

  it("starts a run again and keeps its earlier attempts", async () => {
    const { rest } = github.octokit();
    await dispatch();
    const run = runner.runs[0] ?? assert.fail("no run");
    runner.finish(NAME, run, "failure");
    const one = { ...REPO, run_id: run.id };
    assert.equal((await rest.actions.reRunWorkflowFailedJobs(one)).status, 201);
    runner.finish(NAME, runner.runs[1] ?? assert.fail("no second attempt"), "success");
    const job = (await rest.actions.listJobsForWorkflowRun(one)).data.jobs[0] ?? assert.fail("no job");
    assert.equal((await rest.actions.reRunJobForWorkflowRun({ ...REPO, job_id: job.id })).status, 201);
    assert.deepEqual(
      runner.reruns.map(({ wish }) => wish),
      ["failed", { job: job.id }],
    );
    const last = (await rest.actions.getWorkflowRun(one)).data;
    assert.deepEqual([last.run_attempt, last.status, last.triggering_actor?.login], [3, "queued", "owner"]);
    const attempt = async (attempt_number: number) =>
      (await rest.actions.getWorkflowRunAttempt({ ...one, attempt_number })).data.conclusion;
    assert.deepEqual([await attempt(1), await attempt(2)], ["failure", "success"]);
    const first = await rest.actions.listJobsForWorkflowRunAttempt({ ...one, attempt_number: 1 });
    assert.equal(first.data.jobs[0]?.conclusion, "failure");
    assert.equal((await refusal(attempt(4))).status, 404);
    const reader = github.octokit("member-token").rest.actions.reRunWorkflow(one);
    assert.equal((await refusal(reader)).status, 403);
  });

  it("starts no workflow that somebody has disabled", async () => {
    const { rest } = github.octokit();
    const workflow = { ...REPO, workflow_id: "sync.yml" };
    await rest.actions.disableWorkflow(workflow);
    assert.equal((await rest.actions.getWorkflow(workflow)).data.state, "disabled_manually");
    assert.ok(github.service.hostOf(NAME).isDisabled(".github/workflows/sync.yml"));
    assert.match((await refusal(dispatch())).data.message, /disabled workflow/);
    await rest.actions.enableWorkflow(workflow);
    assert.equal((await dispatch()).status, 204);
  });

  it("lists runs newest first and filters them", async () => {
    const { rest } = github.octokit();
    await dispatch();
    await dispatch();
    const [first, second] = runner.runs;
    if (first !== undefined) runner.finish(NAME, first, "failure");
    const ids = async (query: object = {}) =>
      (
        await rest.actions.listWorkflowRuns({ ...REPO, workflow_id: "sync.yml", ...query })
      ).data.workflow_runs.map((run) => run.id);
    assert.deepEqual(await ids(), [second?.id, first?.id]);
    assert.deepEqual(await ids({ status: "failure" }), [first?.id]);
    assert.deepEqual(await ids({ event: "push" }), []);
    assert.equal(
      (await rest.actions.listWorkflowRunsForRepo({ owner: ORG, repo: "other" })).data.total_count,
      0,
    );
  });

  it("gives a job's log as text and a run's as a ZIP file, each behind a redirect", async () => {
    await dispatch();
    const run = runner.runs[0] ?? assert.fail("no run");
    runner.finish(NAME, run, "success");
    const { rest } = github.octokit();
    const text = await rest.actions.downloadJobLogsForWorkflowRun({ ...REPO, job_id: run.id + 1 });
    assert.equal(text.data, "the *** log\n");
    const zip = await rest.actions.downloadWorkflowRunLogs({ ...REPO, run_id: run.id });
    const bytes = Buffer.from(zip.data as ArrayBuffer);
    assert.equal(bytes.subarray(0, 4).toString("latin1"), "PK\u0003\u0004");
    assert.ok(bytes.includes("the *** log") && bytes.includes("0_sync  production.txt"));
  });

  it("lets a log's address expire after a minute", async () => {
    await dispatch();
    const run = runner.runs[0] ?? assert.fail("no run");
    runner.finish(NAME, run, "success");
    const answer = await github.fetch(`/repos/${NAME}/actions/jobs/${run.id + 1}/logs`);
    assert.equal(answer.status, 302);
    const address = answer.headers.get("location") ?? "";
    assert.equal((await fetch(address)).status, 200);
    github.clock.forward(60);
    assert.equal((await fetch(address)).status, 404);
  });

  it("passes a cancellation on, and refuses one that comes too late", async () => {
    await dispatch();
    const run = runner.runs[0] ?? assert.fail("no run");
    const cancel = () => github.octokit().rest.actions.cancelWorkflowRun({ ...REPO, run_id: run.id });
    assert.equal((await cancel()).status, 202);
    assert.deepEqual(runner.cancelled, [run.id]);
    runner.finish(NAME, run, "success");
    assert.equal((await refusal(cancel())).status, 409);
  });

  it("records the beginning and the end of a run", async () => {
    await dispatch();
    const run = runner.runs[0] ?? assert.fail("no run");
    runner.finish(NAME, run, "failure");
    const seen = github.audit.list().map(({ action, outcome }) => [action, outcome]);
    assert.deepEqual(seen, [
      ["workflows.created_workflow_run", "success"],
      ["workflows.completed_workflow_run", "failed"],
    ]);
  });

  it("closes the runner", async () => {
    const other = await startGitHub({ runner: (...given) => (runner = new RecordingRunner(...given)) });
    await other.close();
    assert.equal(runner.closed, true);
  });
});

describe("GITHUB_TOKEN", () => {
  let github: StartedGitHub;
  beforeEach(async () => {
    github = await startGitHub();
  });
  afterEach(() => github.close());
  const issue = (permissions: Record<string, "read" | "write" | "none">) =>
    github.service.hostOf(NAME).issueToken(permissions, 7);
  const read = (token: string, repo = "carrier") =>
    github.octokit(token).rest.repos.getContent({ owner: ORG, repo, path: "README.md" });

  it("may do what its permissions say, in its own repository, until it is revoked", async () => {
    const { token, revoke } = issue({ contents: "read" });
    assert.match(token, /^ghs_/);
    assert.equal((await read(token)).status, 200);
    assert.equal((await refusal(read(token, "other"))).status, 404);
    const file = { ...REPO, path: "x", message: "m", content: "eA==" };
    const write = await refusal(github.octokit(token).rest.repos.createOrUpdateFileContents(file));
    assert.deepEqual([write.status, write.data.message], [403, "Resource not accessible by integration"]);
    revoke();
    assert.equal((await refusal(read(token))).status, 401);
  });

  it("may not read contents without the permission", async () => {
    assert.equal((await refusal(read(issue({ actions: "write" }).token))).status, 403);
  });

  it("never writes a workflow, nor anything about secrets", async () => {
    const { rest } = github.octokit(issue({ contents: "write", actions: "write" }).token);
    const file = { ...REPO, path: ".github/workflows/x.yml", message: "m", content: "eA==" };
    assert.equal((await refusal(rest.repos.createOrUpdateFileContents(file))).status, 403);
    assert.equal((await refusal(rest.actions.listOrgSecrets({ org: ORG }))).status, 403);
    assert.equal((await refusal(rest.actions.listRepoSecrets(REPO))).status, 403);
  });

  it("has 1,000 requests an hour and repository", async () => {
    const { headers } = await read(issue({ contents: "read" }).token);
    assert.equal(headers["x-ratelimit-limit"], "1000");
  });
});
