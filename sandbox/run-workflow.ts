import { setTimeout as sleep } from "node:timers/promises";
import type { RunningFile } from "./background";

const WORKFLOW = "sync_secrets.yml";
const POLL_MS = 300;

interface Repository {
  full_name: string;
  default_branch: string;
}

interface Run {
  id: number;
  status: string;
  conclusion: string | null;
  html_url: string;
}

/**
 * Starts the sync workflow by hand in each repository of the sandbox's GitHub that has it, as `gh workflow run` does at
 * github.com, and waits for the runs' ends.
 *
 * @param organizations logins.
 * @param say told where each run's page is, and how it ended.
 * @returns whether all succeeded.
 * @throws Error when no repository has the workflow yet.
 */
export async function runWorkflow(
  running: Pick<RunningFile, "github" | "tokens">,
  organizations: readonly string[],
  say: (line: string) => void,
): Promise<boolean> {
  const ask = askerOf(running);
  const listed = await Promise.all(
    organizations.map((each) => ask<Repository[]>("GET", `/orgs/${each}/repos?per_page=100`)),
  );
  const conclusions: (string | null)[] = [];
  for (const { full_name, default_branch: ref } of listed.flat()) {
    const workflow = `/repos/${full_name}/actions/workflows/${WORKFLOW}`;
    if ((await ask<Run | undefined>("GET", workflow)) === undefined) continue;
    const { workflow_run_id: id } = await ask<{ workflow_run_id: number }>("POST", `${workflow}/dispatches`, {
      ref,
      return_run_details: true,
    });
    let run = await ask<Run>("GET", `/repos/${full_name}/actions/runs/${id}`);
    say(`${full_name}: running ${WORKFLOW}: ${run.html_url}`);
    while (run.status !== "completed" && run.status !== "waiting") {
      await sleep(POLL_MS);
      run = await ask<Run>("GET", `/repos/${full_name}/actions/runs/${id}`);
    }
    say(`${full_name}: ${run.conclusion ?? "waits for a review"}`);
    conclusions.push(run.conclusion);
  }
  if (conclusions.length === 0)
    throw new Error(`No repository has ${WORKFLOW}. Remedy: pulumi up -s production`);
  return conclusions.every((each) => each === "success");
}

/** Answers of the sandbox's GitHub; undefined for what is not there. */
function askerOf({ github, tokens }: Pick<RunningFile, "github" | "tokens">) {
  return async <Answer>(method: string, path: string, body?: object): Promise<Answer> => {
    const response = await fetch(`${github}${path}`, {
      method,
      headers: { authorization: `Bearer ${tokens.github}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (response.status === 404) return undefined as Answer;
    if (!response.ok) throw new Error(`${method} ${path}: GitHub answered ${response.status}`);
    return (text === "" ? undefined : JSON.parse(text)) as Answer;
  };
}
