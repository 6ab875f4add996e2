import { dayOf } from "../../catalog/dates";
import { RemedyError } from "../../errors";
import { handRun } from "../../ledger/ledger";
import { describePause } from "../../ledger/pause";
import { catalogOn } from "../../sync/catalog-day";
import type { Input, RunOptions } from "../../sync/given-values";
import { buildJobCatalog, type JobCatalog } from "../../sync/job-catalog";
import { proposingCloud, syncProposer } from "../../sync/proposing-cloud";
import { findTarget } from "../../sync/sync";
import { type EnvironmentReport, type SyncStart, syncEnvironment } from "../../sync/sync-environment";
import { COMMAND } from "../../text";
import { type Context, requireCloud } from "../context";
import { newestRunInTime } from "../observation/newest-run";
import { readInput } from "./env-file";
import { namedSlots } from "./named-entries";

/** One sync from a person's machine. */
export interface HandSync {
  environment: string;
  input: Input;
  /** Only these secrets are read from the input and written. */
  names: ReadonlySet<string>;
  options: Pick<RunOptions, "dryRun" | "allOrNothing" | "allowMany">;
  /** Shared by the syncs of a command that plans first and writes later. */
  start?: SyncStart;
}

/**
 * The sync job's own plan and guards, with the person's token.
 *
 * @throws RemedyError when there is no token, no such environment, the ledger cannot be read, or somebody has paused it.
 */
export async function syncByHand(context: Context, hand: HandSync): Promise<EnvironmentReport> {
  const catalog = jobOf(context);
  const target = findTarget(catalog, hand.environment, "--environment");
  const direct = requireCloud(context);
  const proposer = syncProposer("by hand", target, direct);
  const cloud = proposingCloud(target, direct, context.cloudCall, proposer);
  const options = { ...hand.options, names: hand.names };
  const newest = options.dryRun ? undefined : await newestRunInTime(context);
  const identity = {
    run: handRun(newest?.id || undefined),
    commit: "none",
    now: context.now().toISOString(),
    hasAskedGitHub: newest?.isWhole === true,
  };
  const { input, start } = hand;
  const job = { target, catalog, input, identity, options, ...(start === undefined ? {} : { start }) };
  const report = await syncEnvironment(job, cloud);
  const { paused, groups } = report;
  // Also a dry run ends here: what it would show is not what would happen. What was written before the pause is told.
  if (paused === undefined || (!options.dryRun && groups.length > 0)) return report;
  throw new RemedyError({
    code: "sync-paused",
    subject: hand.environment,
    cause: `its sync is ${describePause(paused)}`,
    remedy: `${COMMAND} resume ${hand.environment}, then run this again`,
  });
}

/**
 * What a sync by hand takes: the names asked for, of the environment variables or of a file; of a file everything in it
 * when none is asked for.
 *
 * @throws RemedyError when the file is wrong, or a name is none of a secret that is synced.
 */
export function givenByHand(
  context: Context,
  file: string | undefined,
  asked: readonly string[],
): Pick<HandSync, "input" | "names"> {
  const named = namedSlots(context.catalog, asked).map((slot) => slot.secret);
  const never = named.filter((entry) => entry.bootstrap).map((entry) => entry.name);
  if (never.length > 0)
    throw new RemedyError({
      code: "secret-never-synced",
      subject: never.join(", "),
      cause: "is the pipeline's own and never goes to ESC",
      remedy: "leave it out",
    });
  const input: Input = file === undefined ? context.env : readInput(context, file);
  return {
    input,
    names: new Set(named.length > 0 ? named.map(({ name }) => name) : givenIn(context, input)),
  };
}

/** Names of the secrets that go to ESC and for which the input has a text, under their own name or an older one. */
function givenIn(context: Context, input: Input): string[] {
  return jobOf(context)
    .secrets.filter(({ name, aliases }) => [name, ...aliases].some((each) => input[each] !== undefined))
    .map(({ name }) => name);
}

function jobOf({ catalog, project, now }: Context): JobCatalog {
  return catalogOn(buildJobCatalog(catalog, project.settings), dayOf(now()));
}
