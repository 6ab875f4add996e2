import { ledgerEnvironment, pathOf, valuesEnvironment } from "../../../secrets/layout";
import { type Ledger, parseLedger, revisionsOf } from "../../../secrets/ledger";
import { isOutage } from "../../clients/pulumi-call";
import type { PulumiCloud } from "../../clients/pulumi-cloud";
import { RemedyError, TokenError } from "../../errors";
import type { Doors } from "../command";
import { inParallel } from "../in-parallel";

/** What was seen of one environment; secrets as ciphertext. */
export interface Seen {
  environment: string;
  /** Undefined: the ledger cannot be read. */
  ledger: Ledger | undefined;
  /** The values environment of each group; one that cannot be read is left out. */
  groups: Readonly<Record<string, SeenGroup>>;
}

/** A values environment as it stands. */
export interface SeenGroup {
  revision: number;
  text: string;
  /** What the sync left; absent where that is what stands. */
  left?: Left;
}

/** What the sync left of a values environment. */
export interface Left {
  /** Absent: the ledger records none. */
  revision?: number;
  /** Absent: it was retracted, or cannot be read. */
  text?: string;
}

/**
 * Reads what tells how the secrets of an environment stand: its ledger and its texts, without opening them. The text that
 * the sync left is asked for only where another one stands.
 */
export async function seeEnvironment(
  { catalog, project: { settings } }: Doors,
  cloud: PulumiCloud,
  environment: string,
): Promise<Seen> {
  const values = Object.keys(catalog.groups).map((group) => ({
    group,
    path: pathOf(valuesEnvironment(settings, environment, group)),
  }));
  const [stored, ...texts] = await inParallel(
    [pathOf(ledgerEnvironment(settings, environment)), ...values.map(({ path }) => path)],
    (path) => cloud.read(path).catch(ignoreUnseen),
  );
  const ledger = stored === undefined ? undefined : parseLedger(stored.text);
  const groups = await inParallel([...values.entries()], async ([index, { group, path }]) => {
    const read = texts[index];
    if (read === undefined) return [];
    const { revision, text } = read;
    const left =
      ledger === undefined ? undefined : await leftOf(cloud, path, revision, newestOf(ledger, group));
    return [[group, { revision, text, ...(left === undefined ? {} : { left }) }] as const];
  });
  return { environment, ledger, groups: Object.fromEntries(groups.flat()) };
}

/**
 * Carriers write disjoint secrets into one environment, so an older carrier's revision would show what the others wrote
 * since as a person's. What a person changed before the newest is not seen in it; that carrier's own next run sees it.
 */
function newestOf(ledger: Ledger, group: string): number | undefined {
  return revisionsOf(ledger, group).sort((a, b) => b - a)[0];
}

async function leftOf(
  cloud: PulumiCloud,
  path: string,
  stands: number,
  revision: number | undefined,
): Promise<Left | undefined> {
  if (revision === stands) return undefined;
  if (revision === undefined) return {};
  const text = await cloud.revisions.text(path, revision).catch(ignoreRefusal);
  return text === undefined ? { revision } : { revision, text };
}

/** @throws what says nothing of this one: a token that nobody knows, and no answer. */
function ignoreUnseen(error: unknown): undefined {
  if (error instanceof TokenError || isOutage(error)) throw error;
  return ignoreRefusal(error);
}

/** What may not be read, or is not there, is told as unknown; the rest is worth telling. */
export function ignoreRefusal(error: unknown): undefined {
  if (!(error instanceof RemedyError)) throw error;
  return undefined;
}
