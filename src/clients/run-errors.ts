import type { GitHubCall } from "./github-call";
import { type Asked, notGitHub } from "./github-refusal";

/** What a failed job says beside its run, as people see it on the run's page. */
export interface JobError {
  /** The job's name. */
  job: string;
  message: string;
}

/** What the failed jobs of a run say. @throws RemedyError */
export type RunErrors = (repository: string, run: number) => Promise<JobError[]>;

/** Annotations are read, not logs: a log is a file elsewhere, which needs more rights and may be gone. */
export function createRunErrors({ get, send, ofRepository, organization }: GitHubCall): RunErrors {
  return async (repository, run) => {
    const asked: Asked = {
      ...ofRepository(repository),
      thing: `run ${run} of ${organization}/${repository}`,
    };
    const base = `/repos/${organization}/${repository}`;
    const { jobs } = await get(asked, `${base}/actions/runs/${run}/jobs?per_page=100`);
    if (!Array.isArray(jobs)) throw notGitHub(asked);
    const failed = (jobs as { id: number; name: string; conclusion: string | null }[]).filter(
      ({ conclusion }) => conclusion === "failure",
    );
    const said = failed.map(async ({ id, name }) => {
      const { text } = await send(asked, `${base}/check-runs/${id}/annotations?per_page=50`);
      const found = parsed(text);
      if (!Array.isArray(found)) throw notGitHub(asked);
      return (found as { annotation_level: string; message: string }[])
        .filter((each) => each.annotation_level === "failure")
        .map(({ message }) => ({ job: name, message }));
    });
    return (await Promise.all(said)).flat();
  };
}

/**
 * Whether GitHub's runner could not start a step because its environment is too large: its own words, which .NET takes from
 * the operating system (actions/runner, ProcessInvoker.cs; actions/runner#1733). The second are Windows's.
 */
export function isTooLargeToStart({ message }: JobError): boolean {
  return /trying to start process .*(Argument list too long|filename or extension is too long)/s.test(
    message,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
