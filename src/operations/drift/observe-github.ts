import { dayOf } from "../../catalog/dates";
import type { ResolvedCatalog } from "../../catalog/entry";
import { REPOSITORY_ARCHIVED } from "../../catalog/github-names";
import { WORKFLOW_PATH } from "../../catalog/layout";
import { organizationSlots, type SlotName, slotNames } from "../../catalog/slots";
import type { GitHub } from "../../clients/github-secrets";
import { createGitHubWorkflows, type GitHubWorkflows } from "../../clients/github-workflows";
import { type Problem, RemedyError } from "../../errors";
import type { Context } from "../context";
import { inParallel } from "../in-parallel";
import type { CarrierSecrets, Finding, Observed } from "./find-drift";

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
  /** Carriers that are archived. */
  archived: readonly Finding[];
}

/**
 * Looks at all that drift can be in. About one request a secret, a few a carrier; and for as long as the name of a
 * renamed secret lives, one a workflow file of each repository that may read it.
 *
 * @param misspelled carriers that `refuseMisspelled` found and did not refuse. It comes first: what is asked by a name that
 *   GitHub leads elsewhere from fails without that name.
 */
export async function observeAll(
  context: Context,
  github: GitHub,
  misspelled: readonly Problem[],
): Promise<Everything> {
  const { catalog, project, now } = context;
  const { carriers } = project.settings;
  const names = new Set(slotNames(catalog.entries).map(({ name }) => name));
  const archived = misspelled.map((problem): Finding => ({ ...problem, code: REPOSITORY_ARCHIVED }));
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
  const workflows = createGitHubWorkflows(context.githubCall());
  const formerReaders = await inParallel(places, (repository) =>
    observeReader(github, workflows, repository),
  );
  return { ...observed, carriers: seen, former, formerReaders, archived };
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

/** What was seen of one repository, as far as it may read a name that is about to go. */
export interface FormerReader {
  repository: string;
  /** Workflow files on its default branch; undefined: the token may not read them. */
  workflows: readonly { path: string; text: string }[] | undefined;
  /** Names of its own secrets. */
  secrets: readonly string[];
}

/** The names that renamed secrets had, for as long as they live. */
export function formerSlots(catalog: ResolvedCatalog, today: string): SlotName[] {
  return organizationSlots(catalog.entries, today).filter(({ name, secret }) => name !== secret.name);
}

/** A former name in GitHub, and who may read it there. */
export interface FormerName {
  slot: SlotName;
  /** Repositories it is granted to by name; undefined: all, or all private ones. */
  granted: readonly string[] | undefined;
}

/**
 * Who still reads the names that renamed secrets had: repositories besides the carriers that are granted one, workflow
 * files that name it, and repositories with a secret of their own by that name. A pure function.
 *
 * What GitHub cannot show is told with each: other branches, workflows that inherit all secrets, and applications that
 * open the old key in ESC.
 */
export function findFormerReaders(
  former: readonly FormerName[],
  seen: readonly FormerReader[],
  carriers: readonly string[],
): Finding[] {
  return former.map(({ slot, granted }) => {
    const { name, secret } = slot;
    const parts = [
      granted === undefined ? "granted to every repository that its visibility covers" : "",
      told("granted to", granted?.filter((each) => !carriers.includes(each)) ?? []),
      told("named in", mentionsOf(name, seen)),
      told("hidden by a secret of its own in", ownersOf(name, seen)),
      told("workflows not shown of", unreadOf(seen)),
    ].filter((part) => part !== "");
    const end = slot.tombstone === undefined ? "has no tombstone yet" : `expires on ${slot.tombstone}`;
    const cause = `the name that ${secret.name} had, ${end}; ${parts.length === 0 ? "nothing in sight reads it" : parts.join("; ")}`;
    const remedy = `move its repositories to ${secret.name}`;
    return { code: "former-name-exists" as const, subject: name, cause, remedy };
  });
}

function told(words: string, items: readonly string[]): string {
  return items.length === 0 ? "" : `${words} ${[...items].sort().join(", ")}`;
}

/** Workflow files that name it, but the one that the stack itself writes. */
function mentionsOf(name: string, seen: readonly FormerReader[]): string[] {
  // GitHub's expressions take names in any case, after a dot or in brackets.
  const pattern = new RegExp(`secrets\\s*(\\.\\s*${name}(?![A-Za-z0-9_-])|\\[\\s*'${name}'\\s*\\])`, "i");
  return seen.flatMap(({ repository, workflows = [] }) =>
    workflows
      .filter(({ path, text }) => path !== WORKFLOW_PATH && pattern.test(text))
      .map(({ path }) => `${repository}/${path}`),
  );
}

function ownersOf(name: string, seen: readonly FormerReader[]): string[] {
  return seen.filter(({ secrets }) => secrets.includes(name)).map(({ repository }) => repository);
}

function unreadOf(seen: readonly FormerReader[]): string[] {
  return seen.filter(({ workflows }) => workflows === undefined).map(({ repository }) => repository);
}
