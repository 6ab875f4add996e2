import { dayOf } from "../../catalog/dates";
import { REPOSITORY_ARCHIVED } from "../../catalog/github-names";
import { valueNames } from "../../catalog/slots";
import {
  createGitHubPullRequests,
  type ProposedFiles,
  type Standing as PullStanding,
} from "../../clients/github-pull-requests";
import { repositoryCalls } from "../../clients/github-repository";
import { createRepository, findRepository } from "../../clients/repository-creation";
import { RemedyError } from "../../errors";
import { COMMAND, counted } from "../../text";
import { type CatalogPlan, planCatalogEdits, writeCatalogEdits } from "../catalog-edit/edit-catalog";
import type { Context, Report } from "../context";
import { givenValues, type RepositoryResult, setInRepository } from "../values/set-in-repository";
import {
  accessEdits,
  applicationEdit,
  applicationOf,
  loaderFile,
  type RepositorySetup,
} from "./repository-application";
import { repositoryFiles } from "./repository-files";

/** A file of the repository: one it lacks, one it has just so, or someone else's, which is kept. */
export interface SetupFile {
  path: string;
  text: string;
  state: "new" | "same" | "kept";
}

/** All that would be done. */
export interface SetupPlan {
  repository: string;
  exists: boolean;
  defaultBranch: string;
  files: SetupFile[];
  /** What secrets/ gets: what the repository may use is the stack's. */
  catalog: CatalogPlan;
  /** How far the pull request is; absent where the repository or nothing is missing. */
  proposal?: PullStanding;
  /** Names of values that become the repository's own secrets, and those that are the organization's. */
  values?: RepositoryResult;
  setup: RepositorySetup;
}

/** The branch of the pull request. */
const BRANCH = "sophia-secrets-setup";

/**
 * Looks at what a repository has. Writes nothing.
 *
 * @throws RemedyError for names that cannot be, an archived repository, and values that are wrong.
 */
export async function planSetup(context: Context, setup: RepositorySetup): Promise<SetupPlan> {
  const application = applicationOf(context, setup);
  const edits = [...applicationEdit(context, application), ...accessEdits(context, setup)];
  const catalog = planCatalogEdits(context.project.dir, edits);
  const call = context.githubCall();
  const found = await findRepository(call, setup.name);
  const repository = `${call.organization}/${setup.name}`;
  if (found?.isArchived)
    throw new RemedyError({
      code: REPOSITORY_ARCHIVED,
      subject: `repository ${repository}`,
      cause: "it is archived, so GitHub takes no files and runs no workflow there",
      remedy: `gh repo unarchive ${repository}; or name another`,
    });
  const defaultBranch = found?.defaultBranch ?? "main";
  const { blob } = repositoryCalls(call, setup.name);
  const texts = [...loaderFile(context, application, setup), ...repositoryFiles(context, application)];
  const files = await Promise.all(
    texts.map(async ([path, text]): Promise<SetupFile> => {
      const there = found && (await blob(path, defaultBranch));
      return { path, text, state: there === undefined ? "new" : there.text === text ? "same" : "kept" };
    }),
  );
  const plan = { repository, exists: found !== undefined, defaultBranch, files, catalog, setup };
  const wanted = proposalOf(plan);
  const look = found && wanted && (await createGitHubPullRequests(call).look(wanted));
  const whole = { ...plan, ...(look === undefined ? {} : { proposal: look }) };
  return setup.sourceEnv === undefined ? whole : { ...whole, values: await planValues(context, whole) };
}

/** The files that the repository lacks, as a pull request; undefined where it lacks none. */
function proposalOf({ files, setup, defaultBranch }: SetupPlan): ProposedFiles | undefined {
  const lacking = files.filter(({ state }) => state === "new");
  if (lacking.length === 0) return undefined;
  const paths = lacking.map(({ path }) => path).join(", ");
  return {
    repository: setup.name,
    branch: defaultBranch,
    head: BRANCH,
    files: Object.fromEntries(lacking.map(({ path, text }) => [path, text])),
    title: "Load secrets from the catalog",
    body: `Adds ${paths}. \`pulumi up\` keeps the loader current by pull requests. Made by \`${COMMAND} setup-repo\`.`,
    message: (path) => `Add ${path}`,
    // None of them is on the branch: what stands there is people's, and left out of this.
    isOurs: () => false,
  };
}

/** What was done. */
export interface SetupResult {
  /** Address of the pull request; absent where every file is there or kept. */
  pullRequest?: string;
  /** Names of secrets that were set. */
  set: string[];
}

/**
 * Carries a plan out: the repository, then one pull request with the files, the values, and last the lines of secrets/.
 * May be run again.
 *
 * @throws RemedyError at the first that GitHub refuses; what was done stands, and the next run goes on there.
 */
export async function carryOut(context: Context, plan: SetupPlan, report: Report): Promise<SetupResult> {
  const { setup, repository, exists, values } = plan;
  const call = context.githubCall();
  let { defaultBranch } = plan;
  if (!exists) {
    report(`Making ${repository}`);
    ({ defaultBranch } = await createRepository(call, setup.name));
  }
  const wanted = proposalOf({ ...plan, defaultBranch });
  if (wanted !== undefined)
    report(`Proposing ${counted(Object.keys(wanted.files).length, "file")} to ${repository}`);
  const proposal = wanted && (await createGitHubPullRequests(call).propose(wanted));
  const set: string[] = [];
  if (values !== undefined && values.created.length > 0)
    await setInRepository(context, valuesFile(context, plan, false), (name) => set.push(name));
  writeCatalogEdits(context.project.dir, plan.catalog);
  return {
    set,
    ...(proposal === undefined || !("pull" in proposal) ? {} : { pullRequest: proposal.pull?.url ?? "" }),
  };
}

/** @throws RemedyError for a file with wrong lines or values. */
async function planValues(context: Context, plan: SetupPlan): Promise<RepositoryResult> {
  const asked = valuesFile(context, plan, true);
  if (plan.exists) return setInRepository(context, asked, () => {});
  const { given, unset } = givenValues(context, asked.file);
  const isShared = ([name]: [string, string]) => asked.shared.has(name.toUpperCase());
  const namesOf = (some: [string, string][]) => some.map(([name]) => name);
  return {
    created: namesOf(given.filter((each) => !isShared(each))),
    replaced: [],
    shared: namesOf(given.filter(isShared)),
    unset,
  };
}

/**
 * What the catalog has is the organization's: a repository's own secret of that name would hide it. What the repository
 * has already keeps its value.
 */
function valuesFile({ catalog, now }: Context, { repository, setup, values }: SetupPlan, dryRun: boolean) {
  const today = dayOf(now());
  const own = (values?.replaced ?? []).map((name) => name.toUpperCase());
  const shared = new Set([...catalog.entries.flatMap((entry) => valueNames(entry, today)), ...own]);
  return { file: setup.sourceEnv ?? "", repository, replace: false, dryRun, shared };
}
