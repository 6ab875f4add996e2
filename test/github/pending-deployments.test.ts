import assert from "node:assert/strict";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { WorkflowRunner } from "../../sandbox/github/workflow-runs";
import { createRunner } from "../../sandbox/runner/runner";
import { inFolder, ORG, refusal, SEED, type StartedGitHub, startGitHub } from "./started-github";

const REPO = { owner: ORG, repo: "carrier" };
const WORKFLOW = `name: Sync
on: workflow_dispatch
jobs:
  free:
    runs-on: ubuntu-latest
    environment: staging
    steps:
      - run: echo free
  held:
    runs-on: ubuntu-latest
    environment: production
    steps:
      - run: echo "held for \${{ secrets.WHO }}"
`;

describe("an environment with required reviewers", () => {
  const seed = {
    ...SEED,
    organizations: SEED.organizations.map((organization) =>
      organization.login === ORG
        ? {
            ...organization,
            repositories: organization.repositories.map((repository) =>
              repository.name === "carrier"
                ? { ...repository, files: { ".github/workflows/sync.yml": WORKFLOW } }
                : repository,
            ),
          }
        : organization,
    ),
  };
  interface Held {
    github: StartedGitHub;
    runner: WorkflowRunner;
    run: number;
    environment: number;
    status(): Promise<string>;
    ended(): Promise<{ name: string; conclusion: string | null }[]>;
  }

  /** A run whose one job waits for the team that "writer" is in; "owner" started it. */
  const held = (work: (held: Held) => Promise<void>, more: object = {}, who = "owner-token") =>
    inFolder(async (folder) => {
      let runner: WorkflowRunner | undefined;
      const github = await startGitHub({
        seed,
        runner: (host, onChange, nextRunId) => {
          runner = createRunner({ host, onChange, nextRunId, workFolder: join(folder, "work") });
          return runner;
        },
      });
      try {
        const { rest } = github.octokit();
        const team = (await rest.teams.create({ org: ORG, name: "security" })).data;
        await rest.teams.addOrUpdateMembershipForUserInOrg({
          org: ORG,
          team_slug: "security",
          username: "writer",
        });
        const reviewers = [{ type: "Team" as const, id: team.id }];
        await rest.repos.createOrUpdateEnvironment({
          ...REPO,
          environment_name: "production",
          reviewers,
          ...more,
        });
        await github
          .octokit(who)
          .rest.actions.createWorkflowDispatch({ ...REPO, workflow_id: "sync.yml", ref: "main" });
        const run = (await rest.actions.listWorkflowRuns({ ...REPO, workflow_id: "sync.yml" })).data
          .workflow_runs[0];
        if (run === undefined || runner === undefined) throw new Error("no run");
        const at = { ...REPO, run_id: run.id };
        const status = async () => (await rest.actions.getWorkflowRun(at)).data.status ?? "";
        while ((await status()) !== "waiting") await sleep(10);
        const [pending] = (await rest.actions.getPendingDeploymentsForRun(at)).data;
        const ended = async () =>
          (await rest.actions.listJobsForWorkflowRun(at)).data.jobs.map(({ name, conclusion }) => ({
            name,
            conclusion,
          }));
        await work({ github, runner, run: run.id, environment: pending?.environment.id ?? 0, status, ended });
      } finally {
        await github.close();
      }
    });

  const review = ({ github, run, environment }: Held, token: string, state: "approved" | "rejected") =>
    github.octokit(token).rest.actions.reviewPendingDeploymentsForRun({
      ...REPO,
      run_id: run,
      environment_ids: [environment],
      state,
      comment: ".",
    });

  it("holds its job back, and no other, until one of them lets it through", () =>
    held(async (all) => {
      while ((await all.ended()).length === 0) await sleep(10);
      assert.deepEqual(await all.ended(), [{ name: "free", conclusion: "success" }]);
      const page = await fetch(`${all.github.url}/${ORG}/carrier/actions/runs/${all.run}`);
      assert.match(await page.text(), /^Sync #1: waiting for a review\n/);
      await review(all, "writer-token", "approved");
      await all.runner.idle();
      assert.equal(await all.status(), "completed");
      assert.deepEqual(
        (await all.ended()).map(({ conclusion }) => conclusion),
        ["success", "success"],
      );
      const at = { ...REPO, run_id: all.run };
      assert.deepEqual((await all.github.octokit().rest.actions.getPendingDeploymentsForRun(at)).data, []);
      const approvals = all.github.audit
        .list()
        .filter(({ action }) => action === "workflows.approve_workflow_job");
      assert.deepEqual(
        approvals.map(({ actor }) => actor),
        ["writer"],
      );
    }));

  it("fails the job that they reject, with GitHub's words", () =>
    held(async (all) => {
      await review(all, "writer-token", "rejected");
      await all.runner.idle();
      const job = (await all.ended()).find(({ name }) => name === "held");
      assert.equal(job?.conclusion, "failure");
    }));

  it("hears nobody else: not who is not a reviewer, and not who started it where that is a rule", async () => {
    await held(async (all) => {
      assert.equal((await refusal(review(all, "owner-token", "approved"))).status, 403);
      assert.equal(await all.status(), "waiting");
      const other = { ...all, environment: 4711 };
      assert.equal((await refusal(review(other, "writer-token", "approved"))).status, 422);
    });
    await held(
      async (all) => {
        const at = { ...REPO, run_id: all.run };
        const [pending] = (
          await all.github.octokit("writer-token").rest.actions.getPendingDeploymentsForRun(at)
        ).data;
        assert.equal(pending?.current_user_can_approve, false);
        assert.equal((await refusal(review(all, "writer-token", "approved"))).status, 403);
      },
      { prevent_self_review: true },
      "writer-token",
    );
  });

  it("lets go of a job whose run is cancelled", () =>
    held(async (all) => {
      await all.github.octokit().rest.actions.cancelWorkflowRun({ ...REPO, run_id: all.run });
      await all.runner.idle();
      const job = (await all.ended()).find(({ name }) => name === "held");
      assert.equal(job?.conclusion, "cancelled");
    }));

  it("never asks them about a branch that may not use it", () =>
    held(async (all) => {
      const { rest } = all.github.octokit();
      const rules = { protected_branches: false, custom_branch_policies: true };
      const place = { ...REPO, environment_name: "production" };
      const { data } = await rest.repos.getEnvironment(place);
      const reviewers =
        data.protection_rules?.flatMap((rule) => ("reviewers" in rule ? (rule.reviewers ?? []) : [])) ?? [];
      assert.equal(reviewers.length, 1);
      await rest.repos.createOrUpdateEnvironment({
        ...place,
        reviewers: reviewers.map(({ reviewer }) => ({ type: "Team" as const, id: Number(reviewer?.id) })),
        deployment_branch_policy: rules,
      });
      await rest.repos.createDeploymentBranchPolicy({ ...place, name: "release" });
      await rest.actions.createWorkflowDispatch({ ...REPO, workflow_id: "sync.yml", ref: "main" });
      const [second] = (await rest.actions.listWorkflowRuns({ ...REPO, workflow_id: "sync.yml" })).data
        .workflow_runs;
      const at = { ...REPO, run_id: second?.id ?? 0 };
      while ((await rest.actions.getWorkflowRun(at)).data.status !== "completed") await sleep(10);
      assert.equal((await rest.actions.getWorkflowRun(at)).data.conclusion, "failure");
    }));
});
