import { dayOf } from "../../catalog/dates";
import { valueNames } from "../../catalog/slots";
import { organizationWorkflows } from "../../clients/github-organization";
import type { Context, Report } from "../context";
import { inParallel } from "../in-parallel";
import { withBranches } from "./fetch-branches";
import { nameKey } from "./file-names";
import { type FileLine, lookIntoRepository, type RepositoryNames, type Wanted } from "./look-into-repository";
import { findCheckouts } from "./search-checkout";
import { hiddenByVariables, hiddenInGitHub, type ShadowedSecret } from "./shadowed-secrets";
import { type TakenByRepository, traceCalls } from "./trace-calls";
import { wantedOf, wordsByEntry } from "./wanted-names";

/** A place in a file that has to do with a secret. */
export interface Reader {
  repository: string;
  path: string;
  /** From 1, as the first branch that was read has it. */
  line: number;
}

/** Who reads a secret, as far as was searched. */
export interface Usage {
  name: string;
  readers: readonly Reader[];
  /** Comments, sentences and documentation that name it; nobody reads by these. */
  mentions: readonly Reader[];
  /** Repositories with access by name in which nothing reads it. */
  overGranted: readonly string[];
  /** Where nothing reads it: the tombstone to propose, YYYY-MM-DD. */
  tombstone?: string;
}

/** What a search found, and where nobody looked. */
export interface UsageReport {
  secrets: Usage[];
  searched: readonly string[];
  /** Repositories that the catalog names and that were not given; those that could not be fetched, with the reason. */
  notSearched: readonly string[];
  /** Secrets that every repository of the organization, or every private one, may use. */
  openToAll: readonly string[];
  /** Files that may read any secret: inherited, computed names, or a whole environment of ESC. */
  readEverything: readonly Reader[];
  /** Names that workflows take from `secrets`, and the catalog does not have. */
  undeclared: readonly (Reader & { name: string })[];
  /** Where something else of a secret's name stands before it. */
  shadowed: readonly ShadowedSecret[];
  /** Files that are read by words alone, `repository/path`. */
  byWords: readonly string[];
  /** What could not be asked, a sentence each. */
  unseen: readonly string[];
}

/** Days until a proposed tombstone: a quarter, in which each quarterly job runs once. */
const NOTICE_DAYS = 92;

/**
 * Looks for readers of every secret in clones, on all their branches: its GitHub names, app keys, Pulumi config key, and
 * the loader's functions that give it with others. Each file is read by its language; what no language explains counts by
 * its words, so that what is in use is rather found once too often. Reads files alone.
 *
 * @throws RemedyError for a folder without a repository, and when git fails.
 */
export async function findUnused(
  context: Context,
  folders: readonly string[],
  report: Report,
): Promise<UsageReport> {
  const wanted = wantedOf(context);
  const seen: RepositoryNames[] = [];
  for (const checkout of findCheckouts(folders, context.env)) {
    report(`Searching ${checkout.repository}`);
    seen.push(await lookIntoRepository(checkout, wanted, context.env));
  }
  return reportOf(context, seen, []);
}

/**
 * The same in every repository of the organization, on all branches as GitHub has them; and it asks GitHub whether a
 * repository's or an environment's own secret hides one that a workflow takes.
 *
 * @throws RemedyError when GitHub does not list the repositories, and when git fails to search one.
 */
export async function findUnusedInOrganization(
  context: Context,
  report: Report,
  read: ReadRepository = readByGit,
): Promise<UsageReport> {
  const call = context.githubCall();
  const listed = await organizationWorkflows(call, (read, total) =>
    report(`Listing repositories: ${read} of ${total}`),
  );
  const wanted = wantedOf(context);
  let done = 0;
  const results = await inParallel(listed.repositories, async ({ name }) => {
    const result = await read(context, name, wanted);
    done += 1;
    if (done % TOLD === 0 || done === listed.repositories.length)
      report(`Searching repositories: ${done} of ${listed.total}`);
    return { name, result };
  });
  const missed = results.flatMap(({ name, result }) =>
    "missed" in result ? [`${name} (${result.missed})`] : [],
  );
  const unlisted = listed.total - listed.repositories.length;
  if (unlisted > 0)
    missed.push(
      `${unlisted} that GitHub did not list (${listed.stopped?.cause ?? "they went or came meanwhile"})`,
    );
  const seen = results.flatMap(({ result }) => ("found" in result ? [result.found] : []));
  const found = reportOf(context, seen, missed);
  const { shadowed, unseen } = await hiddenInGitHub(context, traced(context, seen), report);
  return { ...found, shadowed: [...found.shadowed, ...shadowed], unseen };
}

/** Gives what a repository has, or a few words on why it cannot be read. */
export type ReadRepository = (
  context: Context,
  name: string,
  wanted: Wanted,
) => Promise<{ found: RepositoryNames } | { missed: string }>;

function readByGit(context: Context, name: string, wanted: Wanted): ReturnType<ReadRepository> {
  return withBranches(context.githubCall(), name, context.env, (checkout) =>
    lookIntoRepository(checkout, wanted, context.env),
  );
}

/** Repositories between two lines of progress. */
const TOLD = 25;

function traced({ project }: Context, seen: readonly RepositoryNames[]): TakenByRepository[] {
  return traceCalls(seen, project.settings.githubOrganization);
}

/** @param missed repositories that could not be searched, each with the reason. */
function reportOf(
  context: Context,
  seen: readonly RepositoryNames[],
  missed: readonly string[],
): UsageReport {
  const { catalog, now, project } = context;
  const today = dayOf(now());
  const searched = [...new Set(seen.map(({ repository }) => repository))].sort();
  const byWorkflows = traced(context, seen);
  const readEverything = [
    ...seen.flatMap(({ repository, everything, computed }) =>
      [...everything, ...computed.filter((each) => !isTelling(each))].map((place) =>
        readerOf(repository, place),
      ),
    ),
    ...byWorkflows.flatMap(({ repository, blind }) => blind.map((place) => readerOf(repository, place))),
  ];
  const mayRead = new Set(readEverything.map(({ repository }) => repository));
  const secrets = [...wordsByEntry(context)].map(([entry, words]): Usage => {
    const names = new Set(valueNames(entry, today).map(nameKey));
    const readers = uniqueReaders([
      ...placesOf(seen, words, "reads"),
      ...byWorkflows.flatMap(({ repository, taken }) =>
        taken.filter(({ name }) => names.has(nameKey(name))).map((place) => readerOf(repository, place)),
      ),
      ...seen.flatMap(({ repository, computed }) =>
        computed
          .filter((each) => isTelling(each) && [...names].some((name) => fits(name, each)))
          .map((place) => readerOf(repository, place)),
      ),
    ]);
    const mentions = uniqueReaders(placesOf(seen, words, "mentions")).filter(
      (each) => !readers.some(({ repository, path }) => repository === each.repository && path === each.path),
    );
    const reading = new Set(readers.map(({ repository }) => repository));
    const overGranted = entry.repositories.filter(
      (name) => searched.includes(name) && !reading.has(name) && !mayRead.has(name),
    );
    const usage = { name: entry.name, readers, mentions, overGranted };
    if (readers.length > 0 || entry.bootstrap || entry.tombstone !== undefined) return usage;
    return { ...usage, tombstone: dayOf(new Date(now().getTime() + NOTICE_DAYS * 86_400_000)) };
  });
  const known = new Set(catalog.entries.flatMap((entry) => valueNames(entry, today)).map(nameKey));
  const declared = [
    ...project.settings.carriers,
    ...catalog.entries.flatMap(({ repositories }) => repositories),
    ...catalog.applications.map(({ repository }) => repository),
  ];
  const isMissed = (name: string) => missed.some((each) => each.startsWith(`${name} (`));
  const absent = [...new Set(declared)].filter((name) => !searched.includes(name) && !isMissed(name));
  return {
    secrets,
    searched,
    notSearched: [...absent, ...missed].sort(),
    openToAll: catalog.entries.filter(({ visibility }) => visibility !== "selected").map(({ name }) => name),
    readEverything: uniqueReaders(readEverything),
    undeclared: undeclaredIn(byWorkflows, known),
    shadowed: hiddenByVariables(context, seen),
    byWords: seen.flatMap(({ repository, byWords }) => byWords.map((path) => `${repository}/${path}`)),
    unseen: [],
  };
}

function undeclaredIn(byWorkflows: readonly TakenByRepository[], known: ReadonlySet<string>) {
  const found = byWorkflows.flatMap(({ repository, taken }) =>
    taken
      .filter(({ name }) => !known.has(nameKey(name)) && nameKey(name) !== "github_token")
      .map(({ name, path, line }) => ({ name: name.toUpperCase(), repository, path, line })),
  );
  const keyOf = ({ name, repository, path }: Reader & { name: string }) => `${name} ${repository} ${path}`;
  return [...new Map(found.reverse().map((each) => [keyOf(each), each])).values()].sort((a, b) =>
    keyOf(a) < keyOf(b) ? -1 : 1,
  );
}

/** A computed name of which this much is written down tells which secrets it may be; of less it may be any. */
const TELLING = 3;

function isTelling({ before, after }: { before: string; after: string }): boolean {
  return (before + after).replaceAll("_", "").length >= TELLING;
}

function fits(name: string, { before, after }: { before: string; after: string }): boolean {
  const [start, end] = [nameKey(before), nameKey(after)];
  return name.length >= start.length + end.length && name.startsWith(start) && name.endsWith(end);
}

function placesOf(
  seen: readonly RepositoryNames[],
  words: readonly string[],
  what: "reads" | "mentions",
): Reader[] {
  return seen.flatMap((each) =>
    words.flatMap((word) => (each[what].get(word) ?? []).map((place) => readerOf(each.repository, place))),
  );
}

function readerOf(repository: string, { path, line }: FileLine): Reader {
  return { repository, path, line };
}

/** One for each file, the first line of it. */
function uniqueReaders(readers: readonly Reader[]): Reader[] {
  const first = new Map<string, Reader>();
  for (const each of readers) {
    const key = `${each.repository}\0${each.path}`;
    const known = first.get(key);
    if (known === undefined || each.line < known.line) first.set(key, each);
  }
  return [...first.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, reader]) => reader);
}
