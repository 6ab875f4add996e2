import type { Application } from "../../catalog/applications";
import type { Settings } from "../../catalog/settings";
import { createGitHubPullRequests, type GitHubPullRequests } from "../../clients/github-pull-requests";
import { createGitHubCarrier, type GitHubCarrier } from "../../clients/github-workflows";
import { readRuntimes } from "../../loaders/generator/read-runtimes";
import { isGenerated, type Runtimes, renderApplication } from "../../loaders/generator/render-application";
import { namesIn } from "../../text";
import type { Context } from "../context";
import { inParallel } from "../in-parallel";
import { type Check, type CheckResult, check, ok, wrong } from "./check";
import { checkPullRequest } from "./check-pull-request";

/** Whether each application has the loader that the catalog gives, in its repository, on its branch. */
export async function checkLoaderFiles(
  context: Pick<Context, "catalog" | "project" | "githubCall">,
  runtimes: () => Runtimes = () => readRuntimes(context.project.dir),
): Promise<Check[]> {
  const { catalog, project } = context;
  if (catalog.applications.length === 0) return [];
  const call = context.githubCall();
  const [github, pulls] = [createGitHubCarrier(call), createGitHubPullRequests(call)];
  const included = runtimes();
  return inParallel(catalog.applications, (application) =>
    check(`loader of ${application.name}`, () => {
      const wanted = renderApplication(catalog, project.settings, application, included);
      return checkFile(application, wanted, project.settings, github, pulls);
    }),
  );
}

async function checkFile(
  application: Application,
  wanted: string,
  settings: Settings,
  github: GitHubCarrier,
  pulls: GitHubPullRequests,
): Promise<CheckResult> {
  const { repository, path, branch = settings.branch } = application;
  const place = `${path} in ${repository}, on ${branch}`;
  const update = `pulumi up -s ${settings.organizationStack} --refresh`;
  const actual = await github.file(repository, path, branch);
  if (actual === wanted) return ok("loader-file-current", `${place}, as the catalog gives it`);
  if (application.pullRequest === true) {
    const files = { [path]: wanted };
    const waiting = await checkPullRequest(settings, { repository, branch, files }, pulls);
    if (waiting !== undefined) return waiting;
  }
  if (actual === undefined) return wrong("loader-file-missing", `there is no ${place}`, update);
  if (isGenerated(actual))
    return wrong("loader-file-differs", `${place}: ${differenceOf(actual, wanted)}`, update);
  return wrong(
    "loader-file-foreign",
    `${place} is not a file of this program, and pulumi up does not overwrite it`,
    `in ${repository}: git mv ${path} ${path}.old, commit, push; then ${update}`,
  );
}

/** In names where these differ: whoever reads it wants to know what an application cannot load. */
function differenceOf(actual: string, wanted: string): string {
  const [has, should] = [secretsIn(actual), secretsIn(wanted)];
  const lacks = [...should].filter((name) => !has.has(name));
  const keeps = [...has].filter((name) => !should.has(name));
  const parts = [
    ...(lacks.length > 0 ? [`it lacks ${namesIn(lacks)}`] : []),
    ...(keeps.length > 0 ? [`it still has ${namesIn(keeps)}`] : []),
  ];
  return parts.length > 0 ? parts.join("; ") : "it has the same secrets, and differs otherwise";
}

/** GitHub names in a generated file of either language. */
function secretsIn(text: string): Set<string> {
  return new Set([...text.matchAll(/(?:Entry\(|"name": )"([A-Z][A-Z0-9_]*)"/g)].map(([, name = ""]) => name));
}
