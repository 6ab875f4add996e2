import { type GitHubCall, refuseRepeats } from "./github-call";
import { type Asked, notGitHub } from "./github-refusal";
import type { HttpAnswer } from "./http";

/** One event of the organization's audit log that is about a secret, or about a review of a job that gets some. */
export interface SecretEvent {
  /** RFC 3339, UTC. */
  at: string;
  /** GitHub's own name: `org.update_actions_secret`. */
  action: string;
  actor: string;
  /** The secret's name; empty when GitHub tells none. */
  secret: string;
  /** `owner/repository`, for a repository's or an environment's secret. */
  repository: string;
  environment: string;
  /** Id of the run that was reviewed. */
  run: string;
}

/** One run of a workflow. */
export interface WorkflowRun {
  id: string;
  repository: string;
  actor: string;
  /** What started it: `schedule`, `push`, `workflow_dispatch`. */
  event: string;
  /** `success`, `failure`, ...; its status while it is under way. */
  outcome: string;
  /** RFC 3339, UTC. */
  started: string;
  ended: string;
}

/** Who did what in GitHub. */
export interface GitHubAudit {
  /** Newest first. @throws RemedyError; also where the organization's plan has no audit log by API (only Enterprise Cloud has). */
  secretEvents(since: Date): Promise<SecretEvent[]>;
  /** Newest first, on every plan. @param file the workflow's name in its folder. @throws RemedyError */
  runs(repository: string, file: string, since: Date): Promise<WorkflowRun[]>;
}

/** GitHub's largest page. */
const PAGE = 100;

/** The secrets a sync job sees: the organization's, and those nearer to it that win over them. */
const OF_SECRETS = ["org", "environment", "repo"].flatMap((owner) =>
  ["create", "update", "remove"].map((verb) => `${owner}.${verb}_actions_secret`),
);
const ACTIONS = [...OF_SECRETS, "workflows.approve_workflow_job", "workflows.reject_workflow_job"];

/** Shapes: docs.github.com, "REST API endpoints for organizations" and "... for workflow runs". */
export function createGitHubAudit(call: GitHubCall): GitHubAudit {
  const { organization } = call;
  const log: Asked = { thing: `audit log of ${organization}`, kind: "organization" };

  const search = async (action: string, since: Date): Promise<SecretEvent[]> => {
    // Days only: what was earlier on the first of them is taken out afterwards.
    const phrase = encodeURIComponent(`action:${action} created:>=${since.toISOString().slice(0, 10)}`);
    const found: SecretEvent[] = [];
    const seen = new Set<string>();
    for (let after = ""; ; ) {
      const cursor = after === "" ? "" : `&after=${encodeURIComponent(after)}`;
      const path = `/orgs/${organization}/audit-log?phrase=${phrase}&order=desc&per_page=${PAGE}${cursor}`;
      const answer = await call.send(log, path);
      found.push(...listOf<Logged>(log, answer).map(eventOf));
      after = nextOf(answer);
      if (after === "") return found.filter(({ at }) => at >= since.toISOString());
      if (seen.has(after)) throw notGitHub(log);
      seen.add(after);
    }
  };

  return {
    secretEvents: async (since) => {
      // The first alone: a plan without the log says so eleven times otherwise.
      const [first = "", ...others] = ACTIONS;
      const found = await search(first, since);
      for (const action of others) found.push(...(await search(action, since)));
      return found.sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
    },
    runs: async (repository, file, since) => {
      const path = `/repos/${organization}/${repository}/actions/workflows/${encodeURIComponent(file)}/runs`;
      const asked = call.ofRepository(repository);
      const found: WorkflowRun[] = [];
      const look = refuseRepeats(asked);
      for (let page = 1; ; page += 1) {
        const runs = (await call.get(asked, `${path}?per_page=${PAGE}&page=${page}`)).workflow_runs;
        if (!Array.isArray(runs)) throw notGitHub(asked);
        look(runs);
        const recent = (runs as Run[]).filter(({ created_at }) => Date.parse(created_at) >= since.getTime());
        found.push(...recent.map((run) => runOf(repository, run)));
        if (recent.length < runs.length || runs.length < PAGE) return found;
      }
    },
  };
}

interface Logged {
  "@timestamp"?: number;
  created_at?: number;
  action: string;
  actor?: string;
  key?: string;
  repo?: string;
  environment_name?: string;
  workflow_run_id?: number;
}

interface Run {
  id: number;
  actor?: { login?: string } | null;
  event: string;
  status: string;
  conclusion: string | null;
  created_at: string;
  updated_at: string;
}

function listOf<Item>(asked: Asked, answer: HttpAnswer): Item[] {
  try {
    const items = JSON.parse(answer.text) as unknown;
    if (Array.isArray(items)) return items as Item[];
  } catch {}
  throw notGitHub(asked);
}

/** The cursor of the next page, as the Link header names it; empty at the end. */
function nextOf({ headers }: HttpAnswer): string {
  const link = headers.link;
  const text = Array.isArray(link) ? link.join(", ") : (link ?? "");
  const url = /<([^>]+)>;\s*rel="next"/.exec(text)?.[1];
  return url !== undefined && URL.canParse(url) ? (new URL(url).searchParams.get("after") ?? "") : "";
}

function eventOf(logged: Logged): SecretEvent {
  return {
    at: new Date(logged["@timestamp"] ?? logged.created_at ?? 0).toISOString(),
    action: logged.action,
    actor: logged.actor ?? "",
    secret: (logged.key ?? "").toUpperCase(),
    repository: logged.repo ?? "",
    environment: logged.environment_name ?? "",
    run: String(logged.workflow_run_id ?? ""),
  };
}

function runOf(repository: string, run: Run): WorkflowRun {
  return {
    id: String(run.id),
    repository,
    actor: run.actor?.login ?? "",
    event: run.event,
    outcome: run.conclusion ?? run.status,
    started: new Date(run.created_at).toISOString(),
    ended: new Date(run.updated_at).toISOString(),
  };
}
