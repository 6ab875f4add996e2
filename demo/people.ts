import { Octokit } from "@octokit/rest";
import sodium from "libsodium-wrappers";

/** What people do in GitHub by hand or with `gh`: set values, start the workflow, look at its run. */
export interface People {
  setOrganizationSecret(name: string, value: string): Promise<void>;
  setEnvironmentSecret(environment: string, name: string, value: string): Promise<void>;
  startWorkflow(): Promise<void>;
  /** Waits for the newest run to end. @returns its conclusion and each job's log lines. */
  watchRun(): Promise<{ conclusion: string; jobs: { name: string; log: string }[] }>;
}

const WORKFLOW = "sync_secrets.yml";
const POLL_MS = 200;

/** GitHub through octokit, as its documentation shows it. */
export function createPeople(options: {
  baseUrl: string;
  token: string;
  owner: string;
  repo: string;
}): People {
  const { owner, repo } = options;
  // Octokit logs each refusal by itself, beside the error that it throws.
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const octokit = new Octokit({ baseUrl: options.baseUrl, auth: options.token, log });
  return {
    setOrganizationSecret: async (name, value) => {
      const { data: key } = await octokit.actions.getOrgPublicKey({ org: owner });
      const { data: secret } = await octokit.actions.getOrgSecret({ org: owner, secret_name: name });
      const { data: repositories } = await octokit.actions.listSelectedReposForOrgSecret({
        org: owner,
        secret_name: name,
      });
      await octokit.actions.createOrUpdateOrgSecret({
        org: owner,
        secret_name: name,
        key_id: key.key_id,
        encrypted_value: await seal(value, key.key),
        visibility: secret.visibility,
        selected_repository_ids: repositories.repositories.map((repository) => repository.id),
      });
    },
    setEnvironmentSecret: async (environment, name, value) => {
      const place = { owner, repo, environment_name: environment };
      const { data: key } = await octokit.actions.getEnvironmentPublicKey(place);
      const encrypted_value = await seal(value, key.key);
      await octokit.actions.createOrUpdateEnvironmentSecret({
        ...place,
        secret_name: name,
        key_id: key.key_id,
        encrypted_value,
      });
    },
    startWorkflow: async () => {
      await octokit.actions.createWorkflowDispatch({ owner, repo, workflow_id: WORKFLOW, ref: "main" });
    },
    watchRun: () => watchRun(octokit, owner, repo),
  };
}

async function watchRun(octokit: Octokit, owner: string, repo: string): ReturnType<People["watchRun"]> {
  for (;;) {
    const { data } = await octokit.actions.listWorkflowRuns({
      owner,
      repo,
      workflow_id: WORKFLOW,
      per_page: 1,
    });
    const run = data.workflow_runs[0];
    if (run?.status === "completed") {
      const { data: found } = await octokit.actions.listJobsForWorkflowRun({ owner, repo, run_id: run.id });
      const jobs = found.jobs.map(async (job) => {
        const { data: log } = await octokit.actions.downloadJobLogsForWorkflowRun({
          owner,
          repo,
          job_id: job.id,
        });
        return { name: job.name, log: String(log) };
      });
      return { conclusion: String(run.conclusion), jobs: await Promise.all(jobs) };
    }
    await new Promise((done) => setTimeout(done, POLL_MS));
  }
}

async function seal(value: string, key: string): Promise<string> {
  await sodium.ready;
  const box = sodium.crypto_box_seal(
    sodium.from_string(value),
    sodium.from_base64(key, sodium.base64_variants.ORIGINAL),
  );
  return sodium.to_base64(box, sodium.base64_variants.ORIGINAL);
}
