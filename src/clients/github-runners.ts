import type { GitHubCall } from "./github-call";
import type { Asked } from "./github-refusal";

/** A group of runners that a repository's jobs can name. */
export interface RunnerGroup {
  id: number;
  name: string;
  /** `selected`, `all` or `private`: which repositories it admits. */
  visibility: string;
  /** Whether the enterprise has it, and decides who may use it. */
  isInherited: boolean;
  /** Workflow files with their refs that alone may use it; undefined: all. */
  workflows: readonly string[] | undefined;
}

/** A job that no runner has taken. */
export interface UntakenJob {
  name: string;
  /** The labels that its runner must have. */
  labels: readonly string[];
  /** RFC 3339. */
  since: string;
  /** When GitHub gave it up; undefined while it waits. */
  until: string | undefined;
  run: number;
  /** Its page. */
  url: string;
}

/** What GitHub tells of runners, and of jobs that wait for one. Every method throws RemedyError. */
export interface GitHubRunners {
  /** All groups of the organization; those alone that admit a repository where one is named. */
  groups(admitting?: string): Promise<RunnerGroup[]>;
  /** Runs of a branch that have not ended, the newest of them; a request. */
  underWay(repository: string, workflowFile: string, branch: string): Promise<number[]>;
  /** Jobs of a run that no runner has taken, or had when GitHub ended them; a request. */
  untaken(repository: string, run: number): Promise<UntakenJob[]>;
}

const RIGHTS =
  "give the token the scope admin:org (classic) or the organization permission Self-hosted runners, read (fine-grained)";

interface ListedGroup {
  id: number;
  name: string;
  visibility: string;
  inherited: boolean;
  restricted_to_workflows?: boolean;
  selected_workflows?: string[];
}

interface ListedJob {
  name: string;
  status: string;
  conclusion: string | null;
  labels: string[];
  runner_id: number | null;
  created_at: string;
  completed_at: string | null;
  html_url: string | null;
}

/** A run has one job a deployment environment; no more are looked at. */
const JOBS = "per_page=100";

export function createGitHubRunners(call: GitHubCall): GitHubRunners {
  const { get, list, ofRepository, organization } = call;
  const base = (repository: string) => `/repos/${organization}/${repository}/actions`;
  return {
    groups: async (admitting) => {
      const asked: Asked = {
        thing: `runner groups of ${organization}`,
        kind: "organization",
        remedy: RIGHTS,
      };
      const path = `/orgs/${organization}/actions/runner-groups`;
      const query = admitting === undefined ? "" : `?visible_to_repository=${encodeURIComponent(admitting)}`;
      const found = await list<ListedGroup>(asked, `${path}${query}`, "runner_groups");
      return found.map(
        ({ id, name, visibility, inherited, restricted_to_workflows, selected_workflows }) => ({
          ...{ id, name, visibility, isInherited: inherited },
          workflows: restricted_to_workflows === true ? (selected_workflows ?? []) : undefined,
        }),
      );
    },
    underWay: async (repository, workflowFile, branch) => {
      const query = `branch=${encodeURIComponent(branch)}&per_page=10`;
      const path = `${base(repository)}/workflows/${workflowFile}/runs?${query}`;
      const { workflow_runs: runs } = await get(ofRepository(repository), path);
      const listed = Array.isArray(runs) ? (runs as { id: number; status: string }[]) : [];
      return listed.filter(({ status }) => status !== "completed").map(({ id }) => id);
    },
    untaken: async (repository, run) => {
      const { jobs } = await get(ofRepository(repository), `${base(repository)}/runs/${run}/jobs?${JOBS}`);
      const listed = Array.isArray(jobs) ? (jobs as ListedJob[]) : [];
      return listed.filter(isUntaken).map((job) => ({
        ...{ name: job.name, labels: job.labels ?? [], since: job.created_at, run },
        until: job.completed_at ?? undefined,
        url: job.html_url ?? "",
      }));
    },
  };
}

/** `waiting` is for a review and `pending` for another run of its concurrency group; a skipped job wants no runner. */
function isUntaken({ status, conclusion, runner_id: runner }: ListedJob): boolean {
  const hasEnded = status === "completed" && (conclusion === "cancelled" || conclusion === "failure");
  return (status === "queued" || hasEnded) && (runner ?? 0) === 0;
}
