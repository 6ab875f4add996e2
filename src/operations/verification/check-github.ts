import { dayOf } from "../../catalog/dates";
import { SCRIPT_PATH, startSync, WORKFLOW_FILE, WORKFLOW_PATH } from "../../catalog/layout";
import type { Settings } from "../../catalog/settings";
import type { GitHubCarrier } from "../../clients/github-workflows";
import { renderScript, renderWorkflow } from "../../sync/carrier-files";
import type { JobCatalog } from "../../sync/job-catalog";
import { COMMAND, namesIn } from "../../text";
import type { Context } from "../context";
import { findDrift, isDrift } from "../drift/find-drift";
import { observeAll } from "../drift/observe-github";
import { spreadOf } from "../values/named-entries";
import { type Check, checkLink } from "./check";

/** The schedule is daily, and GitHub may be late or leave one out when it is busy ("Events that trigger workflows"). */
const SILENT_MS = 2 * 86_400_000;

const HELD_BACK =
  "a run that waits for a review holds later ones back: review it or reject it; else its page says why";

/** What a carrier must have. */
export interface CarrierDeclaration {
  repository: string;
  job: JobCatalog;
  settings: Settings;
  /** dist/sync_secrets.cjs */
  bundle: string;
}

/** Whether a carrier has the workflow and the script that this program commits, and how its last run went. */
export async function checkCarrier(
  declared: CarrierDeclaration,
  github: GitHubCarrier,
  now: Date,
): Promise<Check[]> {
  const { repository, settings } = declared;
  return [
    await checkLink(`workflow in ${repository}`, () => checkFiles(declared, github)),
    await checkLink(`last sync of ${repository}`, () => checkRun(repository, settings, github, now)),
  ];
}

async function checkFiles(
  { repository, job, settings, bundle }: CarrierDeclaration,
  github: GitHubCarrier,
): Promise<Omit<Check, "link">> {
  const wanted = { [WORKFLOW_PATH]: renderWorkflow(job, settings), [SCRIPT_PATH]: renderScript(job, bundle) };
  const stands = await Promise.all(
    Object.entries(wanted).map(async ([path, text]) => {
      const there = await github.file(repository, path, settings.branch);
      if (there === undefined) return [`${path} is not there`];
      return there === text ? [] : [`${path} is another than the catalog gives`];
    }),
  );
  const wrong = stands.flat();
  if (wrong.length === 0) return { standing: "ok", what: `as the catalog gives, on ${settings.branch}` };
  return {
    standing: "wrong",
    what: wrong.join("; "),
    remedy: `pulumi up -s ${settings.organizationStack} --refresh`,
  };
}

async function checkRun(
  repository: string,
  settings: Settings,
  github: GitHubCarrier,
  now: Date,
): Promise<Omit<Check, "link">> {
  const place = `-R ${settings.githubOrganization}/${repository}`;
  const workflow = await github.workflow(repository, WORKFLOW_PATH, settings.branch);
  if (workflow === undefined)
    return {
      standing: "wrong",
      what: "GitHub knows no such workflow",
      remedy: `pulumi up -s ${settings.organizationStack} --refresh`,
    };
  if (workflow.state !== "active")
    return {
      standing: "wrong",
      what: workflow.state,
      remedy: `gh workflow enable ${WORKFLOW_FILE} ${place}`,
    };
  const { lastRun } = workflow;
  if (lastRun === undefined)
    return { standing: "wrong", what: "it never ran", remedy: startSync(settings, repository) };
  const what = `${lastRun.conclusion} at ${lastRun.at}`;
  if (lastRun.conclusion === "success" && now.getTime() - Date.parse(lastRun.at) > SILENT_MS)
    return {
      standing: "wrong",
      what: `${what}, and none since, which is to come daily: GitHub starts it on the repository's default branch alone`,
      remedy: `compare that with ${settings.branch} (branch in the stacks' config); now: ${startSync(settings, repository)}`,
    };
  if (lastRun.conclusion === "success") return { standing: "ok", what };
  const why = lastRun.conclusion === "cancelled" ? HELD_BACK : "its log says why";
  return { standing: "wrong", what, remedy: `${why}: ${lastRun.url}` };
}

/** Whether GitHub has the secrets that the catalog declares, for those who may read them. */
export function checkGitHub(context: Context): Promise<Check> {
  return checkLink("secrets in GitHub", async () => {
    const github = context.github();
    const [seen, spread] = await Promise.all([observeAll(context, github), spreadOf(context, github, true)]);
    const { catalog, project } = context;
    const declaration = { catalog, settings: project.settings, spread, today: dayOf(context.now()) };
    const drift = findDrift(declaration, seen).filter(isDrift);
    if (drift.length === 0) return { standing: "ok", what: `${seen.secrets.length} there, read as declared` };
    const what = `${drift.length} differ from the catalog: ${namesIn([...new Set(drift.map(({ name }) => name))])}`;
    return { standing: "wrong", what, remedy: `${COMMAND} drift says what to do for each` };
  });
}
