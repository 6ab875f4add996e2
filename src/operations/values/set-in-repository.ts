import { dayOf } from "../../catalog/dates";
import { unfit } from "../../catalog/formats";
import { isUnset } from "../../catalog/placeholders";
import { valueNames } from "../../catalog/slots";
import { createRepositorySecrets } from "../../clients/repository-secrets";
import { type Problem, RemedyError } from "../../errors";
import { Secret } from "../../secret";
import type { Context } from "../context";
import { envFileError, readEnvFile } from "./env-file";
import { seal } from "./write-values";

/** A .env file for a repository's own secrets. */
export interface RepositoryFile {
  file: string;
  /** `owner/name`. */
  repository: string;
  /** Whether secrets that are there are replaced. */
  replace: boolean;
  dryRun: boolean;
  /** Names that are the organization's, whether they reach the repository or not yet. */
  shared?: ReadonlySet<string>;
}

/** Names of what was, or would be, done. */
export interface RepositoryResult {
  created: string[];
  replaced: string[];
  /** The organization's secret of this name reaches the repository; one of its own would hide it. */
  shared: string[];
  /** Empty, or as the template has it. */
  unset: string[];
}

/** Names of secrets (GitHub's documentation, "Secrets reference"): letters, digits and _, no digit first, no GITHUB_. */
const NAME = /^(?!GITHUB_)[A-Z_][A-Z0-9_]*$/i;

/**
 * Sets the values of a .env file as a repository's own secrets.
 *
 * @param onWritten told of each as it is written.
 * @throws RemedyError before anything is written: for each wrong line, name and value, and for secrets that are there
 *   without `replace`; or at the first that GitHub refuses: those told before it are written.
 */
export async function setInRepository(
  context: Context,
  { file, repository, replace, dryRun, shared: named = new Set() }: RepositoryFile,
  onWritten: (name: string, replaced: boolean) => void,
): Promise<RepositoryResult> {
  const { given, unset } = givenValues(context, file);
  const secrets = createRepositorySecrets(context.githubCall(), repository);
  const [own, shared] = await Promise.all([secrets.own(), secrets.shared()]);
  const [there, hidden] = [new Set(own), new Set([...shared, ...named])];
  const toSet = given.filter(([name]) => !hidden.has(name.toUpperCase()));
  const existing = toSet.filter(([name]) => there.has(name.toUpperCase())).map(([name]) => name);
  if (existing.length > 0 && !replace && !dryRun) throw refused(repository, existing);
  if (!dryRun && toSet.length > 0) {
    const { key, keyId } = await secrets.publicKey();
    for (const [name, value] of toSet) {
      await secrets.write(name, { keyId, box: await seal(key, new Secret(value)) });
      onWritten(name, existing.includes(name));
    }
  }
  const created = toSet.map(([name]) => name).filter((name) => !existing.includes(name));
  const left = given.map(([name]) => name).filter((name) => hidden.has(name.toUpperCase()));
  return { created, replaced: existing, shared: left, unset };
}

/** The values of a file, each fit for a secret, and the names without one. @throws RemedyError for all that is wrong. */
export function givenValues(
  context: Context,
  file: string,
): { given: [name: string, value: string][]; unset: string[] } {
  const read = readEnvFile(context.readFile(file));
  const values = Object.entries(read.values);
  const unset = values.filter(([, value = ""]) => isUnset(value)).map(([name]) => name);
  const given = values
    .filter(([name]) => !unset.includes(name))
    .map(([name, value = ""]): [string, string] => [name, value]);
  // All at once: a person fixes the file, and not a kind of fault a run.
  const problems = [...read.problems, ...given.flatMap(([name, value]) => problemWith(context, name, value))];
  if (problems.length > 0) throw envFileError(file, problems);
  return { given, unset };
}

function problemWith({ catalog, now }: Context, name: string, value: string): Problem[] {
  const remedy = "fix the file, then run again";
  if (!NAME.test(name))
    return [
      { code: "secret-name-invalid", subject: name, cause: "GitHub takes no secret of this name", remedy },
    ];
  const entry = catalog.entries.find((each) => valueNames(each, dayOf(now())).includes(name));
  const cause = unfit(entry?.format ?? "text", value, [name]);
  return cause === undefined
    ? []
    : [{ code: "value-invalid", subject: name, cause: `its value ${cause}`, remedy }];
}

function refused(repository: string, existing: readonly string[]): RemedyError {
  return new RemedyError({
    code: "secret-exists",
    subject: existing.join(", "),
    cause: `${repository} has it, and GitHub cannot give its value back; nothing was written`,
    remedy: "take it out of the file, or run again with --replace, which replaces it for good",
  });
}
