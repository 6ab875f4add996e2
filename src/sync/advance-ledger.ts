import { EMPTY_LEDGER, type Ledger, type LedgerEntry, type Proposal } from "../../secrets/ledger";
import { isFromLaterRun } from "./later-run";
import { isChange, type PlanLine } from "./plan";
import { countRefusals } from "./refusals";
import type { RunIdentity } from "./run-identity";

/** What a run found or left in one values environment; without a revision it failed there or was held back. */
export interface LedgerNews {
  group: string;
  lines: readonly PlanLine[];
  revision?: number;
  /** What it proposed there. */
  proposal?: Pick<Proposal, "request" | "revision">;
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
      identity.run,
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
  return Object.keys(proposed).length === 0 ? next : { ...next, proposed };
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
      else if (known === undefined || revision === undefined || ["refused", "skipped"].includes(verb))
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
  if (same && !isChange(line)) return { ...before, source: line.source };
  return {
    fingerprint: line.fingerprint,
    source: line.source,
    changed: same ? before.changed : identity.now,
    synced: identity.now,
    run: identity.run,
    commit: identity.commit,
  };
}
