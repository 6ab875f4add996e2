import type { Spread } from "../../catalog/carriers";
import type { ResolvedEntry } from "../../catalog/entry";
import { isTooLarge, type Step, stepTooLarge } from "../../catalog/step-size";
import { RemedyError } from "../../errors";
import { EMPTY_LEDGER } from "../../ledger/ledger";
import { SMALL_BYTES, stepsOf, valueBytes } from "../../ledger/step-sizes";
import type { Secret } from "../../secret";
import type { Context } from "../context";
import { ledgersOf } from "../observation/step-sizes";

/** A value that is about to be set, under one of its entry's names. */
export interface SizedValue {
  secret: ResolvedEntry;
  value: Secret;
}

/**
 * Refuses values with which a job of the sync would not start: GitHub's runner hands each job all its secrets at once. What
 * is set already counts as the ledgers have it. Where a job is too large already, what makes it no larger may be set.
 *
 * @param spread which carrier syncs which secret; asked for large values alone.
 * @param environment deployment environment that gets the values; undefined: all that have the entries.
 * @throws RemedyError before anything is written.
 */
export async function requireStepSize(
  context: Context,
  spread: () => Promise<Pick<Spread, "shards">> | Pick<Spread, "shards">,
  values: readonly SizedValue[],
  environment?: string,
): Promise<void> {
  if (values.every(({ value }) => bytesOf(value) <= SMALL_BYTES)) return;
  const { entries } = context.catalog;
  const { shards } = await spread();
  const environments = context.catalog.environments.filter(
    (each) =>
      (environment === undefined || each === environment) &&
      values.some(({ secret }) => secret.environments.includes(each)),
  );
  const cloud = context.cloud();
  const ledgers =
    cloud === undefined
      ? new Map(environments.map((each) => [each, EMPTY_LEDGER]))
      : await ledgersOf(context, cloud, environments);
  const bytes = new Map<string, number>();
  for (const { secret, value } of values)
    bytes.set(secret.name, (bytes.get(secret.name) ?? 0) + bytesOf(value));
  const grown = stepsOf(entries, shards, ledgers).flatMap((step): Step[] => {
    const variables = step.variables.map((each) => ({ ...each, bytes: bytes.get(each.name) ?? each.bytes }));
    const next = { ...step, variables, unknown: [] };
    return isTooLarge(next) && valueBytes(next) > valueBytes(step) ? [next] : [];
  });
  const [first] = grown.sort((a, b) => valueBytes(b) - valueBytes(a));
  if (first === undefined) return;
  const steps = grown.filter(({ carrier }) => carrier === first.carrier);
  const { cause, ...told } = stepTooLarge(steps, context.project.settings.carriers);
  throw new RemedyError({ ...told, cause: `${cause}. Nothing was written` });
}

function bytesOf(value: Secret): number {
  return Buffer.byteLength(value.unwrap(), "utf8");
}
