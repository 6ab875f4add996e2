import { RemedyError } from "../../errors";
import { ledgerOf } from "../../ledger/ledger-store";
import { type RotationRow, rotationStatus } from "../../ledger/rotation";
import { spellOr } from "../../text";
import { type Context, requireCloud } from "../context";
import { inParallel } from "../in-parallel";

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
export async function readRotation(context: Context, dueWithinDays: number): Promise<Rotation> {
  const { catalog } = context;
  const cloud = requireCloud(context);
  const unread: string[] = [];
  const ledgers = await inParallel(catalog.environments, async (deployment) => {
    const ledger = await ledgerOf(cloud, context.project.settings, deployment).read().catch(told(unread));
    return [deployment, ledger] as const;
  });
  const asked = catalog.entries.some(({ bootstrap }) => bootstrap);
  const updated = asked ? await updatedInGitHub(context).catch(told(unread)) : undefined;
  const options = { dueWithinDays, ...(updated === undefined ? {} : { updated }) };
  return { rows: rotationStatus(catalog, Object.fromEntries(ledgers), context.now(), options), unread };
}

/**
 * The rows of one owner's secrets.
 *
 * @param owner undefined: every owner's.
 * @throws RemedyError when the owner has no secret.
 */
export function rowsOwnedBy(owner: string | undefined, rows: readonly RotationRow[]): readonly RotationRow[] {
  if (owner === undefined) return rows;
  const owned = rows.filter((row) => row.owner === owner);
  if (owned.length > 0) return owned;
  const owners = [...new Set(rows.map((row) => row.owner))];
  throw new RemedyError({
    code: "owner-unknown",
    subject: "--owner",
    cause: `owns no secret: ${owner}`,
    remedy: spellOr(owner, owners, `name one of ${owners.join(", ")}`),
  });
}

async function updatedInGitHub(context: Context): Promise<ReadonlyMap<string, string>> {
  const listed = await context.github().listSecrets();
  return new Map(listed.map(({ name, updatedAt }) => [name, updatedAt]));
}

function told(unread: string[]): (error: unknown) => undefined {
  return (error) => {
    if (!(error instanceof RemedyError)) throw error;
    unread.push(`${error.problem.subject}: ${error.problem.cause}`);
    return undefined;
  };
}
