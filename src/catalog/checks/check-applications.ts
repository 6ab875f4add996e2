import * as z from "zod";
import type { Problem } from "../../errors";
import { nearestNames } from "../../text";
import { type Application, groupsOfApplication, LANGUAGES } from "../applications";
import type { ResolvedCatalog } from "../entry";
import { SCRIPT_PATH, WORKFLOW_PATH } from "../layout";
import { checkServiceAccounts } from "./check-service-accounts";
import { wholePolicies } from "./shapes";

const NAME = /^[a-z0-9][a-z0-9-]*$/;
const REPOSITORY = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
/** A relative path of plain names: no step up, no hidden folder of git's. */
const PATH = /^(?!.*\.git\/)(?:[A-Za-z0-9_.-]*[A-Za-z0-9_-][A-Za-z0-9_.-]*\/)*[A-Za-z0-9_.-]+\.(py|ts)$/;
/** GitHub runs files right below the folder alone. A `.` in a rule of trust matches any character, and these let nobody in. */
const WORKFLOW = /^\.github\/workflows\/[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.ya?ml$/;
const ENDINGS = { python: ".py", typescript: ".ts" } as const;
const FORM = "src/catalog/applications.ts says what an application takes";
const LOWER_CASE = "rename it: lower case letters, digits and hyphens";

/** Applications: well formed, and of things that the catalog has. */
export function checkApplications(catalog: ResolvedCatalog): Problem[] {
  const given = wholeApplications(catalog.applications);
  return [
    ...given.problems,
    ...given.whole.flatMap((application) => checkApplication(application, catalog)),
    ...repeated(given.whole),
    ...checkServiceAccounts(given.whole, catalog),
  ];
}

function problem(subject: string, code: string, cause: string, remedy = FORM): Problem {
  return { code, subject, cause, remedy };
}

const MAPPING = z.record(z.string(), z.unknown());
const TEXT = z.string("not text");
const LIST = z.array(z.string("not a list of texts"), "no list").optional();
const ACCOUNTS = "not a list of { environment, issuer, namespace, serviceAccount }";
const SERVICE_ACCOUNT = z.strictObject(
  {
    environment: z.string(ACCOUNTS),
    issuer: z.string(ACCOUNTS),
    namespace: z.string(ACCOUNTS),
    serviceAccount: z.string(ACCOUNTS),
  },
  ACCOUNTS,
);
/** An application that comes as data has passed no compiler; each message is the form that is missing. */
const APPLICATION = z.strictObject({
  name: TEXT,
  repository: TEXT,
  language: TEXT,
  path: TEXT,
  branch: TEXT.optional(),
  environments: LIST,
  groups: LIST,
  runtime: z.enum(["included", "package"], "not included or package").optional(),
  githubActions: z.strictObject({ workflow: TEXT }, "not { workflow: PATH }").optional(),
  kubernetes: z.array(SERVICE_ACCOUNT, ACCOUNTS).optional(),
  pullRequest: z.literal(true, "not true").optional(),
  pydantic: z.literal(true, "not true").optional(),
});

/** Applications of the right form, and what is wrong with the form of the others. */
export function wholeApplications(given: readonly Application[]): {
  whole: Application[];
  problems: Problem[];
} {
  if (!Array.isArray(given))
    return { whole: [], problems: [problem("applications", "shape-invalid", "are not a list")] };
  const found = given.map((application, index) => ({
    application,
    problems: checkShape(application, index),
  }));
  return {
    whole: found.filter(({ problems }) => problems.length === 0).map(({ application }) => application),
    problems: found.flatMap(({ problems }) => problems),
  };
}

function checkShape(application: Application, index: number): Problem[] {
  const { name } = (application ?? {}) as { name?: unknown };
  const subject = `application ${typeof name === "string" ? name : `no. ${index + 1}`}`;
  if (!MAPPING.safeParse(application).success) return [problem(subject, "shape-invalid", "is not a mapping")];
  const { error } = APPLICATION.safeParse(application);
  return (error?.issues ?? []).flatMap((issue) => {
    if (issue.code === "unrecognized_keys")
      return issue.keys.map((key) =>
        problem(subject, "shape-invalid", `has a ${key}, which no application has`),
      );
    const [key] = issue.path;
    const isMissing = (application as unknown as Record<PropertyKey, unknown>)[key ?? ""] === undefined;
    return [
      problem(
        subject,
        "shape-invalid",
        isMissing ? `has no ${String(key)}` : `its ${String(key)} is ${issue.message}`,
      ),
    ];
  });
}

function checkApplication(application: Application, catalog: ResolvedCatalog): Problem[] {
  const { name, repository, language, path, environments = [], groups } = application;
  const subject = `application ${name}`;
  const known = Object.keys(catalog.groups);
  const problems: Problem[] = [];
  if (!NAME.test(name))
    problems.push(
      problem(subject, "application-name", "its name is not lower case, digits and hyphens", LOWER_CASE),
    );
  if (!REPOSITORY.test(repository))
    problems.push(
      problem(
        subject,
        "application-repository",
        `${repository} is not a name of a repository`,
        "write the repository's name alone, without its owner",
      ),
    );
  if (!LANGUAGES.includes(language))
    problems.push(
      problem(
        subject,
        "application-language",
        `its language is not ${LANGUAGES.join(" or ")}`,
        `write ${LANGUAGES.join(" or ")}`,
      ),
    );
  else if (!PATH.test(path) || !path.endsWith(ENDINGS[language]))
    problems.push(
      problem(
        subject,
        "application-path",
        `${path} is not a path in the repository that ends in ${ENDINGS[language]}`,
        `write one such as src/secrets${ENDINGS[language]}`,
      ),
    );
  problems.push(...checkWorkflow(subject, application.githubActions?.workflow));
  if (application.pydantic === true && language !== "python")
    problems.push(
      problem(subject, "application-pydantic", "pydantic is for Python alone", "leave pydantic out"),
    );
  if (path === WORKFLOW_PATH || path === SCRIPT_PATH)
    problems.push(problem(subject, "application-path", `${path} belongs to the sync`, "name another file"));
  for (const each of environments)
    if (!catalog.environments.includes(each))
      problems.push(
        problem(
          subject,
          "application-environment",
          `the catalog has no environment ${each}`,
          `use one of ${nearestNames(each, catalog.environments).join(", ")}`,
        ),
      );
  for (const each of groups ?? [])
    if (!known.includes(each))
      problems.push(
        problem(
          subject,
          "application-group",
          `the catalog has no group ${each}`,
          `use one of ${nearestNames(each, known).join(", ")}`,
        ),
      );
  if (groupsOfApplication(application, known).length === 0 || application.environments?.length === 0)
    problems.push(
      problem(
        subject,
        "application-empty",
        "it has no group or no environment, so nothing to load",
        "name some, or leave groups and environments out: that means all",
      ),
    );
  const policies = wholePolicies(catalog.accessPolicies).whole.map((policy) => policy.name);
  if (groups !== undefined && policies.includes(name))
    problems.push(
      problem(
        subject,
        "application-name",
        "an access policy has its name, and both would have one ESC environment",
        "rename one of them",
      ),
    );
  return problems;
}

function checkWorkflow(subject: string, workflow: string | undefined): Problem[] {
  if (workflow === undefined || (WORKFLOW.test(workflow) && workflow !== WORKFLOW_PATH)) return [];
  const cause =
    workflow === WORKFLOW_PATH
      ? `${workflow} is the sync's, whose jobs may write`
      : `${workflow} is not a file right below .github/workflows that ends in .yml or .yaml`;
  return [problem(subject, "application-workflow", cause, "write one such as .github/workflows/deploy.yml")];
}

function repeated(applications: readonly Application[]): Problem[] {
  const twice = (of: (application: Application) => string) =>
    applications.filter((each, index) => applications.findIndex((other) => of(other) === of(each)) < index);
  return [
    ...twice(({ name }) => name).map(({ name }) =>
      problem(
        `application ${name}`,
        "application-name",
        "another application has its name",
        "rename one of them",
      ),
    ),
    ...twice(({ repository, path }) => `${repository}/${path}`).map(({ name, path }) =>
      problem(
        `application ${name}`,
        "application-path",
        `another application has the file ${path}`,
        "name another file",
      ),
    ),
  ];
}
