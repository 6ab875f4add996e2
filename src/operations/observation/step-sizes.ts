import { jobNameOf } from "../../catalog/layout";
import type { Step } from "../../catalog/step-size";
import type { PulumiCloud } from "../../clients/pulumi-cloud";
import { isTooLargeToStart, type JobError } from "../../clients/run-errors";
import { EMPTY_LEDGER, type Ledger } from "../../ledger/ledger";
import { ledgerOf } from "../../ledger/ledger-store";
import { stepsOf } from "../../ledger/step-sizes";
import type { Context } from "../context";
import { inParallel } from "../in-parallel";
import { spreadOf } from "../values/named-entries";

/** Ledgers by deployment environment; empty where one cannot be read: sizes are a help, and decide nothing alone. */
export async function ledgersOf(
  { project: { settings } }: Pick<Context, "project">,
  cloud: PulumiCloud,
  environments: readonly string[],
): Promise<ReadonlyMap<string, Ledger>> {
  const read = (each: string) => ledgerOf(cloud, settings, each).read();
  return new Map(
    await inParallel(
      environments,
      async (each) => [each, await read(each).catch(() => EMPTY_LEDGER)] as const,
    ),
  );
}

/**
 * Those of a carrier's jobs that GitHub's runner could not start, because what they are given is too large.
 *
 * @param said by the failed jobs of its last run. Nothing more is asked where none says that.
 * @throws RemedyError when GitHub's list of secrets cannot be read.
 */
export async function unstartedJobs(
  context: Context,
  carrier: string,
  said: readonly JobError[],
): Promise<Step[]> {
  const jobs = new Set(said.filter(isTooLargeToStart).map(({ job }) => job));
  const environments = context.catalog.environments.filter((each) => jobs.has(jobNameOf(each)));
  if (environments.length === 0) return [];
  const github = context.github();
  const cloud = context.cloud();
  const [{ shards }, listed, ledgers] = await Promise.all([
    spreadOf(context, github),
    github.listSecrets(),
    cloud === undefined
      ? new Map(environments.map((each) => [each, EMPTY_LEDGER]))
      : ledgersOf(context, cloud, environments),
  ]);
  const updated = new Map(listed.map(({ name, updatedAt }) => [name, updatedAt]));
  const own = { [carrier]: shards[carrier] ?? new Set<string>() };
  return stepsOf(context.catalog.entries, own, ledgers, updated);
}
