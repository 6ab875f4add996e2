import type { GitHubCall } from "./github-call";
import { type Asked, notGitHub } from "./github-refusal";

/** What the failed jobs of a run say beside it, as people see it on its page. @throws RemedyError */
export type RunErrors = (repository: string, run: number) => Promise<string[]>;

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
    const failed = (jobs as { id: number; conclusion: string | null }[]).filter(
      ({ conclusion }) => conclusion === "failure",
    );
    const said = failed.map(async ({ id }) => {
      const { text } = await send(asked, `${base}/check-runs/${id}/annotations?per_page=50`);
      const found = parsed(text);
      if (!Array.isArray(found)) throw notGitHub(asked);
      return (found as { annotation_level: string; message: string }[])
        .filter((each) => each.annotation_level === "failure")
        .map(({ message }) => message);
    });
    return (await Promise.all(said)).flat();
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
