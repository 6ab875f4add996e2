import { dayOf } from "../../catalog/dates";
import { headOf } from "../../catalog/pull-requests";
import { organizationSlots } from "../../catalog/slots";
import { createGitHubPullRequests } from "../../clients/github-pull-requests";
import type { Context } from "../context";
import { inParallel } from "../in-parallel";
import { refuseMisspelled } from "../observation/github-names";
import { spreadOf } from "../values/named-entries";
import { type Finding, findDrift, inOrder, isDrift } from "./find-drift";
import { findFormerReaders, observeAll } from "./observe-github";

/** How GitHub compares with the catalog. */
export interface Drift {
  /** Organization secrets that the catalog declares today. */
  declared: number;
  /** What to fix, in order. */
  drift: Finding[];
  /** What differs on purpose, for a while or for good. */
  notes: Finding[];
}

/**
 * Compares GitHub with the catalog. Reads only.
 *
 * @throws RemedyError when there is no token for GitHub, or GitHub does not answer.
 */
export async function detectDrift(context: Context): Promise<Drift> {
  const { catalog, project } = context;
  const { settings } = project;
  const today = dayOf(context.now());
  const github = context.github();
  const misspelled = await refuseMisspelled(context);
  const [seen, spread, waiting] = await Promise.all([
    observeAll(context, github, misspelled),
    spreadOf(context, github, true),
    findWaiting(context),
  ]);
  const findings = inOrder([
    ...seen.archived,
    ...findDrift({ catalog, settings, spread, today }, seen),
    ...findFormerReaders(seen.former, seen.formerReaders, settings.carriers),
    ...waiting,
  ]);
  return {
    declared: organizationSlots(catalog.entries, today).length,
    drift: findings.filter(isDrift),
    notes: findings.filter((finding) => !isDrift(finding)),
  };
}

/** The open pull requests that bring the stack's files: what waits there is no drift. */
async function findWaiting({ catalog, project, githubCall }: Context): Promise<Finding[]> {
  const { settings } = project;
  const places = [
    ...settings.pullRequestCarriers.map((repository) => ({ repository, branch: settings.branch })),
    ...catalog.applications
      .filter(({ pullRequest }) => pullRequest === true)
      .map(({ repository, branch = settings.branch }) => ({ repository, branch })),
  ];
  if (places.length === 0) return [];
  const pulls = createGitHubPullRequests(githubCall());
  const once = new Map(places.map((place) => [`${place.repository}/${place.branch}`, place]));
  const found = await inParallel([...once.values()], async ({ repository, branch }) => {
    const pull = await pulls.open({ repository, branch, head: headOf(settings, branch) });
    if (pull === undefined) return [];
    return [
      {
        code: "pull-request-waits" as const,
        subject: `pull request #${pull.number} of ${settings.githubOrganization}/${repository}`,
        cause: `waits for people to review and merge it: ${pull.url}`,
        remedy: "review and merge it",
      },
    ];
  });
  return found.flat();
}
