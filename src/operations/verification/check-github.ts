import { dayOf } from "../../catalog/dates";
import { SCRIPT_PATH, startSync, WORKFLOW_FILE, WORKFLOW_PATH } from "../../catalog/layout";
import type { Runner } from "../../catalog/runners";
import type { Settings } from "../../catalog/settings";
import { type Step, stepNotStarted } from "../../catalog/step-size";
import type { GitHubPullRequests } from "../../clients/github-pull-requests";
import type { GitHubRunners } from "../../clients/github-runners";
import type { GitHubCarrier } from "../../clients/github-workflows";
import type { JobError, RunErrors } from "../../clients/run-errors";
import { RemedyError } from "../../errors";
import { renderScript, renderWorkflow } from "../../sync/carrier-files";
import { fetchProblemIn } from "../../sync/fetch-script";
import type { JobCatalog } from "../../sync/job-catalog";
import { COMMAND, namesIn } from "../../text";
import type { Context } from "../context";
import { findDrift, isDrift } from "../drift/find-drift";
import { observeAll } from "../drift/observe-github";
import { refuseMisspelled } from "../observation/github-names";
import { spreadOf } from "../values/named-entries";
import { type Check, type CheckResult, check, ok, wrong } from "./check";
import { refusedIdentity } from "./check-identity";
import { checkPullRequest } from "./check-pull-request";
import { checkRunnerGroups, waitingForRunner } from "./check-runners";

/** The schedule is daily, and GitHub may be late or leave one out when it is busy ("Events that trigger workflows"). */
const SILENT_MS = 2 * 86_400_000;

/** What a carrier must have. */
export interface CarrierDeclaration {
  repository: string;
  job: JobCatalog;
  settings: Settings;
  /** Where the job of a deployment environment runs. */
  runnerOf?: (deployment: string) => Runner | undefined;
  /** dist/sync_secrets.cjs */
  bundle: string;
}

/** How a carrier is asked. */
export interface CarrierClients {
  github: GitHubCarrier;
  pulls: Pick<GitHubPullRequests, "look">;
  errorsOf: RunErrors;
  runners: GitHubRunners;
  /** Its jobs that could not start, by what its failed jobs say. */
  unstarted: (repository: string, said: readonly JobError[]) => Promise<readonly Step[]>;
}

/** Whether a carrier has the workflow and the script that this program commits, and how its last run ended. */
export async function checkCarrier(
  declared: CarrierDeclaration,
  { pulls, ...clients }: CarrierClients,
  now: Date,
): Promise<Check[]> {
  const { repository, settings, job, runnerOf = () => undefined } = declared;
  const { github, runners } = clients;
  const files = await check(`workflow in ${repository}`, () => checkFiles(declared, github, pulls));
  const isWaiting = files.code === "pull-request-waits";
  const run = await check(`last sync of ${repository}`, () =>
    checkRun({ repository, settings, runnerOf }, clients, now, isWaiting),
  );
  const deployments = job.targets.map(({ environment }) => environment);
  return [files, run, ...(await checkRunnerGroups({ repository, settings, runnerOf }, deployments, runners))];
}

async function checkFiles(
  { repository, job, settings, runnerOf, bundle }: CarrierDeclaration,
  github: GitHubCarrier,
  pulls: Pick<GitHubPullRequests, "look">,
): Promise<CheckResult> {
  const wanted = {
    [WORKFLOW_PATH]: renderWorkflow(job, settings, runnerOf),
    [SCRIPT_PATH]: renderScript(job, bundle),
  };
  const found = await Promise.all(
    Object.entries(wanted).map(async ([path, text]) => {
      const actual = await github.file(repository, path, settings.branch);
      if (actual === undefined) return [`${path} is missing`];
      return actual === text ? [] : [`${path} differs from what the catalog gives`];
    }),
  );
  const differences = found.flat();
  if (differences.length === 0)
    return ok("carrier-files-match", `as the catalog gives, on ${settings.branch}`);
  const waiting = settings.pullRequestCarriers.includes(repository)
    ? await checkPullRequest(settings, { repository, branch: settings.branch, files: wanted }, pulls)
    : undefined;
  return waiting ?? wrong("carrier-files-differ", differences.join("; "), deployFiles(settings));
}

function deployFiles({ organizationStack }: Settings): string {
  return `pulumi up -s ${organizationStack} --refresh`;
}

async function checkRun(
  declared: Required<Pick<CarrierDeclaration, "repository" | "settings" | "runnerOf">>,
  { github, errorsOf, runners, unstarted }: Omit<CarrierClients, "pulls">,
  now: Date,
  isWaiting: boolean,
): Promise<CheckResult> {
  const { repository, settings } = declared;
  const workflow = await github.workflow(repository, WORKFLOW_PATH, settings.branch);
  if (workflow === undefined && isWaiting)
    return {
      code: "workflow-waits",
      state: "warning",
      cause: "GitHub has no such workflow until people merge the pull request",
      remedy: "review and merge it",
    };
  if (workflow === undefined)
    return wrong("workflow-missing", "GitHub has no such workflow", deployFiles(settings));
  if (workflow.state !== "active") {
    const place = `-R ${settings.githubOrganization}/${repository}`;
    return wrong("workflow-disabled", workflow.state, `gh workflow enable ${WORKFLOW_FILE} ${place}`);
  }
  const { lastRun } = workflow;
  const start = startSync(settings, repository);
  const failedRun = lastRun === undefined || lastRun.conclusion === "success" ? undefined : lastRun.id;
  const waiting = await waitingForRunner(declared, runners, failedRun, now);
  if (waiting !== undefined) return waiting;
  if (lastRun === undefined) return wrong("sync-never-ran", "it never ran", start);
  const cause = `${lastRun.conclusion} at ${lastRun.at}`;
  if (lastRun.conclusion === "cancelled")
    return wrong(
      "sync-cancelled",
      cause,
      `if its page (${lastRun.url}) shows no reason, another run waits for a review and blocks the later ones: review or reject that one, then ${start}`,
    );
  const said = lastRun.conclusion === "success" ? [] : await errorsOf(repository, lastRun.id).catch(nothing);
  const refused = refusedIdentity(repository, settings, said);
  if (refused !== undefined) return refused;
  const fetching = said.map(({ message }) => fetchProblemIn(message)).find((told) => told !== undefined);
  if (fetching !== undefined)
    return {
      code: fetching.code,
      state: "wrong",
      cause: `${fetching.subject}: ${fetching.cause}: ${lastRun.url}`,
      remedy: fetching.remedy,
    };
  const steps = await unstarted(repository, said);
  if (steps.length > 0) {
    const { code, cause, remedy } = stepNotStarted(steps, settings.carriers);
    return wrong(code, cause, remedy);
  }
  if (lastRun.conclusion !== "success")
    return wrong(
      "sync-failed",
      `${cause}: ${lastRun.url}`,
      `${COMMAND} status says what it refused, and why; its page shows everything else`,
    );
  if (now.getTime() - Date.parse(lastRun.at) <= SILENT_MS) return ok("sync-succeeded", cause);
  return wrong(
    "sync-overdue",
    `${cause}, and no run since, although it is scheduled daily: GitHub starts it on the repository's default branch only`,
    `compare that branch with ${settings.branch} (branch in the stacks' config); to start it now: ${start}`,
  );
}

/** What the token may not see is not known. */
function nothing(error: unknown): JobError[] {
  if (error instanceof RemedyError) return [];
  throw error;
}

/** Whether GitHub has the secrets that the catalog declares, for the repositories that the catalog gives access. */
export function checkGitHub(context: Context): Promise<Check> {
  return check("secrets in GitHub", async () => {
    const github = context.github();
    const misspelled = await refuseMisspelled(context);
    const [seen, spread] = await Promise.all([
      observeAll(context, github, misspelled),
      spreadOf(context, github, true),
    ]);
    const { catalog, project } = context;
    const declaration = { catalog, settings: project.settings, spread, today: dayOf(context.now()) };
    const drift = findDrift(declaration, seen).filter(isDrift);
    if (drift.length === 0)
      return ok("github-secrets-match", `${seen.secrets.length} there, with access as declared`);
    const names = namesIn([...new Set(drift.map(({ subject }) => subject))]);
    return wrong(
      "github-secrets-differ",
      `${drift.length} differ from the catalog: ${names}`,
      `${COMMAND} drift says what to do for each`,
    );
  });
}
