import type { ResolvedCatalog } from "../../catalog/entry";
import { organizationLeftovers } from "../../catalog/slots";
import { describeRun, type Ledger } from "../../ledger/ledger";
import { COMMAND, namesIn } from "../../text";
import type { Seen, SeenInGitHub } from "../observation/environments";

/** Something that work has left behind, though every value may be right: what it is, and how it goes. */
export interface Leftover {
  /** A deployment environment, or a secret of the organization. */
  subject: string;
  cause: string;
  remedy: string;
}

/**
 * What syncs, cases and moved entries have left: a pure function of what was seen. None of it makes a value wrong.
 *
 * @param inGitHub undefined: nobody can tell what GitHub has.
 */
export function findLeftovers(
  catalog: ResolvedCatalog,
  seen: readonly Seen[],
  inGitHub: SeenInGitHub | undefined,
  now: Date,
): Leftover[] {
  return [
    ...seen.flatMap(({ environment, ledger }) =>
      ledger === undefined ? [] : inLedger(environment, ledger, now),
    ),
    ...organizationLeftovers(catalog.entries)
      .filter(({ name }) => inGitHub?.updated.has(name) === true)
      .map(({ name }) => ({
        subject: name,
        cause: "an organization secret of it is left from before it had a value per environment",
        remedy: `${COMMAND} drift says how it goes`,
      })),
  ];
}

/** A job ends within ten minutes (carrier-files.ts): what it said before that is no more at work. */
const AT_WORK_MS = 15 * 60_000;

function inLedger(subject: string, { cases = {}, writing = {}, untagged }: Ledger, now: Date): Leftover[] {
  const ended = Object.values(writing).filter(({ at }) => now.getTime() - Date.parse(at) > AT_WORK_MS);
  return [
    ...Object.entries(cases).map(([name, { by, since }]) => ({
      subject,
      cause: `${by} has a case of ${name} open since ${since}`,
      remedy: `${by} ends it; to go on in their place: ${COMMAND} compromise ${name} --take-over`,
    })),
    ...ended.map(({ run, at, values }) => ({
      subject,
      cause: `${describeRun(run)} said at ${at} that it writes ${namesIn(Object.keys(values))}, and has not ended`,
      remedy: "it was interrupted: a new run writes what is missing",
    })),
    ...(untagged === true
      ? [
          {
            subject,
            cause: "what the last sync left has no tag in each group",
            remedy: `the next run tags it; until then ${COMMAND} rollback takes a revision's number there`,
          },
        ]
      : []),
  ];
}
