import { setTimeout as sleep } from "node:timers/promises";
import { Octokit } from "@octokit/rest";

/** Starts a workflow in the sandbox's GitHub and waits for its end, as the person does who goes on after it. */
async function main([repository = "", workflow_id = ""]: string[]): Promise<void> {
  const { SANDBOX_GITHUB_URL: baseUrl = "", GITHUB_TOKEN: auth = "" } = process.env;
  const { actions } = new Octokit({ baseUrl, auth }).rest;
  const [owner = "", repo = ""] = repository.split("/");
  await actions.createWorkflowDispatch({ owner, repo, workflow_id, ref: "main" });
  for (;;) {
    const { data } = await actions.listWorkflowRuns({ owner, repo, workflow_id, event: "workflow_dispatch" });
    const [run] = data.workflow_runs;
    if (run?.status === "completed") {
      console.log(`${run.html_url}: ${run.conclusion}`);
      process.exitCode = run.conclusion === "success" ? 0 : 1;
      return;
    }
    await sleep(300);
  }
}

void main(process.argv.slice(2));
