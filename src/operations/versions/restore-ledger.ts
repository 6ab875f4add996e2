import type { PulumiCloud } from "../../clients/pulumi-cloud";
import { type Ledger, type LedgerEntry, parseLedger, revisionsOf } from "../../ledger/ledger";
import type { LedgerStore } from "../../ledger/ledger-store";
import type { Pause } from "../../ledger/pause";
import type { PlanLine } from "../../sync/plan";
import { inParallel } from "../in-parallel";
import type { GroupOutcome, RollbackTarget } from "./roll-back-group";

/** Ledgers looked at for each group: the sync writes it right after the values. */
const LOOKED_AT = 3;

type Entries = Record<string, LedgerEntry | undefined>;

/**
 * Gives the ledger back what it knew of the values that stand again, so that their age counts from their own last change
 * and not from that of the values they replaced. The revisions it holds stay: the next sync sees another one, and
 * compares the values themselves. Carried out twice, it does no harm.
 *
 * @param mayWrite throws where a ledger with that pause may not be written any more.
 * @returns groups of whose earlier values no ledger knows: a person had written them.
 * @throws RemedyError when the ledger cannot be read or written, and what `mayWrite` throws.
 */
export async function restoreLedger(
  cloud: PulumiCloud,
  store: LedgerStore,
  targets: readonly RollbackTarget[],
  outcomes: readonly GroupOutcome[],
  mayWrite: (pause: Pause | undefined) => void,
): Promise<string[]> {
  const history = (await cloud.revisions.list(store.place)).filter(({ retracted }) => !retracted);
  const unknown: string[] = [];
  const entries: Entries = {};
  await inParallel(targets, async ({ group, revision }) => {
    const outcome = outcomes.find((each) => each.group === group && each.failure === undefined);
    if (outcome === undefined) return;
    const since = Date.parse(revision.created);
    const after = history.filter(({ created }) => Date.parse(created) >= since).slice(-LOOKED_AT);
    const ledgers = await inParallel(after, async ({ number }) =>
      parseLedger(await cloud.revisions.text(store.place, number)),
    );
    // The oldest that knows it: a later one may have been changed by a rollback.
    const then = ledgers.findLast((ledger) => revisionsOf(ledger, group).includes(revision.number));
    if (then === undefined) unknown.push(group);
    Object.assign(entries, entriesOf(outcome.lines, then));
  });
  await store.update(({ paused }) => {
    mayWrite(paused);
    return { entries };
  });
  return unknown.sort();
}

/** What is known of each value that stands now; undefined where none does. */
function entriesOf(lines: readonly PlanLine[], then: Ledger | undefined): Entries {
  const entries: Entries = {};
  for (const { name, verb, writes, holds } of lines) {
    const entry = then?.secrets[name];
    if (verb === "refused" || verb === "held") continue;
    if (writes === "removal" || holds === undefined) entries[name] = undefined;
    else if (entry !== undefined) entries[name] = entry;
  }
  return entries;
}
