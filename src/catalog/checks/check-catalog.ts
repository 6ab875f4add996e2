import type { Problem } from "../../errors";
import { type Catalog, type ResolvedCatalog, type ResolvedEntry, resolveCatalog } from "../entry";
import { FORMATS, misfit } from "../formats";
import { jobIdOf, SENTINEL } from "../layout";
import { checkAccess } from "./check-access";
import { checkApplications } from "./check-applications";
import { checkDays } from "./check-days";
import { checkEscNames } from "./check-esc-names";
import { checkGroupings } from "./check-groupings";
import { checkKeys } from "./check-keys";
import { checkNames } from "./check-names";
import { checkRotators } from "./check-rotators";
import { checkAcknowledgements } from "./check-sharing";
import { wholeCatalog, wholePolicies, wholeRotators } from "./shapes";

/**
 * What people wrote as the rest of the program uses it: checked, with every default filled in. The program and the
 * command call it where the catalog comes in.
 *
 * @returns every problem at once; the catalog is right where there is none.
 */
export function parseCatalog(
  written: Catalog,
  appRoot: string,
): { catalog: ResolvedCatalog; problems: Problem[] } {
  const { whole, isReadable, problems } = wholeCatalog(written);
  const catalog = resolveCatalog(whole);
  return { catalog, problems: [...problems, ...(isReadable ? checkCatalog(catalog, appRoot) : [])] };
}

/**
 * Every rule of the catalog, each over all entries, so that people see all problems at once. The compiler has
 * checked the references of `defineCatalog` already; they are checked here again for catalogs that come as data.
 */
export function checkCatalog(catalog: ResolvedCatalog, appRoot: string): Problem[] {
  const secrets = catalog.entries;
  return [
    ...checkGroups(catalog),
    ...checkEnvironments(catalog),
    ...checkLimit(catalog),
    ...checkNames(secrets),
    ...checkKeys(secrets, appRoot),
    ...secrets.flatMap((secret) => checkReferences(secret, catalog)),
    ...secrets.flatMap(checkValues),
    ...secrets.flatMap(checkPage),
    ...secrets.flatMap(checkDays),
    ...checkAccess(catalog),
    ...checkAcknowledgements(catalog),
    ...checkApplications(catalog),
    ...checkGroupings(catalog),
    ...checkRotators(catalog, appRoot),
    ...checkEscNames({
      ...catalog,
      accessPolicies: wholePolicies(catalog.accessPolicies).whole,
      rotators: wholeRotators(catalog.rotators).whole,
    }),
  ];
}

/** Endings of teams that are not groups (layout.ts): a group of that name would be taken for one. */
const TAKEN = new Set(["sync", "application"]);
const GROUP_NAME = /^[a-z0-9][a-z0-9-]*$/;

function checkGroups(catalog: ResolvedCatalog): Problem[] {
  return Object.keys(catalog.groups).flatMap((group) => {
    if (TAKEN.has(group)) {
      return [
        {
          code: "name-reserved",
          subject: `group ${group}`,
          cause: "the name is taken by the pipeline itself",
          remedy: "rename it",
        },
      ];
    }
    if (!GROUP_NAME.test(group)) {
      return [
        {
          code: "name-invalid",
          subject: `group ${group}`,
          cause: "is not lower case, digits and hyphens",
          remedy: "rename it so",
        },
      ];
    }
    return [];
  });
}

/** A workflow's job ids know no dots, so they become `_` there (render-workflow.ts): two jobs could not share one id. */
function checkEnvironments({ environments }: ResolvedCatalog): Problem[] {
  const jobs = new Map<string, string[]>();
  for (const name of environments) {
    const id = jobIdOf(name);
    jobs.set(id, [...(jobs.get(id) ?? []), name]);
  }
  return [...jobs]
    .filter(([, names]) => names.length > 1)
    .map(([id, names]) => ({
      code: "job-id-shared",
      subject: `environments ${names.join(" and ")}`,
      cause: `would be one job, ${id}, in the workflow, whose job ids may not contain dots`,
      remedy: "rename one of them",
    }));
}

function checkLimit({ changeLimit }: ResolvedCatalog): Problem[] {
  if (changeLimit === undefined || (Number.isInteger(changeLimit) && changeLimit >= 1)) return [];
  const remedy = "give a whole number, 1 or more, or leave it out";
  return [{ code: "number-invalid", subject: "changeLimit", cause: "is not a number of values", remedy }];
}

/** What an entry names and the catalog does not have. */
const UNKNOWN = {
  group: "group-unknown",
  format: "format-unknown",
  environment: "environment-unknown",
} as const;

function checkReferences(secret: ResolvedEntry, catalog: ResolvedCatalog): Problem[] {
  const problems: Problem[] = [];
  const unknown = (what: keyof typeof UNKNOWN, value: string, known: readonly string[]) =>
    problems.push({
      code: UNKNOWN[what],
      subject: secret.name,
      cause: `names an unknown ${what}: ${value}`,
      remedy: `use one of ${known.join(", ")}`,
    });
  // Own properties only: "constructor" is in every object.
  const knownGroup = Object.hasOwn(catalog.groups, secret.group);
  if (!knownGroup) unknown("group", secret.group, Object.keys(catalog.groups));
  if (!Object.hasOwn(FORMATS, secret.format)) unknown("format", secret.format, Object.keys(FORMATS));
  for (const environment of secret.environments) {
    if (!catalog.environments.includes(environment))
      unknown("environment", environment, catalog.environments);
  }
  if (secret.environments.length === 0) {
    problems.push({
      code: "environments-missing",
      subject: secret.name,
      cause: "is in no environment",
      remedy: "leave environments out, or name one",
    });
  }
  if (knownGroup && (!Number.isInteger(secret.rotationDays) || secret.rotationDays < 1)) {
    const remedy = "give rotationDays as a whole number of days, 1 or more";
    problems.push({
      code: "number-invalid",
      subject: secret.name,
      cause: "has no rotation interval",
      remedy,
    });
  }
  return problems;
}

function checkValues(secret: ResolvedEntry): Problem[] {
  const problems: Problem[] = [];
  if (secret.visibility !== "selected" && secret.repositories.length > 0) {
    problems.push({
      code: "repositories-ignored",
      subject: secret.name,
      cause: `names repositories, which GitHub ignores when visibility is ${secret.visibility}`,
      remedy: "leave visibility out, or repositories",
    });
  }
  if (secret.perEnvironment && (secret.visibility !== "selected" || secret.repositories.length > 0)) {
    const remedy = "leave visibility and repositories out: jobs of the environment read it, no others";
    problems.push({
      code: "repositories-ignored",
      subject: secret.name,
      cause: "has a value per environment, and repositories of its own",
      remedy,
    });
  }
  if (secret.value !== "person" && secret.value !== "config") {
    const remedy = 'write value: "config", or leave it out';
    problems.push({
      code: "value-origin-unknown",
      subject: secret.name,
      cause: "names an unknown origin of its value",
      remedy,
    });
  }
  if (secret.value === "config" && secret.default !== undefined) {
    const remedy = "leave the default out: the stack's config has the value";
    problems.push({
      code: "default-beside-config",
      subject: secret.name,
      cause: "has both a default and a value in config",
      remedy,
    });
  }
  if (secret.default !== undefined && secret.credential) {
    const cause = "is a credential with a default, which everyone who can read this repository reads";
    const remedy = "leave the default out and set the value in GitHub; for what is public: credential: false";
    problems.push({ code: "default-of-credential", subject: secret.name, cause, remedy });
  }
  if (secret.default === undefined || !Object.hasOwn(FORMATS, secret.format)) return problems;
  const wrong =
    secret.default === "" || secret.default === SENTINEL
      ? "is empty or the placeholder"
      : misfit(secret.format, secret.default);
  if (wrong !== undefined) {
    problems.push({
      code: "default-invalid",
      subject: secret.name,
      cause: `its default ${wrong}`,
      remedy: "fix the default or leave it out",
    });
  }
  return problems;
}

/**
 * People follow it in a hurry, and type a credential at its end: nothing but https, to a host, with nobody's name in it.
 * It is put into logs, issues and calendars as it stands: URL reads over the line ends and blanks that they act on.
 */
function checkPage({ name, page }: ResolvedEntry): Problem[] {
  if (page === undefined) return [];
  const url = URL.canParse(page) ? new URL(page) : undefined;
  const isPlain = /^[\x21-\x7e]+$/.test(page);
  if (isPlain && url?.protocol === "https:" && `${url.username}${url.password}` === "") return [];
  const remedy = "write the vendor's own page, beginning with https://, other signs than ASCII's as %20";
  return [{ code: "page-invalid", subject: name, cause: "its page is not an https address", remedy }];
}
