import type { Application, Language } from "../../catalog/applications";
import { checkApplications } from "../../catalog/checks/check-applications";
import { RemedyError } from "../../errors";
import { readRuntimes } from "../../loaders/generator/read-runtimes";
import { renderApplication } from "../../loaders/generator/render-application";
import { COMMAND, counted } from "../../text";
import type { CatalogEdit } from "../catalog-edit/edit-catalog";
import type { Context } from "../context";
import { namedSlots } from "../values/named-entries";
import { LOADING_WORKFLOW } from "./repository-files";

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

/** Where a new application has its loader. */
const PATHS: Readonly<Record<Language, string>> = {
  python: "secrets_loader.py",
  typescript: "src/secrets-loader.ts",
};

/** The application that a repository is: the catalog's, or a new one. @throws RemedyError for names that cannot be. */
export function applicationOf({ catalog }: Context, { name, language, path }: RepositorySetup): Application {
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

/** Adds the application to secrets/, where it is new. */
export function applicationEdit({ catalog }: Context, application: Application): CatalogEdit[] {
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

/** Adds the repository to the entries that it may use. @throws RemedyError for names that the catalog does not have. */
export function accessEdits({ catalog }: Context, { name, secrets }: RepositorySetup): CatalogEdit[] {
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

/** The loader, for an application whose files people merge: `pulumi up` then finds it there and keeps it current. */
export function loaderFile(
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
