import { describePause } from "../../../secrets/pause";
import { handRun } from "../../../secrets/run-name";
import { dayOf } from "../../../secrets/tombstone";
import { RemedyError } from "../../errors";
import { catalogOn } from "../../sync/catalog-on";
import type { Input } from "../../sync/choose-value";
import { buildJobCatalog, type JobCatalog } from "../../sync/job-catalog";
import { proposingCloud, syncProposer } from "../../sync/proposing-cloud";
import { headline, logLines, outcomeOf } from "../../sync/report";
import type { RunOptions } from "../../sync/run-options";
import { findTarget } from "../../sync/sync";
import { type EnvironmentReport, syncEnvironment } from "../../sync/sync-environment";
import { type Doors, EXIT, type ExitCode } from "../command";
import { requireCloud } from "../require-cloud";
import { newestRun } from "./newest-run";

/** One sync from a person's machine. */
export interface HandSync {
  environment: string;
  input: Input;
  /** Only these secrets are read from the input and written. */
  names: ReadonlySet<string>;
  options: Pick<RunOptions, "dryRun" | "allOrNothing" | "allowMany">;
}

/**
 * The sync job's own plan and guards, with the person's token.
 *
 * @throws RemedyError when there is no token, no such environment, the ledger cannot be read, or somebody has paused it.
 */
export async function syncByHand(doors: Doors, hand: HandSync): Promise<EnvironmentReport> {
  const catalog = jobOf(doors);
  const target = findTarget(catalog, hand.environment, "--environment");
  const direct = requireCloud(doors);
  const proposer = syncProposer("by hand", target, direct);
  const cloud = proposingCloud(target, direct, doors.cloudCall, proposer);
  const options = { ...hand.options, names: hand.names };
  const run = handRun(options.dryRun ? undefined : await newestRun(doors));
  const identity = { run, commit: "none", now: doors.now().toISOString() };
  const report = await syncEnvironment({ target, catalog, input: hand.input, identity, options }, cloud);
  const { paused, groups } = report;
  // Also a dry run ends here: what it would show is not what would happen. What was written before the pause is told.
  if (paused === undefined || (!options.dryRun && groups.length > 0)) return report;
  throw new RemedyError(
    hand.environment,
    `its sync is ${describePause(paused)}`,
    `npx sophia-secrets resume ${hand.environment}, then run this again`,
  );
}

/** Tells what a sync did: the lines to stdout, what is to be mended or approved to stderr. */
export function reportSync({ terminal }: Doors, report: EnvironmentReport, dryRun: boolean): ExitCode {
  const { failures, awaiting, warnings } = outcomeOf(report);
  for (const line of [headline(report, dryRun), ...logLines(report)]) terminal.print(line);
  for (const warning of warnings) terminal.say(`warning: ${warning}`);
  for (const failure of failures) terminal.say(`error: ${failure}`);
  for (const each of awaiting) terminal.say(each);
  if (failures.length > 0) return EXIT.failed;
  return awaiting.length === 0 ? EXIT.done : EXIT.found;
}

/** Names of the secrets that go to ESC and for which the input has a text, under their own name or an older one. */
export function givenIn(doors: Doors, input: Input): string[] {
  return jobOf(doors)
    .secrets.filter(({ name, aliases }) => [name, ...aliases].some((each) => input[each] !== undefined))
    .map(({ name }) => name);
}

function jobOf({ catalog, project, now }: Doors): JobCatalog {
  return catalogOn(buildJobCatalog(catalog, project.settings), dayOf(now()));
}
