import { dayOf } from "../../catalog/dates";
import type { ResolvedEntry as Entry } from "../../catalog/entry";
import { valueNames } from "../../catalog/slots";
import { impossibleClaims } from "../../ledger/claims";
import {
  describeRun,
  type Hold,
  type Ledger,
  type LedgerEntry,
  type Proposal,
  type Refusal,
  runId,
} from "../../ledger/ledger";
import type { Seen, SeenInGitHub, UnstartedJob } from "../observation/environments";
import type { HandEdit } from "./hand-edits";

const DAY_MS = 86_400_000;

/** How a secret of one environment stands; `in-sync` and `undeclared` stand alone, the others may come together. */
export type SecretState =
  | "in-sync"
  | "refused"
  | "never-set"
  | "held"
  | "newer-in-github"
  | "gone-from-github"
  | "changed-by-hand"
  | "proposed"
  | "undeclared"
  | "ledger-impossible"
  | "overdue"
  | "unknown";

/** One thing that is found of a secret. */
export interface Cause {
  standing: SecretState;
  /** The same words for every secret of which the same must be done. */
  why: string;
  /** Of a refusal, where the ledger has it. */
  code?: string;
  /** Where more of it stands. */
  page?: string;
  /** What must be done, where the run itself told it. */
  remedy?: string;
}

/** A cause in the words of one secret, where those are more than its cause's. */
export interface Finding extends Cause {
  detail?: string;
}

export const UNREAD: Finding = {
  standing: "unknown",
  why: "its ledger cannot be read: pulumi up makes it, or the token may not",
  detail: "its ledger cannot be read",
};

/** All that is found of a secret; nothing where it is in sync. */
export function findingsOf(
  entry: Entry,
  seen: Seen & { ledger: Ledger },
  edit: HandEdit | undefined,
  inGitHub: SeenInGitHub | undefined,
  now: Date,
): Finding[] {
  const { ledger } = seen;
  const known = ledger.secrets[entry.name];
  const proposal = ledger.proposed?.[entry.name];
  const claims = impossibleClaims(ledger, { newestRun: inGitHub?.newestRun, now });
  const found: Finding[] = [
    ...claims
      .filter(({ name }) => name === entry.name)
      .map(({ cause }) => ({ standing: "ledger-impossible" as const, why: cause })),
    ...refusals(entry, ledger.refused[entry.name], inGitHub),
    ...holds(ledger.held?.[entry.name]),
    ...(known === undefined ? neverSet(entry, edit, inGitHub, now) : inGitHubSince(entry, known, inGitHub)),
    ...(proposal === undefined ? inEsc(entry, known, edit, seen) : [proposed(proposal, edit)]),
    ...(known === undefined ? [] : age(entry, known, now)),
  ];
  const job = inGitHub?.unstarted.find(
    ({ environment, names }) => environment === seen.environment && names.has(entry.name),
  );
  return job === undefined ? found : whileUnstarted(found, job);
}

/** What waits for a run whose job cannot start is not told as unset, old or settled by the next run. */
function whileUnstarted(found: readonly Finding[], { carrier, page, problem }: UnstartedJob): Finding[] {
  const isWaiting = ({ standing, code }: Finding) =>
    standing === "never-set" || standing === "newer-in-github" || code === "set-since";
  const others = found.filter((each) => !isWaiting(each));
  if (others.length === found.length) return others;
  const job = `the job that syncs it in ${carrier} could not start`;
  if (problem !== undefined) {
    const { code, subject, cause, remedy } = problem;
    return [...others, { standing: "unknown", why: `${job}: ${subject} ${cause}`, code, page, remedy }];
  }
  const why = `${job}, because its secrets are too large together`;
  return [...others, { standing: "unknown", why, code: "step-too-large", page }];
}

function refusals(
  { name, perEnvironment }: Entry,
  refused: Refusal | undefined,
  inGitHub: SeenInGitHub | undefined,
): Finding[] {
  if (refused === undefined) return [];
  const { times, run, at, code, reason, page } = refused;
  // Environments have a time of their own in GitHub, which the organization's list does not show.
  const updated = perEnvironment ? undefined : inGitHub?.updated.get(name);
  const isSince = at !== undefined && updated !== undefined && Date.parse(updated) > Date.parse(at);
  const often = times >= 3 ? "3 times or more" : times === 2 ? "twice" : "once";
  const where = page ?? (runId(run) === undefined ? "" : "its page says why");
  const said = reason ?? "the run that refused it shows the reason";
  const detail = `refused ${often} in a row: ${said}; counted last in ${describeRun(run)}${where === "" ? "" : `, ${where}`}`;
  const since = `set in GitHub at ${updated}, after that`;
  const why = isSince ? "set in GitHub since it was refused: the next run looks at it" : said;
  return [
    {
      standing: "refused",
      why,
      detail: isSince ? `${detail}; ${since}` : detail,
      ...(isSince ? { code: "set-since" } : code === undefined ? {} : { code }),
      ...(page === undefined ? {} : { page }),
    },
  ];
}

/** Its value is right: the run stopped before it wrote anything. */
function holds(held: Hold | undefined): Finding[] {
  if (held === undefined) return [];
  const { code, why, run, at, page } = held;
  const told = page === undefined ? {} : { page };
  const detail = `held back by ${describeRun(run)} at ${at}: ${why}`;
  return [{ standing: "held", code, why: `not written: ${why}`, detail, ...told }];
}

function neverSet(
  entry: Entry,
  edit: HandEdit | undefined,
  inGitHub: SeenInGitHub | undefined,
  now: Date,
): Finding[] {
  // What was taken away was there, though after a rollback the ledger does not know it any more.
  if (edit?.what === "removed") return [];
  const isListed = valueNames(entry, dayOf(now)).some((name) => inGitHub?.updated.has(name));
  // GitHub's list has no secrets of environments.
  const isKnown = isListed || entry.perEnvironment || inGitHub === undefined;
  const why = isKnown ? "it was never synced" : "not in GitHub, and never synced";
  return [{ standing: "never-set", why }];
}

function inGitHubSince(
  entry: Entry,
  { source, synced }: LedgerEntry,
  inGitHub: SeenInGitHub | undefined,
): Finding[] {
  // Environments hold values of their own, which the organization's list does not show; what it has is a leftover.
  if (entry.perEnvironment || inGitHub === undefined) return [];
  const at = inGitHub.updated.get(source);
  if (at === undefined) {
    if (source === "default") return [];
    return [
      {
        standing: "gone-from-github",
        why: "its secret is not in the organization any more",
        detail: `${source} is not in the organization any more: set it again`,
      },
    ];
  }
  const settled = Math.max(Date.parse(synced), Date.parse(inGitHub.settled ?? synced));
  if (Date.parse(at) <= settled) return [];
  return [
    {
      standing: "newer-in-github",
      why: "maybe newer in GitHub: its time there is later than the last run that synced everything",
      detail: `maybe newer in GitHub: ${at}, and no sync since`,
    },
  ];
}

function inEsc(
  { group }: Entry,
  known: LedgerEntry | undefined,
  edit: HandEdit | undefined,
  { groups }: Seen,
): Finding[] {
  if (edit !== undefined) return [{ standing: "changed-by-hand", why: edit.detail }];
  if (known === undefined || groups[group] !== undefined) return [];
  return [{ standing: "unknown", why: `${group} cannot be read` }];
}

/** The next run finds what became of a proposal; until then ESC's text is all that tells whether it was applied. */
function proposed({ run, at, request }: Proposal, edit: HandEdit | undefined): Finding {
  const fate = edit === undefined ? "waits for approval" : "may be applied: it changed in ESC since";
  const why = `${describeRun(run)} proposed it ${at}, and it ${fate} (change request ${request})`;
  return { standing: "proposed", why };
}

function age(entry: Entry, { changed, source }: LedgerEntry, now: Date): Finding[] {
  const days = Math.floor((now.getTime() - Date.parse(changed)) / DAY_MS);
  // As `rotation` has it: a secret that will be deleted, is public or is not a credential needs no rotation.
  const isRotated = entry.credential && entry.tombstone === undefined && source !== "default";
  if (!isRotated) return [];
  const { expires, rotationDays } = entry;
  if (expires !== undefined && expires < dayOf(now))
    return [{ standing: "overdue", why: `expired at the vendor after ${expires}` }];
  if (days <= rotationDays || Number.isNaN(days)) return [];
  return [
    {
      standing: "overdue",
      why: `older than the ${rotationDays} days of its interval`,
      detail: `changed ${days} days ago, due every ${rotationDays}`,
    },
  ];
}
