import type { Ledger, LedgerEntry } from "../ledger/ledger";
import { describeRun, runBefore, runId } from "../ledger/ledger";
import type { RunIdentity } from "./job-identity";
import { isFromLaterRun } from "./later-run";

type Fingerprints = Readonly<Record<string, string | undefined>>;

/** What stood in one values environment at a look. */
export interface Look {
  revision: number;
  fingerprints: Fingerprints;
}

/**
 * What a sync found when it began. It brings what was right by then, so nothing that came since may be replaced by it,
 * whoever wrote it: what differs from here on was written since, by itself or by somebody else.
 */
export class Beginning {
  private readonly queuedLooks = new Map<string, Promise<Record<string, string>>>();

  /**
   * @param writer key of this sync's own intents in the ledger.
   * @param queued when GitHub queued this run, asked where it matters; undefined where nobody tells, as of a sync by hand.
   */
  constructor(
    private readonly ledger: Ledger,
    readonly identity: RunIdentity,
    readonly writer: string,
    private readonly queued: () => Promise<string | undefined> = async () => undefined,
    private readonly looks = new Map<string, Look>(),
  ) {}

  /** The same for a further sync of the same command, which brings what the command was given at its start. */
  again(identity: RunIdentity): Beginning {
    return new Beginning(this.ledger, identity, this.writer, this.queued, this.looks);
  }

  /** What was set in a values environment after this run was queued, asked once: what comes later, changedSince tells. */
  sinceQueued(
    deployment: string,
    ask: (queued: string) => Promise<Record<string, string>>,
  ): Promise<Record<string, string>> {
    const known = this.queuedLooks.get(deployment);
    if (known !== undefined) return known;
    const asked = this.queued().then((queued) => (queued === undefined ? {} : ask(queued)));
    this.queuedLooks.set(deployment, asked);
    return asked;
  }

  /**
   * Who wrote, proposed or is about to write a value that is newer than what this sync brings, by secret, as the ledger
   * tells now: `run 60, which was queued after this one, wrote`.
   */
  laterWriters({ secrets, proposed = {}, writing = {} }: Ledger): Record<string, string> {
    const wrote = Object.entries(secrets)
      .filter(([name, entry]) => this.isLater(entry, sameEntry(entry, this.ledger.secrets[name])))
      .map(([name, { run }]) => [name, `${this.inWords(run)} wrote`]);
    const proposals = Object.entries(proposed)
      .filter(([name, { run, at, request }]) =>
        this.isLater({ run, synced: at }, this.ledger.proposed?.[name]?.request === request),
      )
      .map(([name, { run }]) => [name, `${this.inWords(run)} proposed`]);
    const begun = Object.entries(writing).flatMap(([writer, { run, at, values }]) => {
      const isOurs = writer === this.writer;
      if (isOurs || !this.isLater({ run, synced: at }, this.ledger.writing?.[writer] !== undefined))
        return [];
      return Object.keys(values).map((name) => [name, `${this.inWords(run)} began to write`]);
    });
    return Object.fromEntries([...begun, ...wrote, ...proposals]);
  }

  /**
   * What stands otherwise than at the first look and no sync that is known to be older wrote: a person did, a rollback, or a
   * sync whose name nobody knows.
   *
   * @param now what stands. The first of each values environment is kept.
   * @param ledger as it stands.
   */
  changedSince(deployment: string, now: Look, ledger: Ledger): Record<string, string> {
    const first = this.looks.get(deployment);
    if (first === undefined) this.looks.set(deployment, now);
    if (first === undefined || first.revision === now.revision) return {};
    const names = new Set([...Object.keys(first.fingerprints), ...Object.keys(now.fingerprints)]);
    const told = [...names].filter((name) => {
      const stands = now.fingerprints[name];
      return stands !== first.fingerprints[name] && !this.isKnownToBeOlder(name, stands ?? "", ledger);
    });
    const who = `somebody wrote revision ${now.revision} of ${deployment} while this sync ran and set`;
    return Object.fromEntries(told.map((name) => [name, who]));
  }

  /** Whether a sync that is not later says that it wrote this, and has said so since, or before it wrote. */
  isKnownToBeOlder(name: string, stands: string, { secrets, writing = {} }: Ledger): boolean {
    const entry = secrets[name];
    const isEntry = entry?.fingerprint === stands && !sameEntry(entry, this.ledger.secrets[name]);
    if (isEntry && !this.isLater(entry, false)) return true;
    return Object.entries(writing).some(
      ([writer, { run, at, values }]) =>
        values[name] === stands &&
        (writer === this.writer ||
          !this.isLater({ run, synced: at }, this.ledger.writing?.[writer] !== undefined)),
    );
  }

  /** @param isOld whether it stood in the ledger already when this sync began. */
  private isLater(written: Pick<LedgerEntry, "run" | "synced">, isOld: boolean): boolean {
    if (isFromLaterRun(written, this.identity)) return true;
    const other = runId(written.run);
    if (isOld) return false;
    if (other === undefined) return true;
    // By hand: runs that had been queued by then are older.
    const own = runId(this.identity.run);
    return own === undefined && other > (runBefore(this.identity.run) ?? 0);
  }

  private inWords(run: string): string {
    const own = runId(this.identity.run) === undefined ? "sync began" : "run was queued";
    const isRun = runId(run) !== undefined && runId(this.identity.run) !== undefined;
    return `${describeRun(run)}, ${isRun ? "which was queued after this one" : `made after this ${own}`},`;
  }
}

function sameEntry(entry: LedgerEntry, before: LedgerEntry | undefined): boolean {
  return (
    before?.run === entry.run && before.synced === entry.synced && before.fingerprint === entry.fingerprint
  );
}
