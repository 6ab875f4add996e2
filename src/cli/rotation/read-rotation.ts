import { resolveCatalog } from "../../../secrets/entry";
import { ledgerEnvironment, pathOf } from "../../../secrets/layout";
import { type Ledger, parseLedger } from "../../../secrets/ledger";
import { type RotationRow, rotationStatus } from "../../../secrets/rotation";
import type { PulumiCloud } from "../../clients/pulumi-cloud";
import { RemedyError } from "../../errors";
import type { Doors } from "../command";
import { inParallel } from "../in-parallel";
import { requireCloud } from "../require-cloud";

/** How every secret stands against its schedule, as far as can be read. */
export interface Rotation {
  rows: RotationRow[];
  /** What could not be read, a sentence each: the rows say unknown of it. */
  unread: string[];
}

/**
 * Reads the ledgers, for which the right to read is enough, and of GitHub the one list that tells of the pipeline's own
 * credential.
 *
 * @throws RemedyError when there is no token for Pulumi Cloud.
 */
export async function readRotation(doors: Doors, dueWithinDays: number): Promise<Rotation> {
  const { catalog } = doors;
  const cloud = requireCloud(doors);
  const unread: string[] = [];
  const ledgers = await inParallel(catalog.environments, async (environment) => {
    const ledger = await ledgerOf(doors, cloud, environment).catch(told(unread));
    return [environment, ledger] as const;
  });
  const asked = resolveCatalog(catalog).some(({ bootstrap }) => bootstrap);
  const updated = asked ? await updatedInGitHub(doors).catch(told(unread)) : undefined;
  const options = { dueWithinDays, ...(updated === undefined ? {} : { updated }) };
  return { rows: rotationStatus(catalog, Object.fromEntries(ledgers), doors.now(), options), unread };
}

/** Reads one environment's ledger without opening it. @throws RemedyError */
export async function ledgerOf({ project }: Doors, cloud: PulumiCloud, environment: string): Promise<Ledger> {
  const { text } = await cloud.read(pathOf(ledgerEnvironment(project.settings, environment)));
  return parseLedger(text);
}

async function updatedInGitHub(doors: Doors): Promise<ReadonlyMap<string, string>> {
  const listed = await doors.github().listSecrets();
  return new Map(listed.map(({ name, updatedAt }) => [name, updatedAt]));
}

function told(unread: string[]): (error: unknown) => undefined {
  return (error) => {
    if (!(error instanceof RemedyError)) throw error;
    unread.push(`${error.thing}: ${error.reason}`);
    return undefined;
  };
}
