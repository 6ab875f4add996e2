import { type Problem, RemedyError } from "../errors";
import { likelyName, spellOr } from "../text";
import type { ResolvedCatalog } from "./entry";
import type { Settings } from "./settings";
import { slotNames } from "./slots";

/**
 * A typed repository as `owner/name`.
 *
 * @param owner of a repository typed without one.
 * @param option for the error.
 * @throws RemedyError when it names none.
 */
export function repositoryIn(owner: string, typed: string, option: string): string {
  if (/^[\w.-]+(\/[\w.-]+)?$/.test(typed) && !/(^|\/)\.\.?($|\/)/.test(typed))
    return typed.includes("/") ? typed : `${owner}/${typed}`;
  throw new RemedyError({
    code: "github-repository-invalid",
    subject: option,
    cause: "names no repository",
    remedy: "write OWNER/NAME, or NAME for the organization's",
  });
}

/** A repository that a stack's config or the catalog names. */
export interface NamedRepository {
  name: string;
  /** Who names it: `config carriers[0]`, `OPENAI_API_KEY`. */
  where: string;
  /** What to do so that it is named otherwise. */
  fix(name: string): string;
  /** Whether the stack writes files to it, or environments. */
  isWritten: boolean;
}

/** What GitHub tells of a repository. */
export interface ShownRepository {
  /** GitHub's own spelling, `owner/name`. */
  fullName: string;
  isArchived: boolean;
}

/** Every repository that config and catalog name, each once, by who names it first. */
export function namedRepositories(
  { entries, applications }: Pick<ResolvedCatalog, "entries" | "applications">,
  settings: Pick<Settings, "carriers" | "programRepository">,
): NamedRepository[] {
  const all = settings.carriers.map((name, index) => ({
    name,
    where: `config carriers[${index}]`,
    fix: (right: string) => `for every stack: pulumi config set --path 'carriers[${index}]' ${right}`,
    isWritten: true,
  }));
  const { programRepository } = settings;
  if (programRepository !== undefined)
    all.push({
      name: programRepository,
      where: "config programRepository",
      fix: (right) => `for every stack: pulumi config set programRepository ${right}`,
      isWritten: true,
    });
  const inSecrets = (where: string, key: string, file: string, isWritten: boolean) => (name: string) => ({
    name,
    where,
    fix: (right: string) => `write ${right} into ${key} of ${where} in secrets/${file}.ts`,
    isWritten,
  });
  for (const { name, repository } of applications)
    all.push(inSecrets(`application ${name}`, "repository", "applications", true)(repository));
  for (const { name, repositories } of entries)
    all.push(...repositories.map(inSecrets(name, "repositories", "catalog", false)));
  return all.filter(({ name }, index) => all.findIndex((each) => each.name === name) === index);
}

/** What keeps a repository that GitHub shows from being used as it is named. */
export function repositoryProblem(
  organization: string,
  named: NamedRepository,
  { fullName, isArchived }: ShownRepository,
): Problem | undefined {
  const wrong = wrongSpelling(organization, named, fullName);
  if (wrong !== undefined || !isArchived || !named.isWritten) return wrong;
  return {
    code: REPOSITORY_ARCHIVED,
    subject: `repository ${fullName}`,
    cause: "it is archived, so GitHub takes no files and runs no workflow there",
    remedy: `gh repo unarchive ${fullName}; or take it out of ${named.where}`,
  };
}

/** What to do about a repository that GitHub does not show. @param shown names of some that it does. */
export function repositoryRemedy({ name, fix }: NamedRepository, shown: readonly string[]): string {
  const near = likelyName(name, shown);
  const create = `create it, give GITHUB_TOKEN access to it, or name another: ${fix("REPOSITORY")}`;
  return near === undefined
    ? create
    : `if ${near} is meant, ${fix(near)}; otherwise create it, or give GITHUB_TOKEN access to it`;
}

/** What to do about a team of config `environmentReviewers` that GitHub does not show. @param shown slugs of some that it does. */
export function teamRemedy(slug: string, shown: readonly string[]): string {
  const otherwise = "create it, or write the last part of its address into config environmentReviewers";
  return spellOr(slug, shown, otherwise);
}

/** Such a repository can still be read. */
export const REPOSITORY_ARCHIVED = "github-repository-archived";

/**
 * What is wrong with how a repository is named. GitHub answers a name in any case, and a former name with the repository
 * of today. Its identities have one spelling, and trust compares `repository` by letter: with another every job is refused.
 *
 * @param organization config `githubOrganization`.
 * @param fullName GitHub's own spelling, `owner/name`.
 */
function wrongSpelling(
  organization: string,
  { name, where, fix, isWritten }: NamedRepository,
  fullName: string,
): Problem | undefined {
  const [owner = "", repository = ""] = fullName.split("/");
  if (owner === organization && repository === name) return undefined;
  const isSame = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
  if (owner !== organization && isSame(owner, organization)) return wrongOwner(organization, owner);
  if (owner === organization && isSame(repository, name))
    return {
      code: "github-name-differs",
      subject: where,
      cause: `GitHub spells ${name} as ${repository}, and trust compares names by letter`,
      remedy: fix(repository),
    };
  if (owner === organization)
    return {
      code: "github-repository-renamed",
      subject: where,
      cause: `${name} is the former name of ${repository}`,
      // Under another name the stack would make its files and environments again, and delete those that it has: the same.
      remedy: isWritten
        ? `gh repo rename ${name} -R ${fullName} gives it its name back; if no pulumi up has run yet, ${fix(repository)}`
        : fix(repository),
    };
  return {
    code: "github-repository-moved",
    subject: where,
    cause: `${organization}/${name} has moved to ${fullName}, outside config githubOrganization`,
    remedy: `if the whole organization was renamed, for every stack: pulumi config set githubOrganization ${owner}; otherwise transfer it back, or name a repository of ${organization}`,
  };
}

/** @param login GitHub's own spelling, which differs. */
export function wrongOwner(organization: string, login: string): Problem {
  return {
    code: "github-name-differs",
    subject: "config githubOrganization",
    cause: `GitHub spells ${organization} as ${login}, and trust compares names by letter`,
    remedy: `for every stack: pulumi config set githubOrganization ${login}`,
  };
}

/** The secret of config `alertWebhook`, which some jobs of a carrier do not have: a run that fails there tells nobody. */
function alertWebhookMissing(
  secret: string,
  places: readonly string[],
  [repository]: readonly string[],
  there: ReadonlySet<string>,
): Problem {
  return {
    code: "alert-webhook-missing",
    subject: "config alertWebhook",
    cause: `GitHub has no secret ${secret} for ${places.join(", ")}, so a failed sync sends no alert there`,
    remedy: spellOr(
      secret,
      there,
      `gh secret set ${secret} -R ${repository} sets it there; or name another for every stack: pulumi config set alertWebhook NAME`,
    ),
  };
}

/** What GitHub says of secrets that a carrier's jobs can use. Names in upper case. */
export interface AskSecrets {
  /** The organization's that the repository may read, and its own. */
  ofRepository(repository: string): Promise<readonly string[]>;
  hasInEnvironment(repository: string, environment: string, secret: string): Promise<boolean>;
}

/**
 * Whether every job of the sync has the secret that config `alertWebhook` names. One that the catalog declares is there
 * after the first `up`.
 *
 * @throws what `ask` throws.
 */
export async function checkAlertWebhook(
  { entries, environments }: Pick<ResolvedCatalog, "entries" | "environments">,
  {
    alertWebhook,
    carriers,
    githubOrganization,
  }: Pick<Settings, "alertWebhook" | "carriers" | "githubOrganization">,
  ask: AskSecrets,
): Promise<Problem | undefined> {
  if (alertWebhook === undefined || slotNames(entries).some(({ name }) => name === alertWebhook))
    return undefined;
  const places: string[] = [];
  const lacking: string[] = [];
  const there = new Set<string>();
  for (const carrier of carriers) {
    const names = await ask.ofRepository(carrier);
    for (const name of names) there.add(name);
    if (names.includes(alertWebhook)) continue;
    const before = places.length;
    for (const environment of environments)
      if (!(await ask.hasInEnvironment(carrier, environment, alertWebhook)))
        places.push(`${environment} of ${githubOrganization}/${carrier}`);
    if (places.length > before) lacking.push(`${githubOrganization}/${carrier}`);
  }
  return places.length === 0 ? undefined : alertWebhookMissing(alertWebhook, places, lacking, there);
}
