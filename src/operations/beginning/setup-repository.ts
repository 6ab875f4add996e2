import type { Application, Language } from "../../catalog/applications";
import { checkApplications } from "../../catalog/checks/check-applications";
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
import { readRuntimes } from "../../loaders/generator/read-runtimes";
import { renderApplication } from "../../loaders/generator/render-application";
import { COMMAND, counted } from "../../text";
import {
  type CatalogEdit,
  type CatalogPlan,
  planCatalogEdits,
  writeCatalogEdits,
} from "../catalog-edit/edit-catalog";
import type { Context, Report } from "../context";
import { namedSlots } from "../values/named-entries";
import { givenValues, type RepositoryResult, setInRepository } from "../values/set-in-repository";
import { LOADING_WORKFLOW, repositoryFiles } from "./repository-files";

/** What was asked for. */
export interface RepositorySetup {
  /** Without its owner. */
  name: string;
  language: Language;
  /** Of the loader's file; by language when left out. */
  path: string | undefined;
  /** Organization secrets that the repository's own workflows use. */
  secrets: readonly string[];
  /** A .env file whose other values become the repository's own secrets. */
  sourceEnv: string | undefined;
  /** The program's own folder, with what loaders include. */
  programDir: string;
}

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
const PATHS: Readonly<Record<Language, string>> = {
  python: "secrets_loader.py",
  typescript: "src/secrets-loader.ts",
};

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

/** The loader, for an application whose files people merge: `pulumi up` then finds it there and keeps it current. */
function loaderFile(
  { catalog, project }: Context,
  application: Application,
  { programDir }: RepositorySetup,
): [string, string][] {
  if (application.pullRequest !== true) return [];
  const applications = [...catalog.applications.filter((each) => each !== application), application];
  const text = renderApplication(
    { ...catalog, applications },
    project.settings,
    application,
    readRuntimes(programDir),
  );
  return [[application.path, text]];
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

function applicationOf({ catalog }: Context, { name, language, path }: RepositorySetup): Application {
  const standing = catalog.applications.find(({ repository }) => repository === name);
  if (standing !== undefined) return standing;
  const application: Application = {
    name: name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")
      .replaceAll(/^-+|-+$/g, ""),
    repository: name,
    language,
    path: path ?? PATHS[language],
    pullRequest: true,
    githubActions: { workflow: LOADING_WORKFLOW },
  };
  const before = new Set(checkApplications(catalog).map(({ cause }) => cause));
  const problems = checkApplications({
    ...catalog,
    applications: [...catalog.applications, application],
  }).filter(({ cause }) => !before.has(cause));
  if (problems.length === 0) return application;
  throw new RemedyError(
    {
      code: "application-invalid",
      subject: name,
      cause: `${counted(problems.length, "problem")}, so nothing was written`,
      remedy: `${COMMAND} setup-repo --help shows what it takes`,
    },
    { problems },
  );
}

function applicationEdit({ catalog }: Context, application: Application): CatalogEdit[] {
  if (catalog.applications.includes(application)) return [];
  const { name, repository, language, path } = application;
  const [n, r, l, p] = [name, repository, language, path].map((each) => JSON.stringify(each));
  const lines = [
    "{",
    `  name: ${n},`,
    `  repository: ${r},`,
    `  language: ${l},`,
    `  path: ${p},`,
    "  pullRequest: true,",
    `  githubActions: { workflow: "${LOADING_WORKFLOW}" },`,
    "}",
  ];
  return [{ kind: "application", value: lines.join("\n") }];
}

/** @throws RemedyError for names that the catalog does not have. */
function accessEdits({ catalog }: Context, { name, secrets }: RepositorySetup): CatalogEdit[] {
  if (secrets.length === 0) return [];
  const entries = [...new Set(namedSlots(catalog, secrets).map(({ secret }) => secret))];
  return entries
    .filter(({ visibility, repositories, perEnvironment }) =>
      perEnvironment ? false : visibility === "selected" && !repositories.includes(name),
    )
    .map((entry) => ({
      kind: "append",
      entry: entry.name,
      key: "repositories",
      value: JSON.stringify(name),
    }));
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
