import { deepEqual, equal, match, rejects } from "node:assert/strict";
import type { GitHubCall } from "../../src/clients/github-call";
import { createGitHubCarrier, createGitHubRuns } from "../../src/clients/github-workflows";
import { RemedyError } from "../../src/errors";

const PACE = { everyMs: 1, patienceMs: 20 };

/** A GitHub of canned answers, and what it was asked. */
function scripted(answers: { dispatch: string; runs: number[][]; states: [string, string | null][] }) {
  const asked: string[] = [];
  const { runs, states } = answers;
  const call = {
    organization: "acme",
    ofRepository: (name: string) => ({ thing: `repository acme/${name}`, kind: "repository" }),
    send: async (_: unknown, path: string, write: { body: string }) => {
      asked.push(`POST ${path} ${write.body}`);
      return { status: 200, headers: {}, text: answers.dispatch };
    },
    get: async (_: unknown, path: string) => {
      if (path.includes("/workflows/"))
        return { workflow_runs: (runs.length > 1 ? runs.shift() : runs[0])?.map((id) => ({ id })) };
      const [status, conclusion] = (states.length > 1 ? states.shift() : states[0]) ?? ["queued", null];
      return { id: 7, html_url: "https://github.example/7", status, conclusion };
    },
  } as unknown as GitHubCall;
  return { runs: createGitHubRuns(call, PACE), asked };
}

describe("runs of a workflow", () => {
  const dispatch = { ref: "main", inputs: { names: "A" } };

  it("are known by the id that GitHub answers with", async () => {
    const { runs, asked } = scripted({ dispatch: '{"workflow_run_id":7}', runs: [[5]], states: [] });
    equal(await runs.dispatch("app", "sync.yml", dispatch), 7);
    deepEqual(asked, [
      'POST /repos/acme/app/actions/workflows/sync.yml/dispatches {"ref":"main","inputs":{"names":"A"},"return_run_details":true}',
    ]);
  });

  it("are found by being new where a server answers without an id", async () => {
    const { runs } = scripted({ dispatch: "", runs: [[5], [5], [6, 5]], states: [] });
    equal(await runs.dispatch("app", "sync.yml", dispatch), 6);
    const lost = scripted({ dispatch: "", runs: [[5]], states: [] });
    await rejects(lost.runs.dispatch("app", "sync.yml", dispatch), /GitHub started no run that it lists/);
  });

  it("are waited for, each status told once, and not for ever", async () => {
    const states: [string, string | null][] = [
      ["queued", null],
      ["waiting", null],
      ["waiting", null],
      ["completed", "success"],
    ];
    const told: string[] = [];
    const { runs } = scripted({ dispatch: "", runs: [[]], states });
    const ended = await runs.ended("app", 7, ({ status }) => told.push(status));
    deepEqual([ended.conclusion, told], ["success", ["queued", "waiting", "completed"]]);
    const hanging = scripted({ dispatch: "", runs: [[]], states: [["in_progress", null]] });
    await rejects(
      hanging.runs.ended("app", 7, () => undefined),
      (error: RemedyError) => {
        match(error.message, /run 7: it is still in_progress\. Remedy: .*https:\/\/github\.example\/7/);
        return error instanceof RemedyError;
      },
    );
  });
});

describe("the last run that synced everything", () => {
  const last = (runs: object[]) => {
    const call = { ofRepository: () => ({}), get: async () => ({ workflow_runs: runs }) };
    const carrier = createGitHubCarrier(call as unknown as GitHubCall);
    return carrier.lastWholeSync("app", ".github/workflows/sync.yml", "main", "Sync all");
  };
  const run = (event: string, display_title: string, run_started_at: string) => ({
    event,
    display_title,
    run_started_at,
  });
  const daily = run("schedule", "Sync all", "day");

  it("is the daily one, or one that a person started for everything, by its name", async () => {
    equal(await last([run("workflow_dispatch", "Sync all", "hand"), daily]), "hand");
    equal(await last([run("workflow_dispatch", "Sync some", "part"), daily]), "day");
    equal(await last([run("workflow_dispatch", "Sync secrets", "of an older workflow"), daily]), "day");
    equal(await last([run("workflow_dispatch", "Sync some", "part")]), undefined);
  });
});
