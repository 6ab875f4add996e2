import type { RepositoryNames } from "./look-into-repository";
import type { TakenSecret, WorkflowNames } from "./read-workflow";

type Workflow = WorkflowNames & { path: string };

/** What the workflows of one repository take, also through workflows that they call. */
export interface TakenByRepository {
  repository: string;
  taken: (TakenSecret & { path: string })[];
  /** Calls that hand all secrets to a workflow that nobody looked into. */
  blind: { path: string; line: number }[];
}

/**
 * Follows `secrets: inherit` into the called workflow, in whichever repository: it is the caller whose secrets are read. A
 * workflow that only others start reads what it is handed; it counts for its own repository where no caller was found.
 *
 * @param organization owner of the repositories.
 */
export function traceCalls(
  repositories: readonly RepositoryNames[],
  organization: string,
): TakenByRepository[] {
  const called = new Set<string>();
  const byPlace = new Map<string, Workflow[]>();
  for (const { repository, workflows } of repositories)
    for (const each of workflows) {
      const place = placeOf(repository, each.path);
      byPlace.set(place, [...(byPlace.get(place) ?? []), each]);
      for (const { uses } of each.calls) called.add(calledPlace(uses, repository, organization) ?? "");
    }
  const takenBy = (repository: string, workflow: Workflow, seen: readonly string[]): Followed => {
    const own: Followed = { taken: [...workflow.taken], isBlind: false };
    for (const { uses, inherits } of workflow.calls) {
      if (!inherits) continue;
      const place = calledPlace(uses, repository, organization);
      const targets = place === undefined ? undefined : byPlace.get(place);
      if (place === undefined || targets === undefined) own.isBlind = true;
      else if (!seen.includes(place))
        for (const target of targets) {
          const inner = takenBy(place.split("/")[0] ?? "", target, [...seen, place]);
          own.taken.push(...inner.taken);
          own.isBlind ||= inner.isBlind;
        }
    }
    return own;
  };
  return repositories.map(({ repository, workflows }) => {
    const result: TakenByRepository = { repository, taken: [], blind: [] };
    for (const workflow of workflows) {
      const { path } = workflow;
      if (workflow.isOnlyCalled && called.has(placeOf(repository, path))) continue;
      const { taken, isBlind } = takenBy(repository, workflow, [placeOf(repository, path)]);
      const own = new Set(workflow.taken);
      const call = workflow.calls.find(({ inherits }) => inherits)?.line ?? 1;
      for (const each of taken) result.taken.push({ ...each, path, line: own.has(each) ? each.line : call });
      if (isBlind) result.blind.push({ path, line: call });
    }
    return result;
  });
}

interface Followed {
  taken: TakenSecret[];
  isBlind: boolean;
}

function placeOf(repository: string, path: string): string {
  return `${repository.toLowerCase()}/${path}`;
}

/** @returns undefined for a workflow of another owner. */
function calledPlace(uses: string, repository: string, organization: string): string | undefined {
  const [file = ""] = uses.split("@");
  if (file.startsWith("./")) return placeOf(repository, file.slice(2));
  const [owner = "", name = "", ...path] = file.split("/");
  return owner.toLowerCase() === organization.toLowerCase() ? placeOf(name, path.join("/")) : undefined;
}
