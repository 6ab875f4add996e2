import assert from "node:assert/strict";
import { first, jobWorkflow, logLines, messages, REPOSITORY, Stage, WORKFLOW } from "./stage";

describe("runner: actions/checkout and actions/setup-node", () => {
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage();
  });
  afterEach(() => stage.close());

  it("checks out the commit of the event, not the newest, as a branch", async () => {
    const steps = `
      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5
        with: { fetch-depth: 0, persist-credentials: false }
      - run: echo "$(cat app.txt) $(git rev-parse HEAD) $(git branch --show-current) $(git status --porcelain | wc -l)"`;
    const sha = stage.commit({ [WORKFLOW]: jobWorkflow(steps), "app.txt": "old" });
    stage.commit({ "app.txt": "new" });
    const [queued] = stage.runner.trigger(REPOSITORY, stage.push(sha));
    await stage.runner.idle();
    const job = first(stage.result(queued?.id ?? 0));
    assert.ok(logLines(job).includes(`old ${sha} main 0`), job.log);
    assert.equal(job.steps[1]?.name, "Run actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8");
  });
  it("checks out another branch into a folder and gives its outputs", async () => {
    const other = stage.commit({ "app.txt": "topic" }, "topic");
    const job = await stage.job(`
      - uses: actions/checkout@v5
        id: out
        with: { ref: topic, path: inner }
      - run: echo "$(cat inner/app.txt) \${{ steps.out.outputs.commit }}"`);
    assert.ok(logLines(job).includes(`topic ${other}`), job.log);
  });
  it("checks out a commit that no branch reaches any more", async () => {
    stage.commit({ "app.txt": "base" });
    const lost = stage.commit({ "app.txt": "lost" }, "topic");
    stage.commit({ "app.txt": "amended" }, "topic", "HEAD~1");
    const job = await stage.job(`
      - uses: actions/checkout@v5
        with: { ref: ${lost} }
      - run: cat app.txt; echo`);
    assert.ok(logLines(job).includes("lost"), job.log);
  });
  it("leaves no credentials in the checkout", async () => {
    stage.organizationSecrets = { KEY: "canary-in-git" };
    const job = await stage.job(`
      - uses: actions/checkout@v5
      - run: if grep -rE 'ghs_toke[n]|extraheader' .git; then echo FOUND; fi; cat .git/config`);
    assert.ok(!logLines(job).includes("FOUND"));
    assert.equal(job.conclusion, "success");
  });
  it("refuses another repository, a path outside the workspace, submodules and a missing branch", async () => {
    for (const [given, message] of [
      ["repository: other/repo", /does not carry out 'repository: other\/repo'/],
      ["path: ../../..", /is not under/],
      ["submodules: recursive", /does not carry out 'submodules: recursive'/],
      ["ref: nowhere", /git checkout failed/],
    ] as const) {
      const job = await stage.job(`- uses: actions/checkout@v5\n  with: { ${given} }`);
      assert.equal(job.conclusion, "failure");
      assert.match(messages(job).join("\n"), message);
    }
  });
  it("keeps the machine's Node for setup-node and says so", async () => {
    const job = await stage.job("- uses: actions/setup-node@v6\n  with: { node-version: 24 }");
    assert.match(job.log, /Asked for Node 24; the sandbox keeps v\d+/);
    assert.equal(job.conclusion, "success");
  });
});
