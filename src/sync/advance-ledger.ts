import type { Http } from "../clients/http";
import { RemedyError } from "../errors";
import {
  EMPTY_LEDGER,
  type Hold,
  type Ledger,
  type LedgerEntry,
  type Proposal,
  type Refusal,
} from "../ledger/ledger";
import type { Secret } from "../secret";
import type { RunIdentity } from "./job-identity";
import { isFromLaterRun } from "./later-run";
import { isChange, type PlanLine } from "./plan";

/** What a run found or left in one values environment; without a revision it failed there or was held back. */
export interface LedgerNews {
  group: string;
  lines: readonly PlanLine[];
  revision?: number;
  /** What it proposed there. */
  proposal?: Pick<Proposal, "request" | "revision">;
  /** Why its changes were held back, if so. */
  held?: Pick<Hold, "code" | "why">;
}

/**
 * The ledger after a run: times move only for values that were written or were not in it, so a run that changes
 * nothing leaves it as it was.
 *
 * A revision is recorded only when the ledger knows every value in it. Where a person's value stands for which
 * nothing came from GitHub, the next run must look again, or it would take the old fingerprint for that value's.
 */
export function advanceLedger(ledger: Ledger, groups: readonly LedgerNews[], identity: RunIdentity): Ledger {
  const next: Ledger = {
    ...EMPTY_LEDGER,
    key: ledger.key,
    revisions: { ...ledger.revisions },
    secrets: { ...ledger.secrets },
    refused: countRefusals(
      ledger.refused,
      groups.flatMap((group) => group.lines),
      identity,
    ),
  };
  for (const { group, lines, revision } of groups) {
    if (revision === undefined) continue;
    for (const line of lines) {
      const entry = advanceEntry(ledger.secrets[line.name], line, identity);
      if (line.gone === true) delete next.secrets[line.name];
      else if (entry !== undefined) next.secrets[line.name] = entry;
    }
    const isKnown = (line: PlanLine) =>
      line.holds === undefined || line.holds === next.secrets[line.name]?.fingerprint;
    if (lines.every(isKnown)) next.revisions[group] = revision;
    else delete next.revisions[group];
  }
  const proposed = advanceProposals(ledger.proposed, groups, identity);
  const held = advanceHolds(ledger.held, groups, identity);
  return {
    ...next,
    ...(Object.keys(held).length === 0 ? {} : { held }),
    ...(Object.keys(proposed).length === 0 ? {} : { proposed }),
  };
}

/** A hold ends when a run looks at its secret and does not hold it back. The same reason stays as it is: the ledger must come to rest. */
function advanceHolds(
  before: Ledger["held"] = {},
  groups: readonly LedgerNews[],
  { run, now, page }: RunIdentity,
): NonNullable<Ledger["held"]> {
  const next = { ...before };
  for (const { lines, held } of groups)
    for (const { name, verb } of lines) {
      if (verb === "skipped") continue;
      const known = next[name];
      if (verb !== "held" || held === undefined) delete next[name];
      else if (known?.code !== held.code || known.why !== held.why)
        next[name] = {
          code: held.code,
          why: held.why,
          run,
          at: now,
          ...(page === undefined ? {} : { page }),
        };
    }
  return next;
}

/**
 * A proposal is forgotten by a run that was queued after it and leaves the value's place as it belongs: what was proposed
 * stands there, or GitHub has another value by now. A run from before it has no say in that.
 */
function advanceProposals(
  before: Ledger["proposed"] = {},
  groups: readonly LedgerNews[],
  identity: RunIdentity,
): NonNullable<Ledger["proposed"]> {
  const next = { ...before };
  for (const { lines, revision, proposal } of groups) {
    for (const { name, verb } of lines) {
      const known = next[name];
      if (proposal !== undefined && verb === "pending")
        next[name] = { run: identity.run, at: identity.now, ...proposal };
      else if (known === undefined || revision === undefined || ["refused", "held", "skipped"].includes(verb))
        continue;
      else if (!isFromLaterRun({ run: known.run, synced: known.at }, identity)) delete next[name];
    }
  }
  return next;
}

function advanceEntry(
  before: LedgerEntry | undefined,
  line: PlanLine,
  identity: RunIdentity,
): LedgerEntry | undefined {
  if (line.fingerprint === undefined || line.source === undefined) return before;
  const same = before?.fingerprint === line.fingerprint;
  const size = line.kib === undefined ? {} : { kib: line.kib };
  if (same && !isChange(line)) {
    const { kib: _, ...known } = before;
    return { ...known, source: line.source, ...size };
  }
  return {
    fingerprint: line.fingerprint,
    source: line.source,
    changed: same ? before.changed : identity.now,
    synced: identity.now,
    run: identity.run,
    commit: identity.commit,
    ...size,
  };
}

/** Refusals in a row after which somebody is told; from then on they are not counted, so that the ledger comes to rest. */
const TOLD_AFTER = 3;

/**
 * Counts refusals in a row, by name: one a run, however often the run looks.
 *
 * @param lines of all values environments that could be looked at; what is not among them keeps its count.
 */
export function countRefusals(
  before: Ledger["refused"],
  lines: readonly PlanLine[],
  identity: Pick<RunIdentity, "run" | "now" | "page">,
): Ledger["refused"] {
  const next: Ledger["refused"] = { ...before };
  const refused = new Map(lines.filter((line) => line.verb === "refused").map((line) => [line.name, line]));
  for (const { name, verb } of lines) if (verb !== "skipped" && !refused.has(name)) delete next[name];
  for (const [name, line] of refused) next[name] = counted(before[name], line, identity);
  return next;
}

/** The same reason at the third time leaves it as it is: the ledger must come to rest. */
function counted(
  before: Refusal | undefined,
  { code, reason }: PlanLine,
  { run, now, page }: Pick<RunIdentity, "run" | "now" | "page">,
): Refusal {
  const isSame = before !== undefined && before.code === code && before.reason === reason;
  if (isSame && (before.run === run || before.times >= TOLD_AFTER)) return before;
  const isCounted = before?.run === run || (before?.times ?? 0) >= TOLD_AFTER;
  return {
    times: (before?.times ?? 0) + (isCounted ? 0 : 1),
    run,
    at: now,
    ...(code === undefined ? {} : { code }),
    ...(reason === undefined ? {} : { reason }),
    ...(page === undefined ? {} : { page }),
  };
}

/** Names that have come to the third refusal in this run. */
export function dueForAlert(before: Ledger["refused"], after: Ledger["refused"]): string[] {
  const due = ([name, { times }]: [string, Refusal]) =>
    times >= TOLD_AFTER && (before[name]?.times ?? 0) < TOLD_AFTER;
  return Object.entries(after)
    .filter(due)
    .map(([name]) => name)
    .sort();
}

/** The count when nobody could be told: the third refusal is still to come, and with it another try. */
export function withoutAlert(after: Ledger["refused"], names: readonly string[]): Ledger["refused"] {
  const again = names.map((name) => [name, { run: "", ...after[name], times: TOLD_AFTER - 1 }] as const);
  return { ...after, ...Object.fromEntries(again) };
}

/** Tells people which required secrets keep being refused. @throws RemedyError when it cannot. */
export type Alert = (deployment: string, names: readonly string[]) => Promise<void>;

/**
 * An alert by webhook, in the form that Slack's incoming webhooks take, and Mattermost's and Rocket.Chat's with them.
 *
 * @param url the webhook's address. It is a secret: who knows it may post there, so no error names it.
 * @param run address of this run, for the reader.
 */
export function createAlert(url: Secret, run: string | undefined, http: Http): Alert {
  return async (deployment, names) => {
    const which = names.length === 1 ? "a required secret was" : `${names.length} required secrets were`;
    const where = run === undefined ? "" : ` See ${run}`;
    const text = `sophia-secrets: in ${deployment} ${which} refused three times in a row: ${names.join(", ")}.${where}`;
    const headers = { "content-type": "application/json" };
    const request = { method: "POST", url: url.unwrap(), headers, body: JSON.stringify({ text }) } as const;
    const status = await http(request).then(
      (answer) => answer.status,
      () => undefined,
    );
    if (status !== undefined && status < 300) return;
    throw new RemedyError({
      code: "alert-failed",
      subject: "the alert's webhook",
      cause: status === undefined ? "no answer" : `it answered ${status}`,
      remedy: "set the secret that alertWebhook names to the webhook's address; the next run tries again",
    });
  };
}
