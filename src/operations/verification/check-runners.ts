import { environmentOfJob, WORKFLOW_FILE, WORKFLOW_PATH } from "../../catalog/layout";
import { describeRunner, isOwnMachine, type Runner } from "../../catalog/runners";
import type { Settings } from "../../catalog/settings";
import type { GitHubRunners, RunnerGroup, UntakenJob } from "../../clients/github-runners";
import { RemedyError } from "../../errors";
import { nearestNames, shellPath } from "../../text";
import { inParallel } from "../in-parallel";
import { type Check, type CheckResult, check, ok, wrong } from "./check";

/** Runners that are made for each job are there in minutes. */
const PATIENCE_MS = 30 * 60_000;

/**
 * GitHub ends a job that waits for a self-hosted runner for 24 hours (docs.github.com, "Actions limits"); less a quarter of
 * an hour, because nothing says how exactly.
 */
const GIVEN_UP_MS = 24 * 3_600_000 - 15 * 60_000;

/** Where the job of a deployment environment runs. */
type RunnerOf = (deployment: string) => Runner | undefined;

/**
 * Jobs of a carrier's sync for which no runner came. What the token may not see is not known.
 *
 * @param lastRun the last that ended, where it did not succeed.
 * @returns undefined where none waits too long.
 */
export async function waitingForRunner(
  { repository, settings, runnerOf }: { repository: string; settings: Settings; runnerOf: RunnerOf },
  runners: Pick<GitHubRunners, "underWay" | "untaken">,
  lastRun: number | undefined,
  now: Date,
): Promise<CheckResult | undefined> {
  const waiting = await inRuns(repository, settings, runners, lastRun);
  const waited = ({ since, until }: UntakenJob) =>
    (until === undefined ? now.getTime() : Date.parse(until)) - Date.parse(since);
  const late = waiting.filter((job) => waited(job) >= (job.until === undefined ? PATIENCE_MS : GIVEN_UP_MS));
  const [first] = late.toSorted((a, b) => Date.parse(a.since) - Date.parse(b.since));
  if (first === undefined) return undefined;
  const wanted = [...new Set(late.map((job) => describeRunner(wantedBy(job, runnerOf))))].join("; ");
  const names = [...new Set(late.map(({ name }) => name))].join(", ");
  const since =
    first.until === undefined
      ? `since ${first.since}`
      : `from ${first.since} to ${first.until}, when it ended`;
  const { githubOrganization: organization, organizationStack: stack } = settings;
  const isOwn = late.some((job) => isOwnMachine(wantedBy(job, runnerOf)));
  const again = `gh run ${first.until === undefined ? "cancel" : "rerun"} ${first.run} -R ${organization}/${repository}`;
  return wrong(
    "runner-missing",
    `${names}: no runner took it ${since}; it wants ${wanted}: ${first.url}`,
    isOwn
      ? `start such a runner (the registered ones: gh api --paginate orgs/${organization}/actions/runners)${first.until === undefined ? ", and the job goes on" : `, then ${again}`}; or choose others: runner in Pulumi.<stack>.yaml, then pulumi up -s ${stack}${first.until === undefined ? `; ${again}` : ""}`
      : `look at https://www.githubstatus.com and at the organization's spending limit for Actions, then ${again}`,
  );
}

async function inRuns(
  repository: string,
  { branch }: Settings,
  runners: Pick<GitHubRunners, "underWay" | "untaken">,
  lastRun: number | undefined,
): Promise<UntakenJob[]> {
  try {
    const underWay = await runners.underWay(repository, WORKFLOW_FILE, branch);
    // A job that waits behind another run, for a review say, is ended by the next one, a day later too.
    const runs = underWay.length === 0 && lastRun !== undefined ? [lastRun] : underWay;
    return (await inParallel(runs, (run) => runners.untaken(repository, run))).flat();
  } catch (error) {
    if (error instanceof RemedyError) return [];
    throw error;
  }
}

/** The labels are the job's, whatever the config says by now; GitHub names a group only once a runner came. */
function wantedBy({ name, labels }: UntakenJob, runnerOf: RunnerOf): Runner {
  const { group } = runnerOf(environmentOfJob(name)) ?? {};
  return {
    ...(labels.length === 0 ? {} : { labels: [...labels] }),
    ...(group === undefined ? {} : { group }),
  };
}

/** Whether each runner group that a carrier's jobs name is there, and admits the carrier. One check each. */
export async function checkRunnerGroups(
  { repository, settings, runnerOf }: { repository: string; settings: Settings; runnerOf: RunnerOf },
  deployments: readonly string[],
  runners: Pick<GitHubRunners, "groups">,
): Promise<Check[]> {
  const named = [...new Set(deployments.flatMap((each) => runnerOf(each)?.group ?? []))];
  return inParallel(named, (group) =>
    check(`runner group ${group} for ${repository}`, () => checkGroup(group, repository, settings, runners)),
  );
}

async function checkGroup(
  name: string,
  repository: string,
  settings: Settings,
  runners: Pick<GitHubRunners, "groups">,
): Promise<CheckResult> {
  const { githubOrganization: organization, branch } = settings;
  const isNamed = (each: RunnerGroup) => each.name.toLowerCase() === name.toLowerCase();
  const admitting = (await runners.groups(repository)).find(isNamed);
  const group = admitting ?? (await runners.groups()).find(isNamed);
  if (group === undefined) {
    const names = (await runners.groups()).map((each) => each.name);
    return wrong(
      "runner-group-missing",
      "the organization has no such runner group",
      `name one that it has as group in Pulumi.<stack>.yaml: ${nearestNames(name, names).join(", ")}; or make it: gh api -X POST orgs/${organization}/actions/runner-groups -f ${shellPath(`name=${name}`)} -f visibility=selected -F "selected_repository_ids[]=$(gh api repos/${organization}/${repository} --jq .id)"`,
    );
  }
  if (admitting === undefined)
    return wrong(
      "runner-group-closed",
      `it does not admit ${organization}/${repository} (visibility ${group.visibility})`,
      group.visibility === "selected" && !group.isInherited
        ? `gh api -X PUT "orgs/${organization}/actions/runner-groups/${group.id}/repositories/$(gh api repos/${organization}/${repository} --jq .id)"`
        : `let it admit the repository: the ${group.isInherited ? "enterprise" : "organization"}'s Settings, Actions, Runner groups, ${group.name}`,
    );
  const file = `${organization}/${repository}/${WORKFLOW_PATH}@`;
  const isOurs = (workflow: string) => workflow.toLowerCase().startsWith(file.toLowerCase());
  if (group.workflows !== undefined && !group.workflows.some(isOurs))
    return wrong(
      "runner-group-workflow-closed",
      `it takes the jobs of chosen workflows alone, and ${file}refs/heads/${branch} is none of them`,
      `add ${file}refs/heads/${branch} to them: the organization's Settings, Actions, Runner groups, ${group.name}, Workflow access`,
    );
  return ok("runner-group-admits", `it admits ${organization}/${repository}`);
}
