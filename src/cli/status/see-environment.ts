import { ledgerEnvironment, pathOf, valuesEnvironment } from "../../../secrets/layout";
import { parseLedger } from "../../../secrets/ledger";
import type { PulumiCloud } from "../../clients/pulumi-cloud";
import { RemedyError } from "../../errors";
import type { Doors } from "../command";
import { inParallel } from "../in-parallel";
import type { Seen } from "./find-status";

/** Reads what tells how the secrets of an environment stand: ledger and revisions, no values. */
export async function seeEnvironment(
  { catalog, project: { settings } }: Doors,
  cloud: PulumiCloud,
  environment: string,
): Promise<Seen> {
  const read = (path: string) => cloud.read(path).catch(ignoreRefusal);
  const groups = Object.keys(catalog.groups);
  const [ledger, ...values] = await inParallel(
    [
      pathOf(ledgerEnvironment(settings, environment)),
      ...groups.map((group) => pathOf(valuesEnvironment(settings, environment, group))),
    ],
    read,
  );
  const revisions = groups.flatMap((group, index) => {
    const revision = values[index]?.revision;
    return revision === undefined ? [] : [[group, revision] as const];
  });
  return {
    environment,
    ledger: ledger === undefined ? undefined : parseLedger(ledger.text),
    revisions: Object.fromEntries(revisions),
  };
}

/** What may not be read, or is not there, is told as unknown; the rest is worth telling. */
function ignoreRefusal(error: unknown): undefined {
  if (!(error instanceof RemedyError)) throw error;
  return undefined;
}
