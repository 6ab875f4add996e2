import { resolveCatalog } from "../../../secrets/entry";
import { slotNames } from "../../../secrets/slots";
import { dayOf } from "../../../secrets/tombstone";
import type { GitHub } from "../../clients/github";
import { createGitHubWorkflows, type GitHubWorkflows } from "../../clients/github-workflows";
import { RemedyError } from "../../errors";
import type { Doors } from "../command";
import { inParallel } from "../in-parallel";
import type { CarrierSecrets, Observed } from "./find-drift";
import { type FormerName, type FormerReader, formerSlots } from "./find-former-readers";

/**
 * Looks at the declared secrets and who may read them.
 *
 * @param names secrets to look at; the list itself is read whole.
 */
export async function observeSecrets(github: GitHub, names: ReadonlySet<string>): Promise<Observed> {
  const secrets = await github.listSecrets();
  const selected = secrets.filter((each) => each.visibility === "selected" && names.has(each.name));
  const readers = await inParallel(
    selected,
    async ({ name }) => [name, await github.repositoriesOf(name)] as const,
  );
  return { secrets, readers: new Map(readers), carriers: [] };
}

/** All that drift can be in. */
export interface Everything extends Observed {
  former: readonly FormerName[];
  /** Repositories that may read a former name. */
  formerReaders: readonly FormerReader[];
}

/**
 * Looks at all that drift can be in. About one request a secret, a few a carrier; and for as long as the name of a
 * renamed secret lives, one a workflow file of each repository that may read it.
 */
export async function observeAll(doors: Doors, github: GitHub): Promise<Everything> {
  const { catalog, project, now } = doors;
  const { carriers } = project.settings;
  const names = new Set(slotNames(resolveCatalog(catalog)).map(({ name }) => name));
  const [observed, seen] = await Promise.all([
    observeSecrets(github, names),
    inParallel(carriers, (repository) => observeCarrier(github, catalog.environments, repository)),
  ]);
  const former = formerSlots(catalog, dayOf(now())).flatMap((slot): FormerName[] => {
    const there = observed.secrets.find(({ name }) => name === slot.name);
    if (there === undefined) return [];
    return [{ slot, granted: observed.readers.get(slot.name) }];
  });
  const granted = former.flatMap((each) => each.granted ?? []);
  const places = former.length === 0 ? [] : [...new Set([...carriers, ...granted])].sort();
  const workflows = createGitHubWorkflows(doors.githubCall());
  const formerReaders = await inParallel(places, (repository) =>
    observeReader(github, workflows, repository),
  );
  return { ...observed, carriers: seen, former, formerReaders };
}

async function observeCarrier(
  github: GitHub,
  wanted: readonly string[],
  repository: string,
): Promise<CarrierSecrets> {
  const [secrets, existing] = await Promise.all([
    github.repositorySecrets(repository),
    github.environments(repository),
  ]);
  const ours = existing.filter((name) => wanted.includes(name));
  const environments = await inParallel(ours, async (name) => ({
    name,
    secrets: await github.environmentSecrets(repository, name),
  }));
  return { repository, secrets, environments };
}

async function observeReader(
  github: GitHub,
  workflows: GitHubWorkflows,
  repository: string,
): Promise<FormerReader> {
  const [files, secrets] = await Promise.all([
    // Whoever may not read a repository's files gets all the rest, and is told which were not seen.
    workflows.filesOf(repository).catch((error: unknown) => {
      if (error instanceof RemedyError) return undefined;
      throw error;
    }),
    github.repositorySecrets(repository),
  ]);
  return { repository, workflows: files, secrets };
}
