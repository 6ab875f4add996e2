import { problemOf, RemedyError } from "../../errors";
import type { OpenCase } from "../../ledger/ledger";
import { ledgerOf } from "../../ledger/ledger-store";
import { COMMAND } from "../../text";
import { type Context, requireCloud } from "../context";
import type { Case, Journal } from "./case";

/** A case, and the record of it on this machine. */
export interface NotedCase {
  context: Context;
  found: Case;
  journal: Journal;
}

/** That somebody else has a case of the same secret open, on this machine or another. */
class OpenCaseError extends RemedyError {}

/**
 * Notes a case in the ledgers of its environments, so that nobody begins another of the same secret beside it: both would
 * set a value, and the later one would win unseen. Carried out twice, it does no harm.
 *
 * The ledgers are asked one after the other in the catalog's order, so that of two at once one gets all of them.
 *
 * @param takesOver whether the note of somebody else's case is replaced.
 * @returns environments whose ledger takes no note, and why: there nobody else sees the case.
 * @throws RemedyError when somebody else's case stands in one; the notes of this call are taken back then.
 */
export async function noteCase(
  { context, found, journal }: NotedCase,
  takesOver = false,
): Promise<{ environment: string; cause: string }[]> {
  const own: OpenCase = { id: journal.id ?? "", by: journal.by, since: journal.started };
  const unseen: { environment: string; cause: string }[] = [];
  const noted: string[] = [];
  for (const environment of placesOf(context, found)) {
    try {
      await ledgerIn(context, environment).update(({ cases }) => {
        const standing = cases?.[journal.name];
        const isOthers = standing !== undefined && standing.id !== own.id;
        if (isOthers && !takesOver) throw openElsewhere(found, environment, standing);
        if (standing === undefined) noted.push(environment);
        return { cases: { [journal.name]: own } };
      });
    } catch (error) {
      if (error instanceof OpenCaseError) {
        await endNotes(context, journal, noted);
        throw error;
      }
      if (!(error instanceof RemedyError)) throw error;
      unseen.push({ environment, cause: error.problem.cause });
    }
  }
  return unseen;
}

/** Takes the notes of a case back, which has ended. @returns environments whose ledger keeps one. */
export function endCase({ context, found, journal }: NotedCase): Promise<string[]> {
  return endNotes(context, journal, placesOf(context, found));
}

async function endNotes(
  context: Context,
  { name, id }: Pick<Journal, "name" | "id">,
  environments: readonly string[],
): Promise<string[]> {
  const left: string[] = [];
  for (const environment of environments) {
    let isOurs = false;
    try {
      await ledgerIn(context, environment).update(({ cases }) => {
        isOurs = cases?.[name]?.id === id;
        return isOurs ? { cases: { [name]: undefined } } : {};
      });
    } catch (error) {
      if (!(error instanceof RemedyError)) throw error;
      if (isOurs) left.push(environment);
    }
  }
  return left;
}

/** The pipeline's own credential is in no environment: every ledger knows of its case. */
function placesOf({ catalog }: Context, { environments }: Case): readonly string[] {
  return environments.length === 0 ? catalog.environments : environments;
}

function ledgerIn(context: Context, environment: string) {
  return ledgerOf(requireCloud(context), context.project.settings, environment);
}

/** Who else has a case of the same secret open, in words; undefined where no ledger that can be read tells of one. */
export async function caseElsewhere(
  context: Context,
  found: Case,
  own: Pick<Journal, "id"> | undefined,
): Promise<string | undefined> {
  for (const environment of placesOf(context, found)) {
    const { cases } = await ledgerIn(context, environment)
      .read()
      .catch((error) => ({ cases: undefined, problem: problemOf(error) }));
    const standing = cases?.[found.secret.name];
    if (standing !== undefined && standing.id !== own?.id) return describe(found, environment, standing);
  }
  return undefined;
}

/** Who has it open, and how far that case may be by what GitHub shows. */
function describe({ updated }: Case, environment: string, { by, since }: OpenCase): string {
  const at = Object.values(updated).sort().at(-1);
  const who = `${by} has had a case of it open since ${since}, on another machine or in another folder (the ledger of ${environment} says so)`;
  if (at === undefined) return who;
  if (Date.parse(at) < Date.parse(since)) return `${who}; GitHub has not changed it since ${at}`;
  return `${who}; GitHub has it changed at ${at}, so its new value may be set`;
}

function openElsewhere(found: Case, environment: string, standing: OpenCase): OpenCaseError {
  const { name } = found.secret;
  return new OpenCaseError({
    code: "case-open",
    subject: name,
    cause: `${describe(found, environment, standing)}; nothing was done`,
    remedy: `let ${standing.by} end it. To go on in their place, which ends it there: ${COMMAND} compromise ${name} --take-over`,
  });
}
