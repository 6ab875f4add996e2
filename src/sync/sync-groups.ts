import { ConflictError } from "../clients/pulumi-call";
import type { PulumiCloud } from "../clients/pulumi-cloud";
import { AwaitingApprovalError, type ProposalId } from "../clients/pulumi-proposals";
import type { Hold, Ledger } from "../ledger/ledger";
import type { Beginning } from "./beginning";
import type { Input, RunOptions } from "./given-values";
import type { JobCatalog, JobTarget } from "./job-catalog";
import { isChange, notCarriedOut, type PlanLine, withEarlier } from "./plan";
import { describeError } from "./runner";
import { type GroupJob, type GroupView, viewGroup, writeGroup } from "./sync-group";

/** What a sync did to one values environment. */
export interface GroupReport {
  group: string;
  /** `project/name`. */
  environment: string;
  lines: PlanLine[];
  /** Absent when it failed or was held back. */
  revision?: number;
  failure?: string;
  /** Why its changes were held back all together, if so. */
  held?: Brake;
  /** Which change request somebody must approve before its changes are made, if so. */
  awaiting?: string;
  /** The one that this run made. */
  proposal?: ProposalId;
  /** The error of its write, if that may go well in another round. */
  error?: RoundError;
}

/** An error that a new look may get over. */
export interface RoundError {
  error: unknown;
  /** What the write was to do: a later look that finds it done tells it as this run's doing. */
  lines: PlanLine[];
}

/** What the values environments of one environment are synced with. */
export interface GroupsJob {
  target: JobTarget;
  catalog: JobCatalog;
  input: Input;
  options: RunOptions;
  ledger: Ledger;
  /** Key of the fingerprints: the ledger's, or a new one. */
  key: string;
  beginning: Beginning;
  /** Whether the values are asked even where the ledger knows the revision. */
  compares: boolean;
  /**
   * Notes in the ledger what is about to be written, before the first write: with the ETag of its read, so it fails where
   * anybody wrote there since. A pause is seen by that, and another sync's intent.
   */
  announce: (lines: readonly PlanLine[]) => Promise<void>;
}

type Seen = { job: GroupJob } & ({ view: GroupView; failure?: never } | { failure: string; view?: never });

/**
 * Syncs the values environments side by side: all are looked at before the first is written, so that the brake can
 * judge the whole. Those without a secret that was asked for are not looked at.
 *
 * @param earlier what an earlier round of the same run did.
 */
export async function syncGroups(
  job: GroupsJob,
  cloud: PulumiCloud,
  earlier: readonly GroupReport[],
): Promise<GroupReport[]> {
  const seen = await Promise.all(jobsOf(job).map((each) => look(each, cloud)));
  const intents = seen.map(({ view }) => (view === undefined ? {} : { lines: view.lines }));
  const writes = !job.options.dryRun && intents.some(({ lines }) => lines?.some(isChange));
  const brake = brakeOf(intents, job.options, job.catalog.changeLimit, job.beginning.identity.allowMany);
  if (brake === undefined && writes)
    await job.announce(intents.flatMap(({ lines = [] }) => lines.filter(isChange)));
  return Promise.all(
    seen.map(async (each) => {
      const before = earlier.find(({ group }) => group === each.job.group)?.lines ?? [];
      return brake === undefined ? carryOut(each, job.options, cloud, before) : holdBack(each, brake, before);
    }),
  );
}

function jobsOf({
  target,
  catalog,
  input,
  options,
  ledger,
  key,
  beginning,
  compares,
}: GroupsJob): GroupJob[] {
  const here = catalog.secrets.filter((secret) => secret.environments.includes(target.environment));
  const common = {
    appRoot: catalog.appRoot,
    team: target.team,
    input,
    options,
    ledger,
    key,
    beginning,
    compares,
  };
  return Object.entries(target.groups)
    .map(([group, environment]) => {
      const secrets = here.filter((secret) => secret.group === group);
      const elsewhere = here.filter((secret) => secret.group !== group);
      return { ...common, group, environment, secrets, elsewhere };
    })
    .filter(
      ({ secrets }) => options.names === undefined || secrets.some(({ name }) => options.names?.has(name)),
    );
}

async function look(job: GroupJob, cloud: PulumiCloud): Promise<Seen> {
  try {
    return { job, view: await viewGroup(job, cloud) };
  } catch (error) {
    return { job, failure: describeError(error) };
  }
}

async function carryOut(
  seen: Seen,
  options: RunOptions,
  cloud: PulumiCloud,
  before: PlanLine[],
): Promise<GroupReport> {
  const { group, environment } = seen.job;
  if (seen.view === undefined) return { group, environment, lines: before, failure: seen.failure };
  const { lines, current } = seen.view;
  const all = withEarlier(lines, before);
  if (options.dryRun || !lines.some(isChange))
    return { group, environment, lines: all, revision: current.revision };
  try {
    return { group, environment, lines: all, revision: await writeGroup(seen.job, seen.view, cloud) };
  } catch (error) {
    if (error instanceof AwaitingApprovalError) {
      const pending = notCarriedOut(lines, "pending");
      const proposal = error.made === undefined ? {} : { proposal: error.made };
      return { group, environment, lines: pending, awaiting: error.message, ...proposal };
    }
    const lost = error instanceof ConflictError ? before : all;
    return {
      group,
      environment,
      lines: before,
      failure: describeError(error),
      error: { error, lines: lost },
    };
  }
}

function holdBack(
  { job: { group, environment }, view, failure }: Seen,
  brake: Brake,
  before: readonly PlanLine[],
): GroupReport {
  if (view === undefined) return { group, environment, lines: [], failure };
  const held = view.lines.some(isChange) ? { held: brake } : {};
  return { group, environment, lines: withEarlier(notCarriedOut(view.lines, "held"), before), ...held };
}

/** Why nothing of an environment may be written. */
export interface Brake extends Pick<Hold, "code" | "why"> {
  /** What a person does when all of it is meant. */
  lift?: string;
}

export function describeBrake({ why, lift }: Brake): string {
  return `not written: ${why}${lift === undefined ? "" : `; if all of that is meant: ${lift}`}`;
}

/** So few replaced values are never unusual, however small the environment. */
const NEVER_UNUSUAL = 5;

/** What is about to happen to one values environment; without lines it could not be looked at. */
export interface Intent {
  lines?: readonly PlanLine[];
}

/**
 * Why nothing of an environment may be written, judged before the first write.
 *
 * Values that are replaced or deleted count, values that come for the first time do not: the first fill of an environment replaces
 * nothing. A whole group may be rotated at once, so the limit is half of what stands; wrong input (another
 * organization's secrets, one value for all) replaces nearly everything.
 *
 * @param limit the catalog's; default: half of the values that stand, and at least 5.
 * @param lift what a person does when all of that is meant.
 */
export function brakeOf(
  intents: readonly Intent[],
  options: RunOptions,
  limit: number | undefined,
  lift = "run this again with --allow-many-changes",
): Brake | undefined {
  const lines = intents.flatMap((intent) => intent.lines ?? []);
  const refused = lines.filter((line) => line.verb === "refused").length;
  if (options.allOrNothing && (refused > 0 || intents.some((intent) => intent.lines === undefined)))
    return { code: "all-or-nothing", why: "all or nothing was asked for, and not all can be" };
  if (options.allowMany) return undefined;
  const replaced = lines.filter(isLoss).length;
  const standing = lines.filter((line) => line.holds !== undefined && line.verb !== "create").length;
  const most = limit ?? Math.max(NEVER_UNUSUAL, Math.ceil(standing / 2));
  if (replaced <= most) return undefined;
  const why = `the run would replace or delete ${replaced} values at once, and ${most} is the limit`;
  return { code: "many", why, lift };
}

/** Whether a value that stands is lost. */
function isLoss({ verb, writes }: PlanLine): boolean {
  return writes === "removal" || (verb === "update" && writes === "value");
}
