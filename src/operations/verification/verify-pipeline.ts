import { join } from "node:path";
import { settingsOf } from "../../access/declared-access";
import { runnersOf } from "../../catalog/runners";
import { createGitHubPullRequests } from "../../clients/github-pull-requests";
import { createGitHubRunners } from "../../clients/github-runners";
import { createGitHubCarrier } from "../../clients/github-workflows";
import { createRunErrors, type JobError } from "../../clients/run-errors";
import { carrierCatalog } from "../../sync/job-catalog";
import { type Context, type Report, requireCloud } from "../context";
import { inParallel } from "../in-parallel";
import { type SeenInGitHub, seeGitHub } from "../observation/environments";
import { unstartedJobs } from "../observation/step-sizes";
import { readStacks } from "../project";
import { spreadOf } from "../values/named-entries";
import { type Check, checksOf } from "./check";
import { checkApplication } from "./check-applications";
import { checkAccess, checkComposites, checkEnvironments, checkLedger } from "./check-environments";
import { checkCarrier, checkGitHub } from "./check-github";
import { checkLoaderFiles } from "./check-loader-files";
import { checkLogins } from "./check-logins";
import { checkNames } from "./check-names";
import { checkProtection } from "./check-protection";
import { checkTrust } from "./check-trust";

/**
 * Checks the whole pipeline, from the secrets in GitHub to what an application of each environment loads.
 *
 * @param deployment this one alone; undefined: all.
 * @param how `opens`: whether what an application gets is opened and compared; an audit log tells of it. Default: true.
 *   `logins`: whether registry logins are tried. Default: false.
 */
export async function verifyPipeline(
  context: Context,
  deployment: string | undefined,
  report: Report,
  { opens = true, logins = false }: { opens?: boolean; logins?: boolean } = {},
): Promise<Check[]> {
  const { catalog, project } = context;
  const { settings } = project;
  const [cloud, call] = [requireCloud(context), context.cloudCall()];
  report("Checking GitHub, trust and access");
  const [names, secrets, carriers, loaders, protection, ...organization] = await Promise.all([
    checkNames(context),
    checkGitHub(context),
    checksOf("carrier repositories", () => checkCarriers(context)),
    checksOf("loaders of applications", () => checkLoaderFiles(context)),
    checksOf("protection of the carriers", () => checkProtection(context)),
    checkTrust(context),
    checkAccess(context),
  ]);
  const stacks = [...readStacks(project).values()];
  const environments = deployment === undefined ? catalog.environments : [deployment];
  report(`Checking ${environments.join(", ")}`);
  // The same for every environment: asked once, by the first that needs it.
  let asked: Promise<SeenInGitHub> | undefined;
  const inGitHub = () => {
    asked ??= seeGitHub(context);
    return asked;
  };
  const inside = await inParallel(environments, async (each) => [
    await checkEnvironments(catalog, settings, each, call),
    await checkComposites(catalog, settingsOf(each, settings, stacks), each, cloud),
    await checkLedger(context, each, cloud, inGitHub),
    ...(opens ? [await checkApplication(catalog, settings, each, cloud)] : []),
    ...(logins ? await checkLogins(context, each) : []),
  ]);
  return [names, secrets, ...carriers, ...loaders, ...protection, ...organization, ...inside.flat()];
}

async function checkCarriers(context: Context): Promise<Check[]> {
  const { catalog, project } = context;
  const { settings } = project;
  const bundle = context.readFile(join(project.dir, "dist", "sync_secrets.cjs")).toString("utf8");
  const { shards } = await spreadOf(context, context.github());
  const call = context.githubCall();
  const clients = {
    github: createGitHubCarrier(call),
    pulls: createGitHubPullRequests(call),
    errorsOf: createRunErrors(call),
    runners: createGitHubRunners(call),
    unstarted: (repository: string, said: readonly JobError[]) => unstartedJobs(context, repository, said),
  };
  const runners = runnersOf([...readStacks(project).values()]);
  const looked = await inParallel(settings.carriers, (repository) => {
    const job = carrierCatalog(catalog, settings, shards, repository);
    const runnerOf = (deployment: string) => runners(deployment, repository);
    return checkCarrier({ repository, job, settings, runnerOf, bundle }, clients, context.now());
  });
  return looked.flat();
}
