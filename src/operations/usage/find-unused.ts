import type { Groupings } from "../../catalog/applications";
import { dayOf } from "../../catalog/dates";
import { SCRIPT_PATH, WORKFLOW_PATH } from "../../catalog/layout";
import type { ResolvedEntry } from "../../catalog/resolved-entry";
import { valueNames } from "../../catalog/slots";
import type { Context, Report } from "../context";
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
  /** Repositories that the catalog names and that were not given. */
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
const NAMED = ["secrets\\.[a-z_][a-z0-9_]*"];

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
  const { catalog, project, env, now } = context;
  const today = dayOf(now());
  const checkouts = findCheckouts(folders, env);
  const words = new Map(catalog.entries.map((entry) => [entry, wordsOf(entry, catalog.groupings, today)]));
  const all = [...new Set([...words.values()].flat())];
  const seen = checkouts.map((checkout) => {
    report(`Searching ${checkout.repository}`);
    const search = (what: readonly string[], kind: "words" | "expressions") =>
      searchCheckout(checkout, what, kind, env).filter(({ path }) => isReader(context, checkout, path));
    return {
      ...checkout,
      hits: search(all, "words"),
      everything: search(EVERYTHING, "expressions"),
      named: search(NAMED, "expressions").filter(({ path }) => path.startsWith(".github/")),
    };
  });
  const searched = [...new Set(checkouts.map(({ repository }) => repository))].sort();
  const secrets = [...words].map(([entry, own]): Usage => {
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
  const { carriers } = project.settings;
  const named = [
    ...carriers,
    ...catalog.entries.flatMap(({ repositories }) => repositories),
    ...catalog.applications.map(({ repository }) => repository),
  ];
  return {
    secrets,
    searched,
    notSearched: [...new Set(named)].filter((name) => !searched.includes(name)).sort(),
    openToAll: catalog.entries.filter(({ visibility }) => visibility !== "selected").map(({ name }) => name),
    readEverything: seen.flatMap(({ repository, everything }) => uniqueReaders(repository, everything)),
    undeclared: seen.flatMap(({ repository, named: hits }) =>
      hits.flatMap(({ word, path }) => {
        const name = word.slice("secrets.".length);
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
