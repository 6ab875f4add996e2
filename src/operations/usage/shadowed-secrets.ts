import { dayOf } from "../../catalog/dates";
import { environmentTargets } from "../../catalog/environment-slots";
import { valueNames } from "../../catalog/slots";
import { RemedyError } from "../../errors";
import type { Context, Report } from "../context";
import { inParallel } from "../in-parallel";
import { nameKey } from "./file-names";
import type { RepositoryNames } from "./look-into-repository";
import type { TakenByRepository } from "./trace-calls";

/** A secret of the catalog before which something else of its name stands. */
export interface ShadowedSecret {
  name: string;
  repository: string;
  path: string;
  line: number;
  /** What the job gets instead. */
  by: "repository secret" | "environment secret" | "variable of the workflow";
  /** The GitHub environment whose secret it is. */
  environment?: string;
}

/** Variables of workflows that have a secret's name and take their value from something else. */
export function hiddenByVariables(context: Context, seen: readonly RepositoryNames[]): ShadowedSecret[] {
  const known = knownNames(context);
  return seen.flatMap(({ repository, workflows }) =>
    workflows.flatMap(({ path, hidden }) =>
      hidden
        .filter(({ name }) => known.has(name.toUpperCase()))
        .map(({ name, line }) => ({
          ...{ name: name.toUpperCase(), repository, path, line },
          by: "variable of the workflow" as const,
        })),
    ),
  );
}

/**
 * Asks GitHub for the own secrets of each repository, and of each GitHub environment, in which a workflow takes a secret
 * of the catalog: one of the same name comes before the organization's. Two requests a repository at most, but one for
 * each environment more, so an organization of thousands costs what its readers cost.
 *
 * Source: GitHub's documentation, "Secrets": a secret of a repository comes before one of the organization, one of an
 * environment before both.
 */
export async function hiddenInGitHub(
  context: Context,
  byWorkflows: readonly TakenByRepository[],
  report: Report,
): Promise<{ shadowed: ShadowedSecret[]; unseen: string[] }> {
  const known = knownNames(context);
  const declared = declaredTargets(context);
  const github = context.github();
  const unseen: string[] = [];
  const ask = async (what: () => Promise<string[]>): Promise<ReadonlySet<string>> => {
    try {
      return new Set((await what()).map(nameKey));
    } catch (error) {
      if (!(error instanceof RemedyError)) throw error;
      unseen.push(`${error.problem.subject}: ${error.problem.cause}`);
      return new Set();
    }
  };
  const readers = byWorkflows
    .map(({ repository, taken }) => ({
      repository,
      taken: taken.filter(({ name }) => known.has(name.toUpperCase())),
    }))
    .filter(({ taken }) => taken.length > 0);
  let done = 0;
  const found = await inParallel(readers, async ({ repository, taken }) => {
    const own = await ask(() => github.repositorySecrets(repository));
    const environments = [...new Set(taken.flatMap(({ environment }) => environment ?? []))];
    const inEnvironment = new Map<string, ReadonlySet<string>>();
    for (const each of environments)
      inEnvironment.set(each, await ask(() => github.environmentSecrets(repository, each)));
    done += 1;
    if (done % TOLD === 0) report(`Asking for own secrets: ${done} of ${readers.length} repositories`);
    return taken.flatMap(({ name, path, line, environment }): ShadowedSecret[] => {
      const place = { name: name.toUpperCase(), repository, path, line };
      const isOwn = environment !== undefined && inEnvironment.get(environment)?.has(nameKey(name));
      if (isOwn && !declared.has(`${repository}/${environment}/${place.name}`))
        return [{ ...place, by: "environment secret", environment: environment ?? "" }];
      return !isOwn && own.has(nameKey(name)) ? [{ ...place, by: "repository secret" }] : [];
    });
  });
  const unique = new Map(
    found.flat().map((each) => [`${each.name} ${each.repository} ${each.by} ${each.environment}`, each]),
  );
  return { shadowed: [...unique.values()], unseen: [...new Set(unseen)].sort() };
}

/** Repositories between two lines of progress. */
const TOLD = 25;

function knownNames({ catalog, now }: Context): ReadonlySet<string> {
  const today = dayOf(now());
  return new Set(catalog.entries.flatMap((entry) => valueNames(entry, today)));
}

/** Secrets of GitHub environments that the catalog itself declares, which hide nothing. */
function declaredTargets({ catalog, project, now }: Context): ReadonlySet<string> {
  const { carriers } = project.settings;
  const targets = environmentTargets(catalog.entries, carriers, catalog.environments, dayOf(now()));
  return new Set(
    targets.map(({ repository, environment, slot }) => `${repository}/${environment}/${slot.name}`),
  );
}
