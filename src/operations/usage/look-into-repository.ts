import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readObjects } from "../scan/git-objects";
import { type AskedName, type ComputedName, type FileNames, nameKey, spellings } from "./file-names";
import { readFileNames } from "./read-file";
import type { WorkflowNames } from "./read-workflow";
import { type Candidate, type Checkout, findCandidates } from "./search-checkout";

/** Where something stands in a repository. */
export interface FileLine {
  path: string;
  line: number;
}

/** What a repository has to do with names. */
export interface RepositoryNames {
  repository: string;
  /** Files by the name that they read, in lower case. */
  reads: ReadonlyMap<string, readonly FileLine[]>;
  mentions: ReadonlyMap<string, readonly FileLine[]>;
  computed: readonly (ComputedName & { path: string })[];
  /** May read any secret. */
  everything: readonly FileLine[];
  asks: readonly (AskedName & { path: string })[];
  workflows: readonly (WorkflowNames & { path: string })[];
  /** Files of which every word counts, as their language is not known or they are not well formed. */
  byWords: readonly string[];
}

/** What is looked for. */
export interface Wanted {
  /** Names in lower case. */
  words: ReadonlySet<string>;
  /** Names of environments of ESC that hold everything. */
  composites: readonly string[];
  /** Leaves out what the program itself writes, which names every secret. */
  isLeftOut(repository: string, path: string): boolean;
  /** Names of a repository's modules that are generated loaders. */
  loadersOf(repository: string): string[];
}

type Env = Readonly<Record<string, string | undefined>>;

/** Ways to read that need not have a name in the file: whole, computed, or with a prefix that stands elsewhere. */
const WAYS = [
  "environ|getenv|process(\\?)?\\.env|import\\.meta\\.env|\\bENV(\\[|\\.)|\\$_ENV|env::var|LookupEnv",
  "env_prefix|BaseSettings|SetEnvPrefix|viper|envconfig|koanf|@Value|GetEnvironmentVariable|Deno\\.env|Bun\\.env",
  "get_config_value|loadSecrets|import.*config",
  "(pulumi env|esc) (run|open|get)|sophia-secrets run|dataFrom",
];
/** Contents that are larger are generated or data; their words are looked for by git alone. */
const LARGEST = 4 * 1024 * 1024;

/** Reads every file, on every branch of a repository, that has one of the wanted names or a way to read without one. */
export async function lookIntoRepository(
  checkout: Checkout,
  wanted: Wanted,
  env: Env,
): Promise<RepositoryNames> {
  const { repository } = checkout;
  const ways = [...WAYS, ...wanted.composites.map((name) => name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"))];
  const candidates = findCandidates(checkout, [...wanted.words], ways, env).filter(
    ({ path }) => !wanted.isLeftOut(repository, path),
  );
  const isProgram = await holdsCatalog(checkout, candidates, env);
  const read = isProgram ? candidates.filter(({ path }) => path.startsWith(WORKFLOWS)) : candidates;
  const all = createCollection(repository, wanted.words);
  const around = { composites: wanted.composites, loaders: wanted.loadersOf(repository) };
  for await (const { path, bytes } of contentsOf(checkout, read, env)) {
    const text = bytes.toString("utf8").replace(/^\uFEFF/, "");
    // No language is known by this ending, so words count.
    const name = bytes.length > LARGEST ? `${path}.large` : path;
    all.add(path, await readFileNames(name, text, around));
  }
  return all.whole();
}

const WORKFLOWS = ".github/workflows/";

/** Whether it is the repository of this program, whose files name every secret and read none; its workflows may. */
async function holdsCatalog(
  checkout: Checkout,
  candidates: readonly Candidate[],
  env: Env,
): Promise<boolean> {
  const catalogs = candidates.filter(({ path }) => path === "secrets/catalog.ts");
  for await (const { bytes } of contentsOf(checkout, catalogs, env))
    if (/\bdefineCatalog\b/.test(bytes.toString("utf8"))) return true;
  return false;
}

async function* contentsOf(
  { folder }: Checkout,
  candidates: readonly Candidate[],
  env: Env,
): AsyncGenerator<{ path: string; bytes: Buffer }> {
  const paths = new Map<string, string[]>();
  for (const { path, oid } of candidates) {
    if (oid === undefined) yield { path, bytes: readFileSync(join(folder, path)) };
    else paths.set(oid, [...(paths.get(oid) ?? []), path]);
  }
  for await (const { oid, bytes } of readObjects(folder, [...paths.keys()], env))
    for (const path of paths.get(oid) ?? []) yield { path, bytes };
}

/** Gathers what files have. Each place is told once, whatever the branch. */
function createCollection(repository: string, words: ReadonlySet<string>) {
  const [reads, mentions] = [new Map<string, FileLine[]>(), new Map<string, FileLine[]>()];
  const everything: FileLine[] = [];
  const computed: (ComputedName & { path: string })[] = [];
  const asks: (AskedName & { path: string })[] = [];
  const workflows: (WorkflowNames & { path: string })[] = [];
  const byWords = new Set<string>();
  const prefixes = new Set<string>();
  const keys: (FileLine & { name: string })[] = [];
  const put = (into: Map<string, FileLine[]>, name: string, place: FileLine) => {
    const key = nameKey(name);
    if (!words.has(key)) return false;
    const known = into.get(key) ?? [];
    if (!known.some(({ path }) => path === place.path)) into.set(key, [...known, place]);
    return true;
  };
  const addOnce = (place: FileLine) => {
    if (!everything.some(({ path, line }) => path === place.path && line === place.line))
      everything.push(place);
  };
  return {
    add(path: string, file: FileNames | WorkflowNames): void {
      const read = file.reads.filter(({ name, line }) => put(reads, name, { path, line }));
      for (const { name, line } of file.mentions) put(mentions, name, { path, line });
      for (const line of file.everything) addOnce({ path, line });
      for (const each of file.computed) computed.push({ ...each, path });
      for (const each of file.asks) asks.push({ ...each, path });
      for (const each of file.prefixes) prefixes.add(each);
      for (const { name, line } of file.keys) keys.push({ name, path, line });
      if ("taken" in file) workflows.push({ ...file, path });
      if (!file.parsed && (read.length > 0 || "taken" in file)) byWords.add(path);
    },
    whole(): RepositoryNames {
      for (const { name, ...place } of keys)
        for (const prefix of ["", ...prefixes])
          for (const each of spellings(prefix === "" ? name : `${prefix}_${name}`, place.line))
            put(reads, each.name, place);
      return {
        repository,
        reads,
        mentions,
        computed,
        everything,
        asks,
        workflows,
        byWords: [...byWords].sort(),
      };
    },
  };
}
