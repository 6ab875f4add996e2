import { setTimeout as sleep } from "node:timers/promises";
import { Octokit } from "@octokit/rest";
import { sealed } from "./sealed-box";

/** One run of a workflow, with all that its page shows. */
export interface WorkflowRun {
  id: number;
  event: string;
  conclusion: string | null;
  jobs: { name: string; conclusion: string | null; log: string }[];
}

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const RUN_LIMIT_MS = 180_000;

/** What people do in GitHub, by its API, with GitHub's own client. */
export class People {
  readonly octokit: Octokit;
  private publicKey: { key: string; key_id: string } | undefined;

  constructor(
    url: string,
    token: string,
    private readonly organization: string,
    private readonly repository: string,
  ) {
    this.octokit = new Octokit({ auth: token, baseUrl: url, log: silent });
  }

  /** Sets an organization secret's value; who may read it stays as it is. A new one is for all repositories. */
  async setSecret(name: string, value: string): Promise<void> {
    const place = { org: this.organization, secret_name: name };
    const { actions } = this.octokit.rest;
    this.publicKey ??= (await actions.getOrgPublicKey({ org: this.organization })).data;
    const there = await actions.getOrgSecret(place).catch(() => undefined);
    const visibility = there?.data.visibility ?? "all";
    // A write that leaves the repositories out takes the secret from all of them, so clients send them again.
    const readers =
      visibility === "selected" ? (await actions.listSelectedReposForOrgSecret(place)).data.repositories : [];
    await actions.createOrUpdateOrgSecret({
      ...place,
      visibility,
      selected_repository_ids: readers.map((repository) => repository.id),
      key_id: this.publicKey.key_id,
      encrypted_value: await sealed(this.publicKey.key, value),
    });
  }

  /** Sets a secret of one deployment environment. */
  async setEnvironmentSecret(environment: string, name: string, value: string): Promise<void> {
    const place = { owner: this.organization, repo: this.repository, environment_name: environment };
    const { repos } = this.octokit.rest;
    // Made only where there is none: an update without rules takes away those that it has.
    await repos.getEnvironment(place).catch(() => repos.createOrUpdateEnvironment(place));
    const { data } = await this.octokit.rest.actions.getEnvironmentPublicKey(place);
    await this.octokit.rest.actions.createOrUpdateEnvironmentSecret({
      ...place,
      secret_name: name,
      key_id: data.key_id,
      encrypted_value: await sealed(data.key, value),
    });
  }

  /** Starts the sync by hand and waits for its end. */
  async sync(environment = "all"): Promise<WorkflowRun> {
    const place = { owner: this.organization, repo: this.repository };
    const before = new Set((await this.runs()).map((run) => run.id));
    await this.octokit.rest.actions.createWorkflowDispatch({
      ...place,
      workflow_id: "sync_secrets.yml",
      ref: "main",
      inputs: { environment },
    });
    const started = (await this.runs()).find((run) => !before.has(run.id));
    if (started === undefined) throw new Error("GitHub started no run");
    return this.ended(started.id);
  }

  /** Ids of the runs so far, newest first. */
  async runs(): Promise<{ id: number; event: string }[]> {
    const place = { owner: this.organization, repo: this.repository };
    const { data } = await this.octokit.rest.actions.listWorkflowRunsForRepo({ ...place, per_page: 100 });
    return data.workflow_runs;
  }

  /** Waits until a run is over. */
  async ended(id: number): Promise<WorkflowRun> {
    const place = { owner: this.organization, repo: this.repository, run_id: id };
    const deadline = Date.now() + RUN_LIMIT_MS;
    for (;;) {
      const { data } = await this.octokit.rest.actions.getWorkflowRun(place);
      if (data.status === "completed") return { ...data, jobs: await this.jobs(id) };
      if (Date.now() > deadline) throw new Error(`run ${id} is still ${data.status}`);
      await sleep(100);
    }
  }

  private async jobs(id: number): Promise<WorkflowRun["jobs"]> {
    const place = { owner: this.organization, repo: this.repository };
    const { data } = await this.octokit.rest.actions.listJobsForWorkflowRun({ ...place, run_id: id });
    return Promise.all(
      data.jobs.map(async ({ id: job_id, name, conclusion }) => {
        const log = await this.octokit.rest.actions.downloadJobLogsForWorkflowRun({ ...place, job_id });
        return { name, conclusion, log: String(log.data) };
      }),
    );
  }
}
