import { setTimeout as sleep } from "node:timers/promises";
import { RemedyError } from "../errors";
import type { GitHubCall } from "./github-call";
import { type Asked, NotShownError, notGitHub } from "./github-refusal";

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
  const about = (repository: string): Asked => ({ ...call.ofRepository(repository), remedy: RIGHTS });

  const get = async (repository: string, id: number): Promise<Run> =>
    runIn(await call.get(about(repository), `${at(repository)}/runs/${id}`));

  const newest = async (repository: string, workflow: string): Promise<number[]> => {
    const path = `${at(repository)}/workflows/${workflow}/runs?event=workflow_dispatch&per_page=20`;
    const { workflow_runs: runs } = await call.get(about(repository), path);
    if (!Array.isArray(runs)) throw notGitHub(about(repository));
    return runs.map((run: Listed) => runIn(run).id);
  };

  return {
    get,
    dispatch: async (repository, workflow, { ref, inputs }) => {
      const asked = about(repository);
      const before = new Set(await newest(repository, workflow));
      const body = JSON.stringify({ ref, inputs, return_run_details: true });
      const path = `${at(repository)}/workflows/${workflow}/dispatches`;
      const answer = await call.send(asked, path, { method: "POST", body });
      const told = idIn(answer.text);
      if (told !== undefined) return told;
      // Servers of before 2026 answer without it: it is the one that was not there.
      for (let look = 0; look < LOOKS; look += 1) {
        await sleep(Math.min(everyMs * 2 ** look, SLOWEST_MS));
        const found = (await newest(repository, workflow)).find((id) => !before.has(id));
        if (found !== undefined) return found;
      }
      const remedy = `look for it: gh run list -R ${call.organization}/${repository} -w ${workflow}`;
      throw new RemedyError({
        code: "run-not-listed",
        subject: asked.thing,
        cause: "GitHub started no run that it lists",
        remedy,
      });
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
  return new RemedyError({
    code: "run-unfinished",
    subject: `run ${id}`,
    cause: `it is still ${status}`,
    remedy,
  });
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

/** A workflow file on a repository's default branch. */
export interface WorkflowFile {
  path: string;
  text: string;
}

/** What GitHub shows of repositories' workflows. */
export interface GitHubWorkflows {
  /**
   * All workflow files on the default branch: a request, and one a file. None where there is no such folder.
   *
   * @throws RemedyError when the token may not read the repository's contents.
   */
  filesOf(repository: string): Promise<WorkflowFile[]>;
}

const FOLDER = ".github/workflows";

export function createGitHubWorkflows({ send, ofRepository, organization }: GitHubCall): GitHubWorkflows {
  const read = async (repository: string, path: string): Promise<unknown> => {
    const asked: Asked = { ...ofRepository(repository), thing: `contents of ${organization}/${repository}` };
    const answer = await send(asked, `/repos/${organization}/${repository}/contents/${path}`);
    try {
      return JSON.parse(answer.text) as unknown;
    } catch {
      throw notGitHub(asked);
    }
  };
  const list = async (repository: string): Promise<{ type: string; path: string }[]> => {
    try {
      const found = await read(repository, FOLDER);
      return Array.isArray(found) ? found : [];
    } catch (error) {
      if (error instanceof NotShownError) return [];
      throw error;
    }
  };
  const text = async (repository: string, path: string): Promise<string> => {
    const { content } = (await read(repository, encodeURI(path))) as { content?: unknown };
    return Buffer.from(typeof content === "string" ? content : "", "base64").toString("utf8");
  };
  return {
    filesOf: async (repository) => {
      const files = (await list(repository)).filter(
        ({ type, path }) => type === "file" && /\.ya?ml$/.test(path),
      );
      return Promise.all(files.map(async ({ path }) => ({ path, text: await text(repository, path) })));
    },
  };
}

/** A workflow as GitHub has it, and its last run that ended. */
export interface WorkflowState {
  /** `active`, or why it does not run: `disabled_manually`, `disabled_inactivity` and the like. */
  state: string;
  /** Undefined: it never ran to an end. */
  lastRun?: { id: number; conclusion: string; at: string; url: string };
}

/** What a carrier repository has of the sync. */
export interface GitHubCarrier {
  /** A file of a branch as text; undefined: there is none. */
  file(repository: string, path: string, branch: string): Promise<string | undefined>;
  /** @param path of the workflow's file. Undefined: GitHub knows no such workflow. */
  workflow(repository: string, path: string, branch: string): Promise<WorkflowState | undefined>;
  /**
   * When the last run began that synced everything and succeeded; RFC 3339. Of runs that people started only those count
   * whose name is `whole`: they may have been for some names alone, and GitHub tells no inputs.
   */
  lastWholeSync(carrier: string, path: string, branch: string, whole: string): Promise<string | undefined>;
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
      const [last] = runs as { id: number; conclusion: string; updated_at: string; html_url: string }[];
      const state = String(found.state);
      if (last === undefined) return { state };
      const { id, conclusion, updated_at: at, html_url: url } = last;
      return { state, lastRun: { id, conclusion, at, url } };
    },
    lastWholeSync: async (repository, path, branch, whole) => {
      const file = path.slice(path.lastIndexOf("/") + 1);
      const query = `branch=${encodeURIComponent(branch)}&status=success&per_page=30`;
      const place = `${base(repository)}/actions/workflows/${file}/runs?${query}`;
      const { workflow_runs: runs } = await get(about(repository, path), place);
      const found = (runs as ListedRun[]).find(
        (run) => run.event !== "workflow_dispatch" || run.display_title === whole,
      );
      return found?.run_started_at;
    },
  };
}

type ListedRun = Record<"event" | "display_title" | "run_started_at", string>;

function ignoreAbsence(error: unknown): undefined {
  if (!(error instanceof NotShownError)) throw error;
  return undefined;
}
