import type { Groupings } from "../../catalog/applications";
import { dayOf } from "../../catalog/dates";
import { SCRIPT_PATH, WORKFLOW_PATH } from "../../catalog/layout";
import type { ResolvedEntry } from "../../catalog/resolved-entry";
import { valueNames } from "../../catalog/slots";
import { organizationWorkflows } from "../../clients/github-organization";
import type { Context, Report } from "../context";
import { inParallel } from "../in-parallel";
import { withBranches } from "./fetch-branches";
import { type Checkout, findCheckouts, type Hit, searchCheckout } from "./search-checkout";

/** A file that names a secret. */
export interface Reader {
  repository: string;
  path: string;
}

/** Who reads a secret, as far as was searched. */
export interface Usage {
  name: string;
  readers: readonly Reader[];
  /** Repositories with access by name in which nothing names it. */
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
}

/** Days until a proposed tombstone: a quarter, in which each quarterly job runs once. */
const NOTICE_DAYS = 92;

/** Ways to read more than is named (GitHub: secrets: inherit, toJSON(secrets), secrets[...]; ESC: env run, open, get). */
const EVERYTHING = [
  "secrets:[[:space:]]*inherit",
  "tojson\\([[:space:]]*secrets[[:space:]]*\\)",
  "secrets\\[[^'\\]]+\\]",
  "(pulumi env|esc) (run|open|get)",
];
const NAMED = ["secrets\\.[a-z_][a-z0-9_]*", "secrets\\[[[:space:]]*'[a-z_][a-z0-9_]*"];

/** Texts for people, and lists of names without a reader behind them. */
const NO_READER =
  /\.(md|mdx|rst|adoc)$|(^|\/)\.?env[._-](example|template|sample)$|(^|\/)\.env\.(example|template|sample)$/i;

/**
 * Looks for readers of every secret in clones, on all their branches: its GitHub names, app keys, Pulumi config key, and
 * the loader's functions that give it with others. A word in any text file but documentation counts, so that what is in
 * use is rather found once too often. Reads files alone.
 *
 * @throws RemedyError for a folder without a repository, and when git fails.
 */
export function findUnused(context: Context, folders: readonly string[], report: Report): UsageReport {
  const look = createLook(context);
  const seen = findCheckouts(folders, context.env).map((checkout) => {
    report(`Searching ${checkout.repository}`);
    return look(checkout);
  });
  return reportOf(context, seen, []);
}

/**
 * The same in every repository of the organization, on all branches as GitHub has them.
 *
 * @throws RemedyError when GitHub does not list the repositories, and when git fails to search one.
 */
export async function findUnusedInOrganization(context: Context, report: Report): Promise<UsageReport> {
  const call = context.githubCall();
  const listed = await organizationWorkflows(call, (read, total) =>
    report(`Listing repositories: ${read} of ${total}`),
  );
  const look = createLook(context);
  let done = 0;
  const results = await inParallel(listed.repositories, async ({ name }) => {
    const result = await withBranches(call, name, context.env, look);
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
  return reportOf(context, seen, missed);
}

/** Repositories between two lines of progress. */
const TOLD = 25;

/** What one repository has. */
interface Looked extends Checkout {
  hits: readonly Hit[];
  everything: readonly Hit[];
  named: readonly Hit[];
}

function createLook(context: Context): (checkout: Checkout) => Looked {
  const all = [...new Set([...wordsByEntry(context).values()].flat())];
  return (checkout) => {
    const search = (what: readonly string[], kind: "words" | "expressions") =>
      searchCheckout(checkout, what, kind, context.env).filter(({ path }) =>
        isReader(context, checkout, path),
      );
    return {
      ...checkout,
      hits: search(all, "words"),
      everything: search(EVERYTHING, "expressions"),
      named: search(NAMED, "expressions").filter(({ path }) => path.startsWith(".github/")),
    };
  };
}

function wordsByEntry({ catalog, now }: Context): Map<ResolvedEntry, string[]> {
  const today = dayOf(now());
  return new Map(catalog.entries.map((entry) => [entry, wordsOf(entry, catalog.groupings, today)]));
}

/** @param missed repositories that could not be searched, each with the reason. */
function reportOf(context: Context, seen: readonly Looked[], missed: readonly string[]): UsageReport {
  const { catalog, now, project } = context;
  const today = dayOf(now());
  const searched = [...new Set(seen.map(({ repository }) => repository))].sort();
  const secrets = [...wordsByEntry(context)].map(([entry, own]): Usage => {
    const readers = seen.flatMap(({ repository, hits }) => readersIn(repository, hits, new Set(own)));
    const reading = new Set(readers.map(({ repository }) => repository));
    const overGranted = entry.repositories.filter((name) => searched.includes(name) && !reading.has(name));
    const usage = { name: entry.name, readers, overGranted };
    if (readers.length > 0 || entry.bootstrap || entry.tombstone !== undefined) return usage;
    return { ...usage, tombstone: dayOf(new Date(now().getTime() + NOTICE_DAYS * 86_400_000)) };
  });
  const known = new Set(
    catalog.entries.flatMap((entry) => valueNames(entry, today)).map((name) => name.toLowerCase()),
  );
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
    readEverything: seen.flatMap(({ repository, everything }) => uniqueReaders(repository, everything)),
    undeclared: seen.flatMap(({ repository, named: hits }) =>
      hits.flatMap(({ word, path }) => {
        const name = word.replace(/^secrets\W+/, "");
        return known.has(name) || name === "github_token"
          ? []
          : [{ name: name.toUpperCase(), repository, path }];
      }),
    ),
  };
}

/** Words that a reader would have, in lower case: git looks for them in any. */
function wordsOf(entry: ResolvedEntry, groupings: Groupings, today: string): string[] {
  const keys = [entry.appKey, ...entry.appKeyAliases];
  const functions = Object.entries(groupings)
    .filter(([, grouping]) => keys.some((key) => JSON.stringify(grouping).includes(JSON.stringify(key))))
    .flatMap(([name]) => [`get_${name}_config`, `get${name.replaceAll("_", "")}config`]);
  const names = [
    ...valueNames(entry, today),
    ...keys,
    ...(entry.pulumiConfig === undefined ? [] : [entry.pulumiConfig]),
  ];
  return [...new Set([...names, ...functions].map((word) => word.toLowerCase()))];
}

/** Whether a file is one that reads: not documentation, nor what this program writes there, which names every secret. */
function isReader({ catalog, project }: Context, { repository }: Checkout, path: string): boolean {
  if (NO_READER.test(path)) return false;
  const written = [
    ...(project.settings.carriers.includes(repository) ? [WORKFLOW_PATH, SCRIPT_PATH] : []),
    ...catalog.applications.filter((each) => each.repository === repository).map((each) => each.path),
  ];
  return !written.includes(path);
}

function readersIn(repository: string, hits: readonly Hit[], words: ReadonlySet<string>): Reader[] {
  return uniqueReaders(
    repository,
    hits.filter(({ word }) => words.has(word)),
  );
}

function uniqueReaders(repository: string, hits: readonly Hit[]): Reader[] {
  return [...new Set(hits.map(({ path }) => path))].sort().map((path) => ({ repository, path }));
}
