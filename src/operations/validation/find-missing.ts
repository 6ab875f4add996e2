import { dayOf, isDue } from "../../catalog/dates";
import { environmentTargets } from "../../catalog/environment-slots";
import { isUnset } from "../../catalog/placeholders";
import type { ResolvedEntry } from "../../catalog/resolved-entry";
import { valueNames } from "../../catalog/slots";
import { RemedyError } from "../../errors";
import { ledgerOf } from "../../ledger/ledger-store";
import { type Context, type Report, requireCloud } from "../context";
import { inParallel } from "../in-parallel";
import { readEnv } from "../values/env-file";
import { type AskedNames, findAskedNames, type LackingName } from "./asked-names";

/** Whether a place has a secret. GitHub tells of a name alone, which may still hold the placeholder. */
export type Presence = "there" | "missing" | "unknown";

/** One secret of one deployment environment, by place. */
export interface PresenceRow {
  environment: string;
  name: string;
  required: boolean;
  github: Presence;
  /** Whether a sync ever wrote a value of it. */
  esc: Presence;
  /** Absent where no file was named. */
  file?: Presence;
  /** Where code asks for it, `repository/path:line`; absent where no clone was named. */
  askedBy?: readonly string[];
  /** Whether code asks for it and does not go on without it. */
  isNeeded?: boolean;
}

/** Where every secret is, and what could not be seen. */
export interface PresenceReport {
  rows: PresenceRow[];
  /** What code asks for and does not get: of the catalog, or in a deployment environment. */
  lacking: readonly LackingName[];
  /** A sentence each. */
  unseen: string[];
}

/**
 * Looks for every secret of some deployment environments in GitHub, in ESC (by the ledger, without opening a value), in
 * a .env file, and for what the code of applications asks for. A secret with a public default is nowhere missing.
 *
 * @param clones folders of applications' code.
 * @throws RemedyError when the file is wrong, for a folder without a repository, and when git fails.
 */
export async function findMissing(
  context: Context,
  environments: readonly string[],
  file: string | undefined,
  clones: readonly string[],
  report: Report,
): Promise<PresenceReport> {
  const { catalog, now } = context;
  const today = dayOf(now());
  const input = file === undefined ? undefined : readEnv(context.readFile(file), file);
  const unseen: string[] = [];
  const tell = (error: unknown): undefined => {
    if (!(error instanceof RemedyError)) throw error;
    const told = `${error.problem.subject}: ${error.problem.cause}`;
    if (!unseen.includes(told)) unseen.push(told);
    return undefined;
  };
  const asked = clones.length === 0 ? undefined : await findAskedNames(context, clones, environments, report);
  const organization = await orUndefined(() => organizationNames(context), tell);
  const rows = await inParallel(environments, async (environment) => {
    const [own, synced] = await Promise.all([
      orUndefined(() => environmentNames(context, environment, today), tell),
      orUndefined(() => syncedNames(context, environment), tell),
    ]);
    return catalog.entries
      .filter(
        (entry) =>
          !entry.bootstrap && entry.environments.includes(environment) && !isDue(entry.tombstone, today),
      )
      .map((entry): PresenceRow => {
        const names = valueNames(entry, today);
        const has = (known: ReadonlySet<string> | undefined): Presence =>
          known === undefined ? "unknown" : names.some((name) => known.has(name)) ? "there" : "missing";
        const { name, required, perEnvironment } = entry;
        const github = has(perEnvironment ? own : organization);
        const row = { environment, name, required, github, esc: has(synced), ...askedFor(asked, entry) };
        if (input === undefined) return row;
        return { ...row, file: names.some((each) => !isUnset(input[each] ?? "")) ? "there" : "missing" };
      });
  });
  return { rows: rows.flat(), lacking: asked?.lacking ?? [], unseen };
}

function askedFor(asked: AskedNames | undefined, entry: ResolvedEntry): Partial<PresenceRow> {
  if (asked === undefined) return {};
  const places = asked.known.get(entry) ?? [];
  return {
    askedBy: places.map(({ repository, path, line }) => `${repository}/${path}:${line}`),
    isNeeded: places.some(({ hasDefault }) => !hasDefault) && entry.default === undefined,
  };
}

/** Whether a row needs somebody: a place lacks a secret that is required, or that code does not go on without. */
export function isMissing({ required, isNeeded = false, github, esc, file }: PresenceRow): boolean {
  return (required || isNeeded) && [github, esc, file].includes("missing");
}

async function orUndefined<Value>(
  look: () => Promise<Value>,
  tell: (error: unknown) => undefined,
): Promise<Value | undefined> {
  try {
    return await look();
  } catch (error) {
    return tell(error);
  }
}

async function organizationNames(context: Context): Promise<ReadonlySet<string>> {
  return new Set((await context.github().listSecrets()).map(({ name }) => name));
}

async function environmentNames(
  context: Context,
  environment: string,
  today: string,
): Promise<ReadonlySet<string>> {
  const { catalog, project } = context;
  const targets = environmentTargets(catalog.entries, project.settings.carriers, [environment], today);
  const repositories = [...new Set(targets.map(({ repository }) => repository))];
  const github = context.github();
  const found = await inParallel(repositories, async (repository) =>
    (await github.environments(repository)).includes(environment)
      ? github.environmentSecrets(repository, environment)
      : [],
  );
  return new Set(found.flat());
}

async function syncedNames(context: Context, environment: string): Promise<ReadonlySet<string>> {
  const ledger = await ledgerOf(requireCloud(context), context.project.settings, environment).read();
  return new Set(Object.keys(ledger.secrets));
}
