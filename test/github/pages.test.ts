import assert from "node:assert/strict";
import { RecordingRunner } from "./recording-runner";
import { ORG, type StartedGitHub, startGitHub } from "./started-github";

const REPO = { owner: ORG, repo: "carrier" };
const NAME = `${ORG}/carrier`;

describe("the pages that GitHub's answers name", () => {
  let github: StartedGitHub;
  let runner: RecordingRunner;
  beforeEach(async () => {
    github = await startGitHub({ runner: (...given) => (runner = new RecordingRunner(...given)) });
  });
  afterEach(() => github.close());

  const dispatch = () =>
    github
      .octokit()
      .rest.actions.createWorkflowDispatch({ ...REPO, workflow_id: "sync.yml", ref: "main" })
      .then(() => runner.runs.at(-1) ?? assert.fail("no run"));
  /** As a browser and curl ask: without a token. */
  const page = async (address: string) => {
    const answer = await fetch(address);
    assert.match(answer.headers.get("content-type") ?? "", /^text\/plain; charset=utf-8$/i);
    return { status: answer.status, text: await answer.text() };
  };

  it("show a run: its end, its jobs, their steps, summaries and logs", async () => {
    const run = await dispatch();
    runner.finish(NAME, run, "failure", "2 values refused\n");
    const { data } = await github.octokit().rest.actions.getWorkflowRun({ ...REPO, run_id: run.id });
    const { status, text } = await page(data.html_url);
    assert.equal(status, 200);
    assert.match(
      text,
      /^Sync #1: failure\nai-cherry\/carrier, .github\/workflows\/sync.yml\nworkflow_dispatch by owner, main at /,
    );
    assert.match(text, /\nsync \/ production: failure\n {2}1\. Sync: failure\n/);
    assert.ok(text.includes("\nSummary\n-------\n2 values refused\n"), text);
    assert.ok(text.endsWith("\nLog\n---\nthe *** log\n"), text);
  });

  it("show a run that is under way as that", async () => {
    const run = await dispatch();
    const { text } = await page(`${github.url}/${NAME}/actions/runs/${run.id}`);
    assert.match(text, /^Sync #1: queued\n[\s\S]*Jobs show when they are over\.\n$/);
  });

  it("show one job", async () => {
    const run = await dispatch();
    runner.finish(NAME, run, "success");
    const { data } = await github.octokit().rest.actions.listJobsForWorkflowRun({ ...REPO, run_id: run.id });
    const { text } = await page(data.jobs[0]?.html_url ?? "");
    assert.equal(text, "sync / production: success\n  1. Sync: success\n\nLog\n---\nthe *** log\n");
  });

  it("show an issue", async () => {
    const { rest } = github.octokit();
    const made = { title: "JWT_SECRET is due", body: "Owner: Security", labels: ["rotation"] };
    const { data } = await rest.issues.create({ ...REPO, ...made });
    await rest.issues.update({ ...REPO, issue_number: data.number, state: "closed" });
    const { text } = await page(data.html_url);
    assert.match(
      text,
      /^#1 JWT_SECRET is due: closed\nai-cherry\/carrier; opened by owner, .*; labels: rotation\n/,
    );
    assert.ok(text.endsWith("\n\nOwner: Security\n"));
  });

  it("say of all others that the sandbox has none", async () => {
    const { rest } = github.octokit();
    const repository = (await rest.repos.get(REPO)).data.html_url;
    const run = await dispatch();
    for (const address of [
      repository,
      `${github.url}/${ORG}`,
      `${repository}/blob/main/README.md`,
      `${repository}/actions/runs/4711`,
      `${github.url}/${ORG}/other/actions/runs/${run.id}`,
      `${repository}/actions/runs/${run.id}/job/4711`,
      `${repository}/issues/4711`,
      `${github.url}/${ORG}/nothing/issues/1`,
    ]) {
      const { status, text } = await page(address);
      assert.equal(status, 404, address);
      assert.match(text, /^The sandbox's GitHub has no page \/ai-cherry.*\nIts pages: /, address);
    }
  });

  it("leave the API its own answers", async () => {
    for (const path of ["/nothing", "/repos/ai-cherry/nothing", "/api/v3/ai-cherry/carrier"]) {
      const answer = await github.fetch(path);
      assert.equal(answer.status, 404, path);
      assert.equal(((await answer.json()) as { message: string }).message, "Not Found", path);
    }
  });
});
