import assert from "node:assert/strict";
import { join } from "node:path";
import type { WorkflowRunner } from "../../sandbox/github/workflow-runs";
import { createRunner } from "../../sandbox/runner/runner";
import { inFolder, ORG, putSecret, refusal, startGitHub } from "./started-github";

const REPO = { owner: ORG, repo: "carrier" };

const WORKFLOW = `name: Sync
on:
  push:
    paths: [data/**]
  workflow_dispatch:
    inputs:
      word: { required: true }
permissions:
  contents: read
jobs:
  sync:
    runs-on: ubuntu-latest
    steps:
      - run: |
          echo "length \${#KEY} word \${{ inputs.word }} key $KEY" | tee "$GITHUB_STEP_SUMMARY"
          curl -sf -H "Authorization: Bearer $TOKEN" "$GITHUB_API_URL/repos/$GITHUB_REPOSITORY" > answer.json
          grep -o '"full_name":"[^"]*"' answer.json | head -1
        env:
          KEY: \${{ secrets.KEY }}
          TOKEN: \${{ github.token }}
`;

describe("the sandbox's GitHub with the sandbox's runner", () => {
  it("runs a committed workflow with a secret, a GITHUB_TOKEN and an input, and shows its log", () =>
    inFolder(async (folder) => {
      let runner: WorkflowRunner | undefined;
      const github = await startGitHub({
        runner: (host, onChange, nextRunId) => {
          runner = createRunner({ host, onChange, nextRunId, workFolder: join(folder, "work") });
          return runner;
        },
      });
      try {
        const { rest } = github.octokit();
        const write = (path: string, text: string) =>
          rest.repos.createOrUpdateFileContents({
            ...REPO,
            path,
            message: path,
            content: Buffer.from(text).toString("base64"),
          });
        await putSecret(github.octokit(), "KEY", "a-secret-value");
        await write(".github/workflows/real.yml", WORKFLOW);
        const real = { ...REPO, workflow_id: "real.yml", ref: "main" };
        const missing = await refusal(rest.actions.createWorkflowDispatch(real));
        assert.deepEqual([missing.status, missing.data.message], [422, "Required input 'word' not provided"]);
        await rest.actions.createWorkflowDispatch({ ...real, inputs: { word: "hello" } });
        await write("data/x.json", "{}");
        await runner?.idle();

        const { data } = await rest.actions.listWorkflowRuns(real);
        assert.deepEqual(
          data.workflow_runs.map((run) => [run.event, run.conclusion]),
          [
            ["push", "success"],
            ["workflow_dispatch", "success"],
          ],
        );
        const run_id = data.workflow_runs[1]?.id ?? 0;
        const { jobs } = (await rest.actions.listJobsForWorkflowRun({ ...REPO, run_id })).data;
        const log = await rest.actions.downloadJobLogsForWorkflowRun({ ...REPO, job_id: jobs[0]?.id ?? 0 });
        assert.match(String(log.data), /length 14 word hello key \*\*\*/);
        assert.match(String(log.data), /"full_name":"ai-cherry\/carrier"/);
        const page = await (await fetch(data.workflow_runs[1]?.html_url ?? "")).text();
        assert.equal(page.split("length 14 word hello key ***").length, 3, "in the summary and in the log");
        for (const text of [String(log.data), page]) assert.doesNotMatch(text, /a-secret-value/);
      } finally {
        await github.close();
      }
    }));
});
