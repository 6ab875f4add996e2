import { isOfAnotherGitHub, type Ledger, runBefore, runId } from "./ledger";

/** Something that a ledger says and that no sync can have written: somebody else wrote it, or the run was deleted. */
export interface ImpossibleClaim {
  /** The secret that it is said of. */
  name: string;
  cause: string;
}

/** What a ledger is compared with. */
export interface KnownFacts {
  /** Id of the newest run of the workflow that GitHub has, asked after the ledger was read; undefined: not known. */
  newestRun: number | undefined;
  now: Date;
}

/** Clocks are compared to minutes before anything is written, and what a job compares with is the time of its start. */
const TOLERANCE_MS = 60 * 60_000;

/** Whether a moment is so far ahead that no sync wrote it. @param at RFC 3339; what is no time is not. */
export function isToCome(at: string, now: number): boolean {
  return Date.parse(at) > now + TOLERANCE_MS;
}

/**
 * What a ledger says that cannot be: runs that GitHub does not have yet, and times to come. Such a run makes every real one
 * refuse as older, and such a time never ages.
 */
export function impossibleClaims(ledger: Ledger, facts: KnownFacts): ImpossibleClaim[] {
  const { secrets, refused, proposed = {}, writing = {} } = ledger;
  const claims = [
    ...Object.entries(secrets).flatMap(([name, { run, changed, synced }]) =>
      claimsOf(name, run, { changed, synced }, facts),
    ),
    ...Object.entries(refused).flatMap(([name, { run }]) => claimsOf(name, run, {}, facts)),
    ...Object.entries(proposed).flatMap(([name, { run, at }]) => claimsOf(name, run, { at }, facts)),
    ...Object.values(writing).flatMap(({ run, at, values }) =>
      Object.keys(values).flatMap((name) => claimsOf(name, run, { at }, facts)),
    ),
  ];
  const known = new Set<string>();
  return claims.filter(({ name, cause }) => {
    const isNew = !known.has(`${name} ${cause}`);
    known.add(`${name} ${cause}`);
    return isNew;
  });
}

function claimsOf(
  name: string,
  run: string,
  times: Readonly<Record<string, string>>,
  { newestRun, now }: KnownFacts,
): ImpossibleClaim[] {
  const ahead = Object.values(times).filter((at) => isToCome(at, now.getTime()));
  return [
    ...(isBeyond(run, newestRun)
      ? [{ name, cause: `the ledger names run ${idIn(run)}, and the newest that GitHub has is ${newestRun}` }]
      : []),
    ...(ahead[0] === undefined ? [] : [{ name, cause: `the ledger has a time to come: ${ahead[0]}` }]),
  ];
}

function idIn(run: string): number | undefined {
  return runId(run) ?? runBefore(run);
}

function isBeyond(run: string, newestRun: number | undefined): boolean {
  const id = idIn(run);
  if (id === undefined || newestRun === undefined || isOfAnotherGitHub(newestRun, id)) return false;
  return id > newestRun;
}

/**
 * The ledger without such claims. A value is then of the newest run that GitHub has: runs that had been queued by then stay
 * refused, so nothing older comes back, and each new run writes what GitHub holds. No revision is kept, so the next run
 * compares the values themselves.
 */
export function withoutImpossible(ledger: Ledger, facts: KnownFacts & { newestRun: number }): Ledger {
  const { secrets, refused, proposed = {}, writing = {}, paused, untagged, cases, key } = ledger;
  const now = facts.now.toISOString();
  const isLasting = (run: string) => !isBeyond(run, facts.newestRun);
  const real = (run: string) => (isLasting(run) ? run : String(facts.newestRun));
  const past = (at: string) => (isToCome(at, facts.now.getTime()) ? now : at);
  const changedProposals = mapValues(proposed, (each) => ({
    ...each,
    run: real(each.run),
    at: past(each.at),
  }));
  const openIntents = Object.fromEntries(
    Object.entries(writing).filter(([, { run, at }]) => isLasting(run) && !isToCome(at, facts.now.getTime())),
  );
  return {
    key,
    revisions: {},
    secrets: mapValues(secrets, (entry) => ({
      ...entry,
      run: real(entry.run),
      changed: past(entry.changed),
      synced: past(entry.synced),
    })),
    refused: Object.fromEntries(Object.entries(refused).filter(([, { run }]) => isLasting(run))),
    ...(paused === undefined ? {} : { paused }),
    ...(untagged === undefined ? {} : { untagged }),
    ...(cases === undefined ? {} : { cases }),
    ...(Object.keys(proposed).length === 0 ? {} : { proposed: changedProposals }),
    ...(Object.keys(openIntents).length === 0 ? {} : { writing: openIntents }),
  };
}

function mapValues<T>(named: Readonly<Record<string, T>>, change: (value: T) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(named).map(([name, value]) => [name, change(value)]));
}
