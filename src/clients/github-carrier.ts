import type { GitHubCall } from "./github-call";
import { type Asked, NotShownError } from "./github-refusal";

/** A workflow as GitHub has it, and its last run that ended. */
export interface WorkflowState {
  /** `active`, or why it does not run: `disabled_manually`, `disabled_inactivity` and the like. */
  state: string;
  /** Undefined: it never ran to an end. */
  lastRun?: { conclusion: string; at: string; url: string };
}

/** What a carrier repository has of the sync. */
export interface GitHubCarrier {
  /** A file of a branch as text; undefined: there is none. */
  file(repository: string, path: string, branch: string): Promise<string | undefined>;
  /** @param path of the workflow's file. Undefined: GitHub knows no such workflow. */
  workflow(repository: string, path: string, branch: string): Promise<WorkflowState | undefined>;
  /**
   * When the last run began that synced everything and succeeded; RFC 3339. Runs that people started do not count: they
   * may have been for some names alone, which GitHub does not tell.
   */
  lastWholeSync(repository: string, path: string, branch: string): Promise<string | undefined>;
}

export function createGitHubCarrier({ get, ofRepository, organization }: GitHubCall): GitHubCarrier {
  const about = (repository: string, what: string): Asked => ({
    ...ofRepository(repository),
    thing: `${what} of ${organization}/${repository}`,
  });
  const base = (repository: string) => `/repos/${organization}/${repository}`;
  return {
    file: async (repository, path, branch) => {
      const place = `${base(repository)}/contents/${encodeURI(path)}?ref=${encodeURIComponent(branch)}`;
      const found = await get(about(repository, path), place).catch(ignoreAbsence);
      if (found === undefined) return undefined;
      return Buffer.from(String(found.content ?? ""), "base64").toString("utf8");
    },
    workflow: async (repository, path, branch) => {
      const asked = about(repository, path);
      const place = `${base(repository)}/actions/workflows/${path.slice(path.lastIndexOf("/") + 1)}`;
      const found = await get(asked, place).catch(ignoreAbsence);
      if (found === undefined) return undefined;
      const query = `branch=${encodeURIComponent(branch)}&status=completed&per_page=1`;
      const { workflow_runs: runs } = await get(asked, `${place}/runs?${query}`);
      const [last] = runs as { conclusion: string; updated_at: string; html_url: string }[];
      const state = String(found.state);
      if (last === undefined) return { state };
      return { state, lastRun: { conclusion: last.conclusion, at: last.updated_at, url: last.html_url } };
    },
    lastWholeSync: async (repository, path, branch) => {
      const file = path.slice(path.lastIndexOf("/") + 1);
      const query = `branch=${encodeURIComponent(branch)}&status=success&per_page=30`;
      const place = `${base(repository)}/actions/workflows/${file}/runs?${query}`;
      const { workflow_runs: runs } = await get(about(repository, path), place);
      return (runs as Run[]).find(({ event }) => event !== "workflow_dispatch")?.run_started_at;
    },
  };
}

interface Run {
  event: string;
  run_started_at: string;
}

function ignoreAbsence(error: unknown): undefined {
  if (!(error instanceof NotShownError)) throw error;
  return undefined;
}
