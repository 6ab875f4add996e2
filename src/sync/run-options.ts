import { RemedyError } from "../errors";
import type { JobCatalog } from "./job-catalog";

/** What a person asked of one run. */
export interface RunOptions {
  dryRun: boolean;
  /** Secrets to sync, by name; undefined: all. */
  names: ReadonlySet<string> | undefined;
  /** Whether one refusal keeps everything of the environment from being written. */
  allOrNothing: boolean;
  /** Whether an unusual number of values may be replaced at once. */
  allowMany: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads what the workflow's inputs ask for, from the variables it passes them in.
 *
 * @throws RemedyError for a switch that is neither true nor false, and for names that the catalog does not have.
 */
export function readRunOptions(environment: Environment, catalog: JobCatalog): RunOptions {
  const names = readNames(environment.SYNC_NAMES ?? "", catalog);
  return {
    dryRun: isOn("SYNC_DRY_RUN", environment),
    names,
    allOrNothing: isOn("SYNC_ALL_OR_NOTHING", environment),
    // Whoever names the secrets has counted them.
    allowMany: isOn("SYNC_ALLOW_MANY_CHANGES", environment) || names !== undefined,
  };
}

/** Whoever writes 1 or TRUE by hand means it, and must not get the opposite. */
function isOn(name: string, environment: Environment): boolean {
  const text = environment[name] ?? "";
  if (["", "true", "false"].includes(text)) return text === "true";
  throw new RemedyError(name, "is neither true nor false", "set it to one of them");
}

const NAME = /^[A-Za-z0-9_]{1,100}$/;

/**
 * Names separated by commas.
 *
 * @returns undefined for an empty text.
 * @throws RemedyError naming those that are not in the catalog; what cannot be a name is not quoted, for it may be a value.
 */
export function readNames(text: string, catalog: JobCatalog): ReadonlySet<string> | undefined {
  const names = text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  if (names.length === 0) return undefined;
  const known = new Set(catalog.secrets.map((secret) => secret.name));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length === 0) return new Set(names);
  const told = unknown.map((name) => (NAME.test(name) ? name : "(no name)"));
  const remedy = "spell it as in secrets/catalog.ts, names separated by commas; nothing was read or written";
  throw new RemedyError("names", `the catalog has no such secret: ${told.join(", ")}`, remedy);
}
