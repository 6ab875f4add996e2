import { setTimeout as sleep } from "node:timers/promises";
import { RemedyError } from "../errors";
import type { GitHubCall } from "./github-call";
import { notGitHub } from "./github-refusal";
import { withRights } from "./with-rights";

/** A run of a workflow. */
export interface Run {
  id: number;
  url: string;
  /** GitHub's own word: queued, in_progress, waiting (for a review), completed, ... */
  status: string;
  /** How it ended; undefined before. */
  conclusion: string | undefined;
}

/** Starts workflows of one organization's repositories and follows their runs. Every method throws RemedyError. */
export interface GitHubRuns {
  /** Starts a run. @returns its id. @throws when GitHub does not say which run it started. */
  dispatch(repository: string, workflow: string, dispatch: Dispatch): Promise<number>;
  get(repository: string, id: number): Promise<Run>;
  /** Waits for a run's end. @param onStatus told each new status. @throws when it takes longer than `patienceMs`. */
  ended(repository: string, id: number, onStatus: (run: Run) => void): Promise<Run>;
}

export interface Dispatch {
  /** Branch or tag. */
  ref: string;
  inputs: Readonly<Record<string, string>>;
}

export interface Pace {
  /** First wait between two looks, in milliseconds; doubles up to ten seconds. Default 250. */
  everyMs?: number;
  /** Longest wait for a run's end. Default 15 minutes: the job's own limit is 10. */
  patienceMs?: number;
}

const SLOWEST_MS = 10_000;
const RIGHTS =
  "pulumi up commits the workflow; to start it, give the token the scope repo (classic) or Actions, read and write, on it (fine-grained)";
/** Looks for a run that GitHub has started and does not list yet. */
const LOOKS = 8;

export function createGitHubRuns(call: GitHubCall, pace: Pace = {}): GitHubRuns {
  const { everyMs = 250, patienceMs = 900_000 } = pace;
  const at = (repository: string) => `/repos/${call.organization}/${repository}/actions`;

  const get = async (repository: string, id: number): Promise<Run> =>
    runIn(await withRights(call.get(call.ofRepository(repository), `${at(repository)}/runs/${id}`), RIGHTS));

  const newest = async (repository: string, workflow: string): Promise<number[]> => {
    const path = `${at(repository)}/workflows/${workflow}/runs?event=workflow_dispatch&per_page=20`;
    const { workflow_runs: runs } = await withRights(call.get(call.ofRepository(repository), path), RIGHTS);
    if (!Array.isArray(runs)) throw notGitHub(call.ofRepository(repository));
    return runs.map((run: Listed) => runIn(run).id);
  };

  return {
    get,
    dispatch: async (repository, workflow, { ref, inputs }) => {
      const asked = call.ofRepository(repository);
      const before = new Set(await newest(repository, workflow));
      const body = JSON.stringify({ ref, inputs, return_run_details: true });
      const path = `${at(repository)}/workflows/${workflow}/dispatches`;
      const answer = await withRights(call.send(asked, path, { method: "POST", body }), RIGHTS);
      const told = idIn(answer.text);
      if (told !== undefined) return told;
      // Servers of before 2026 answer without it: it is the one that was not there.
      for (let look = 0; look < LOOKS; look += 1) {
        await sleep(Math.min(everyMs * 2 ** look, SLOWEST_MS));
        const found = (await newest(repository, workflow)).find((id) => !before.has(id));
        if (found !== undefined) return found;
      }
      const remedy = `look for it: gh run list -R ${call.organization}/${repository} -w ${workflow}`;
      throw new RemedyError(asked.thing, "GitHub started no run that it lists", remedy);
    },
    ended: async (repository, id, onStatus) => {
      const deadline = Date.now() + patienceMs;
      let last = "";
      for (let look = 0; ; look += 1) {
        const run = await get(repository, id);
        if (run.status !== last) onStatus(run);
        last = run.status;
        if (run.status === "completed") return run;
        if (Date.now() > deadline) throw stillRunning(run);
        await sleep(Math.min(everyMs * 2 ** look, SLOWEST_MS));
      }
    },
  };
}

function stillRunning({ id, status, url }: Run): RemedyError {
  const remedy = `see what it waits for at ${url}, then run this again: it goes on with that run`;
  return new RemedyError(`run ${id}`, `it is still ${status}`, remedy);
}

interface Listed {
  id?: unknown;
  html_url?: unknown;
  status?: unknown;
  conclusion?: unknown;
}

function runIn({ id, html_url: url, status, conclusion }: Listed): Run {
  return {
    id: Number(id),
    url: String(url ?? ""),
    status: String(status ?? ""),
    conclusion: typeof conclusion === "string" ? conclusion : undefined,
  };
}

function idIn(text: string): number | undefined {
  try {
    const { workflow_run_id: id } = JSON.parse(text) as { workflow_run_id?: unknown };
    return typeof id === "number" ? id : undefined;
  } catch {
    return undefined;
  }
}
