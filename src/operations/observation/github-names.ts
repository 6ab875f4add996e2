import {
  checkAlertWebhook,
  type NamedRepository,
  namedRepositories,
  REPOSITORY_ARCHIVED,
  repositoryProblem,
  repositoryRemedy,
  teamRemedy,
} from "../../catalog/github-names";
import { MovedError, NotShownError, notGitHub } from "../../clients/github-refusal";
import { type Problem, RemedyError } from "../../errors";
import type { Context } from "../context";
import { inParallel } from "../in-parallel";

/**
 * What config and catalog name and GitHub does not have, or spells otherwise: repositories, the teams of
 * `environmentReviewers`, the secret of `alertWebhook`. A request for each repository and team.
 *
 * @throws RemedyError when GitHub does not answer.
 */
export async function wrongNames(context: Context): Promise<Problem[]> {
  const { catalog, project } = context;
  const { settings } = project;
  const repositories = await inParallel(namedRepositories(catalog, settings), (named) =>
    wrongRepository(context, named),
  );
  const teams = await inParallel(settings.environmentReviewers ?? [], (slug) => missingTeam(context, slug));
  const found = [...repositories, ...teams].filter((each) => each !== undefined);
  // What is not shown under a wrong name is no second problem.
  if (found.length > 0) return onceEach(found);
  const github = context.github();
  const webhook = await checkAlertWebhook(catalog, settings, {
    ofRepository: async (carrier) => [
      ...(await github.readableBy(carrier)),
      ...(await github.repositorySecrets(carrier)),
    ],
    hasInEnvironment: async (repository, environment, secret) =>
      (await github.environmentSecrets(repository, environment).catch(noneOfNotShown)).includes(secret),
  });
  return webhook === undefined ? [] : [webhook];
}

/**
 * Refuses carriers that GitHub does not show, or spells otherwise: nothing compared by name would be found.
 *
 * @returns what is wrong with those that can be read: archived ones.
 * @throws RemedyError with the command that corrects the name.
 */
export async function refuseMisspelled(context: Context): Promise<Problem[]> {
  const { settings } = context.project;
  const carriers = namedRepositories({ entries: [], applications: [] }, { carriers: settings.carriers });
  const found = await inParallel(carriers, (named) => wrongRepository(context, named));
  const problems = found.filter((each) => each !== undefined);
  const hidden = problems.find(({ code }) => code !== REPOSITORY_ARCHIVED);
  if (hidden !== undefined) throw new RemedyError(hidden);
  return problems;
}

/** The wrong spelling of the organization is found at every repository. */
function onceEach(problems: readonly Problem[]): Problem[] {
  const texts = problems.map(({ subject, cause }) => `${subject}: ${cause}`);
  return problems.filter((_, index) => texts.indexOf(texts[index] ?? "") === index);
}

async function wrongRepository(context: Context, named: NamedRepository): Promise<Problem | undefined> {
  const { organization, get, ofRepository } = context.githubCall();
  const asked = ofRepository(named.name);
  try {
    const { full_name: fullName, archived } = await get(asked, `/repos/${organization}/${named.name}`).catch(
      (error: unknown) => {
        if (!(error instanceof MovedError) || error.repositoryId === undefined) throw error;
        // Under its id GitHub tells what it is called today.
        return get(asked, `/repositories/${error.repositoryId}`);
      },
    );
    if (typeof fullName !== "string") throw notGitHub(asked);
    return repositoryProblem(organization, named, { fullName, isArchived: archived === true });
  } catch (error) {
    if (!(error instanceof NotShownError)) throw error;
    const shown = await shownNames(context, "repos", "name");
    return {
      code: "github-repository-not-shown",
      subject: named.where,
      cause: `GitHub does not show ${organization}/${named.name} to this token`,
      remedy: repositoryRemedy(named, shown),
    };
  }
}

/** Names in one page of a list of the organization's: enough to find what was likely meant. None where it is not shown. */
async function shownNames(context: Context, list: "repos" | "teams", field: string): Promise<string[]> {
  const { organization, send } = context.githubCall();
  try {
    const asked = { thing: `${list} of ${organization}`, kind: "organization" } as const;
    const { text } = await send(asked, `/orgs/${organization}/${list}?per_page=100`);
    const items = JSON.parse(text) as unknown;
    return Array.isArray(items) ? items.flatMap((each) => String(each?.[field] ?? "") || []) : [];
  } catch (error) {
    if (error instanceof RemedyError || error instanceof SyntaxError) return [];
    throw error;
  }
}

async function missingTeam(context: Context, slug: string): Promise<Problem | undefined> {
  const { organization, get } = context.githubCall();
  try {
    await get({ thing: `team ${slug}`, kind: "organization" }, `/orgs/${organization}/teams/${slug}`);
    return undefined;
  } catch (error) {
    if (!(error instanceof NotShownError)) throw error;
    return {
      code: "github-team-not-shown",
      subject: `team ${slug}`,
      cause: `GitHub shows no such team of ${organization} to this token`,
      remedy: teamRemedy(slug, await shownNames(context, "teams", "slug")),
    };
  }
}

function noneOfNotShown(error: unknown): string[] {
  if (error instanceof NotShownError) return [];
  throw error;
}
