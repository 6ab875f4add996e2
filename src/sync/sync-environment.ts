import { EMPTY_LEDGER, type Ledger, type LedgerEntry, parseLedger, renderLedger } from "../../secrets/ledger";
import { NoAnswerError } from "../clients/http";
import { ConflictError, type EnvironmentText, type PulumiCloud } from "../clients/pulumi-cloud";
import { messageOf } from "../errors";
import type { Input } from "./choose-value";
import { newFingerprintKey } from "./fingerprint";
import type { JobCatalog, JobTarget } from "./job-catalog";
import { isChange, type PlanLine } from "./plan";
import { type GroupResult, syncGroup } from "./sync-group";

const ROUNDS = 5;

/** Which run this is, for the ledger. */
export interface RunIdentity {
  /** GitHub's run id, or who ran it by hand. */
  run: string;
  commit: string;
  /** RFC 3339, UTC. */
  now: string;
}

/** What a sync did to one environment. */
export interface EnvironmentReport {
  environment: string;
  groups: { group: string; environment: string; lines: PlanLine[]; revision?: number; failure?: string }[];
  /** Why the ledger could not be written, if so. The values stand; the next run mends the ledger. */
  ledgerFailure?: string;
}

/**
 * Syncs one environment: each values environment by itself, then the ledger. A group that fails does not keep the
 * others from being right; the report says which failed and why.
 *
 * @throws RemedyError when the ledger cannot be read: without it nothing is known, so nothing is written.
 */
export async function syncEnvironment(
  options: { target: JobTarget; catalog: JobCatalog; input: Input; identity: RunIdentity; dryRun: boolean },
  cloud: PulumiCloud,
): Promise<EnvironmentReport> {
  const { target, catalog, input, identity, dryRun } = options;
  const secrets = catalog.secrets.filter((secret) => secret.environments.includes(target.environment));
  for (let round = 1; ; round += 1) {
    const stored = await cloud.decrypt(target.ledger);
    const ledger = parseLedger(stored.text);
    const key = ledger.key ?? newFingerprintKey();
    const jobs = Object.entries(target.groups).map(([group, environment]) => ({
      group,
      environment,
      secrets: secrets.filter((secret) => secret.group === group),
    }));
    const results = await Promise.allSettled(
      jobs.map((job) => syncGroup({ ...job, appRoot: catalog.appRoot, input, ledger, key, dryRun }, cloud)),
    );
    const groups = jobs.map(({ group, environment }, index) => describe(group, environment, results[index]));
    const report: EnvironmentReport = { environment: target.environment, groups };
    if (dryRun) return report;
    try {
      await writeLedger(cloud, target.ledger, stored, { ...ledger, key }, groups, identity);
      return report;
    } catch (error) {
      const again = error instanceof ConflictError || error instanceof NoAnswerError;
      if (!again || round === ROUNDS) return { ...report, ledgerFailure: messageOf(error) };
    }
  }
}

function describe(
  group: string,
  environment: string,
  result: PromiseSettledResult<GroupResult> | undefined,
): EnvironmentReport["groups"][number] {
  if (result?.status === "fulfilled") {
    return { group, environment, lines: result.value.lines, revision: result.value.revision };
  }
  return { group, environment, lines: [], failure: messageOf(result?.reason) };
}

async function writeLedger(
  cloud: PulumiCloud,
  environment: string,
  stored: EnvironmentText,
  ledger: Ledger,
  groups: EnvironmentReport["groups"],
  identity: RunIdentity,
): Promise<void> {
  const next = advanceLedger(ledger, groups, identity);
  const before = parseLedger(stored.text);
  if (renderLedger(next) === renderLedger(before)) return;
  await cloud.write(environment, renderLedger(next), stored.etag);
}

/**
 * The ledger after a run: times move only for values that were written or were not in it, so a run that changes
 * nothing leaves it as it was.
 */
export function advanceLedger(
  ledger: Ledger,
  groups: EnvironmentReport["groups"],
  identity: RunIdentity,
): Ledger {
  const next: Ledger = {
    ...EMPTY_LEDGER,
    key: ledger.key,
    revisions: { ...ledger.revisions },
    secrets: { ...ledger.secrets },
  };
  for (const { group, lines, revision } of groups) {
    if (revision === undefined) continue;
    next.revisions[group] = revision;
    for (const line of lines) {
      const entry = advanceEntry(ledger.secrets[line.name], line, identity);
      if (entry !== undefined) next.secrets[line.name] = entry;
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
  if (same && !isChange(line)) return before;
  return {
    fingerprint: line.fingerprint,
    source: line.source,
    changed: same ? before.changed : identity.now,
    synced: identity.now,
    run: identity.run,
    commit: identity.commit,
  };
}
